//! Frames: a length (u32, big endian) followed by JSON.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The length of a frame's length, in bytes.
const HEADER: usize = 4;
/// The most bytes of a frame that are written at once. An answer with ten thousand roles has megabytes.
const PART: usize = 64 << 10;
/// How many bytes are kept of a frame that is skipped.
const HEAD: usize = 64;

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other end closed the connection or was too slow.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The length is 0 or over the limit.
    #[error("a frame of {0} bytes is not allowed")]
    Size(usize),
    /// Not the JSON that was expected. The error does not contain the text, because it may contain a secret.
    #[error("the frame is not understood")]
    Content,
}

/// Writes one frame. What is longer than [`PART`] is never in memory as a whole.
///
/// # Errors
/// [`FrameError::Io`].
pub fn write_frame<T: Serialize>(to: &mut impl Write, value: &T) -> Result<(), FrameError> {
    let mut start = Start::new();
    serde_json::to_writer(&mut start, value).map_err(|_| FrameError::Content)?;
    let length = u32::try_from(start.length).map_err(|_| FrameError::Size(start.length))?;
    start.bytes[..HEADER].copy_from_slice(&length.to_be_bytes());
    if start.is_whole() {
        to.write_all(&start.bytes)?;
        return Ok(to.flush()?);
    }
    to.write_all(&start.bytes[..HEADER])?;
    let mut parts = Parts {
        to,
        bytes: start.bytes,
    };
    parts.bytes.clear();
    serde_json::to_writer(&mut parts, value).map_err(io::Error::from)?;
    Ok(parts.flush()?)
}

/// The start of a frame, and the length of its content.
struct Start {
    bytes: Zeroizing<Vec<u8>>,
    length: usize,
}

impl Start {
    fn new() -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(8 << 10));
        bytes.extend_from_slice(&[0; HEADER]);
        Self { bytes, length: 0 }
    }

    fn is_whole(&self) -> bool {
        self.bytes.len() == HEADER + self.length
    }
}

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_whole() && self.length + bytes.len() <= PART {
            self.bytes.extend_from_slice(bytes);
        }
        self.length += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A frame that is written in parts.
struct Parts<'a, W> {
    to: &'a mut W,
    bytes: Zeroizing<Vec<u8>>,
}

impl<W: Write> Write for Parts<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = &bytes[..bytes.len().min(PART)];
        if self.bytes.len() + part.len() > PART {
            self.to.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.write_all(&self.bytes)?;
        self.bytes.clear();
        self.to.flush()
    }
}

/// Reads one frame of 1 to `max` bytes.
///
/// # Errors
/// Any of [`FrameError`].
pub fn read_frame<T: for<'de> Deserialize<'de>>(
    from: &mut impl Read,
    max: usize,
) -> Result<T, FrameError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 || length > max {
        return Err(FrameError::Size(length));
    }
    let mut frame = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut frame)?;
    serde_json::from_slice(&frame).map_err(|_| FrameError::Content)
}

/// A frame of a connection that goes on after a frame that cannot be used.
#[derive(Debug)]
pub enum Received<T> {
    /// Its content.
    Content(T),
    /// Its first bytes, and why it was skipped.
    Skipped(Zeroizing<Vec<u8>>, FrameError),
}

/// Reads one frame of 1 to `max` bytes, or skips it if it is longer or not understood.
///
/// # Errors
/// If the other end went away.
pub fn receive_frame<T: for<'de> Deserialize<'de>>(
    from: &mut impl Read,
    max: usize,
) -> io::Result<Received<T>> {
    let mut header = [0; 4];
    from.read_exact(&mut header)?;
    let length = usize::try_from(u32::from_be_bytes(header)).unwrap_or(usize::MAX);
    let is_read = (1..=max).contains(&length);
    let mut frame = Zeroizing::new(vec![0; if is_read { length } else { length.min(HEAD) }]);
    from.read_exact(&mut frame)?;
    if is_read {
        if let Ok(content) = serde_json::from_slice(&frame) {
            return Ok(Received::Content(content));
        }
        frame.truncate(HEAD);
        return Ok(Received::Skipped(frame, FrameError::Content));
    }
    let rest = u64::try_from(length - frame.len()).unwrap_or(u64::MAX);
    if io::copy(&mut from.take(rest), &mut io::sink())? < rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Received::Skipped(frame, FrameError::Size(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps what was written, and the length of the longest write.
    #[derive(Default)]
    struct Written {
        bytes: Vec<u8>,
        longest: usize,
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.extend_from_slice(bytes);
            self.longest = self.longest.max(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_of_any_length_is_read_back_and_never_in_memory_as_a_whole() {
        for length in [0, 1, PART - 3, PART - 2, PART - 1, PART, 3 * PART] {
            let one = "x".repeat(length);
            let many = vec!["text \" é".to_owned(); length / 10];
            let mut written = Written::default();
            write_frame(&mut written, &(&one, &many)).expect("written");
            assert!(written.longest <= HEADER + PART, "{length}");
            let read: (String, Vec<String>) =
                read_frame(&mut written.bytes.as_slice(), 64 << 20).expect("read");
            assert_eq!(read, (one, many));
        }
    }
}
