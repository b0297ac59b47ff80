//! One connection to the endpoint: what it sent so far, and its deadline.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use crate::endpoint::container_request::{self, REQUEST_MAX, Refusal, Token};
use rolecall_core::value::secret::Secret;

use container_request::Progress as Request;

/// How long a request may take to arrive.
const REQUEST_LIMIT: Duration = Duration::from_secs(2);
/// How long the client may take to read the answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// How much is read at once, in bytes.
const PART: usize = 2 << 10;

/// A connection.
pub(super) struct Connection {
    stream: TcpStream,
    pub(super) peer: SocketAddr,
    received: Vec<u8>,
    pub(super) deadline: Instant,
    /// Whether a program of this user is at the other end, once that was looked up.
    pub(super) is_own: Option<bool>,
}

/// The state of a connection.
pub(super) enum Progress {
    /// Its request is incomplete.
    Waits(Connection),
    /// Its request has the right token.
    Granted(Connection),
    /// Its request is refused.
    Refused(Connection, Refusal),
    /// It is closed.
    Closed,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, now: Instant) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        Some(Self {
            stream,
            peer,
            // It never grows, so the token is in memory once.
            received: Vec::with_capacity(REQUEST_MAX + PART),
            deadline: now + REQUEST_LIMIT,
            is_own: None,
        })
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// Reads what has arrived.
    pub(super) fn receive(mut self, port: u16, token: &Token) -> Progress {
        let mut part = [0; PART];
        loop {
            match self.stream.read(&mut part) {
                Ok(0) => return Progress::Closed,
                Ok(length) => self.received.extend(part.iter().take(length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Progress::Waits(self);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return Progress::Closed,
            }
            match container_request::read(&self.received, port, token) {
                Request::Incomplete => {}
                Request::Granted => return Progress::Granted(self),
                Request::Refused(refusal) => return Progress::Refused(self, refusal),
            }
        }
    }

    /// Sends the answer and closes the connection.
    pub(super) fn answer(mut self, answer: &Secret) {
        let limited = self
            .stream
            .set_nonblocking(false)
            .and_then(|()| self.stream.set_write_timeout(Some(ANSWER_LIMIT)));
        // The client may be gone.
        let _ = limited.and_then(|()| self.stream.write_all(answer.expose().as_bytes()));
        self.close();
    }

    /// Closes the connection after reading the rest, because unread bytes would reset it before the client has the answer.
    fn close(mut self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        let _ = self.stream.set_nonblocking(true);
        let _ = self.stream.read(&mut [0; REQUEST_MAX]);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        zeroize(&mut self.received);
    }
}

/// Overwrites received bytes, which hold the token.
fn zeroize(received: &mut [u8]) {
    received.fill(0);
    std::hint::black_box(received);
}
