//! One connection to the endpoint: what it said so far, and until when it may go on.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rolecall_core::container_request::{Progress, REQUEST_MAX, Refusal, Token, read};
use rolecall_core::secret::Secret;

/// How long a request may take to come. Honest ones come at once.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the answer may take to be taken.
const DELIVERY: Duration = Duration::from_secs(2);

/// How much is taken at once, in bytes.
const PART: usize = 2 << 10;

/// A connection whose request is not complete.
pub(super) struct Connection {
    stream: TcpStream,
    pub(super) peer: SocketAddr,
    said: Vec<u8>,
    pub(super) until: Instant,
}

/// What became of a connection.
pub(super) enum Turn {
    /// More has to come.
    Goes(Connection),
    /// Its request is granted.
    Asks(Connection),
    /// Its request is refused.
    Refused(Connection, Refusal),
    /// It went away.
    Gone,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, now: Instant) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        Some(Self {
            stream,
            peer,
            // Never grown, so that the token is in one place.
            said: Vec::with_capacity(REQUEST_MAX + PART),
            until: now + PATIENCE,
        })
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// Takes what has come.
    pub(super) fn hear(mut self, port: u16, token: &Token) -> Turn {
        let mut part = [0; PART];
        loop {
            match self.stream.read(&mut part) {
                Ok(0) => return Turn::Gone,
                Ok(length) => self.said.extend(part.iter().take(length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Turn::Goes(self),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return Turn::Gone,
            }
            match read(&self.said, port, token) {
                Progress::Incomplete => {}
                Progress::Granted => return Turn::Asks(self),
                Progress::Refused(refusal) => return Turn::Refused(self, refusal),
            }
        }
    }

    /// Gives the answer and closes.
    pub(super) fn give(mut self, answer: &Secret) {
        let limited = self
            .stream
            .set_nonblocking(false)
            .and_then(|()| self.stream.set_write_timeout(Some(DELIVERY)));
        // An answer that nobody takes is not missed.
        let _ = limited.and_then(|()| self.stream.write_all(answer.expose().as_bytes()));
        self.close();
    }

    /// Closes after taking what is left unread, which would otherwise reset the connection before the answer is read.
    fn close(mut self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        let _ = self.stream.set_nonblocking(true);
        let _ = self.stream.read(&mut [0; REQUEST_MAX]);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        zeroize(&mut self.said);
    }
}

/// Overwrites what was said: it holds the token.
fn zeroize(said: &mut [u8]) {
    said.fill(0);
    std::hint::black_box(said);
}
