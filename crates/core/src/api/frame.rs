//! Frames: a length (u32, big endian) followed by JSON.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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

/// Writes one frame.
///
/// # Errors
/// [`FrameError::Io`].
pub fn write_frame<T: Serialize>(to: &mut impl Write, value: &T) -> Result<(), FrameError> {
    let mut frame = Zeroizing::new(Vec::with_capacity(8 << 10));
    frame.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *frame, value).map_err(|_| FrameError::Content)?;
    let length = u32::try_from(frame.len() - 4).map_err(|_| FrameError::Size(frame.len()))?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    to.write_all(&frame)?;
    Ok(to.flush()?)
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
