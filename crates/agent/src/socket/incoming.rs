//! Connections whose request has not arrived yet. They cost a file and a few bytes each, and no thread.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rolecall_core::api::protocol::REQUEST_MAX;
use zeroize::Zeroizing;

use super::peer::Process;

/// How long a request may take to arrive.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How much is read at once, in bytes.
const PART: usize = 4 << 10;
/// The length of a frame's length, in bytes.
const HEADER: usize = 4;

/// The connections that wait for their request, oldest first.
pub(super) struct Incoming {
    connections: VecDeque<Connection>,
    most: usize,
    most_of_one: usize,
}

/// A connection, and what it sent so far.
struct Connection {
    stream: UnixStream,
    process: Process,
    received: Zeroizing<Vec<u8>>,
    until: Instant,
}

/// A request that has arrived, as one frame. Of a frame with an impossible length only the length was read.
pub(super) struct Arrival {
    pub(super) stream: Arc<UnixStream>,
    pub(super) process: Process,
    pub(super) frame: Zeroizing<Vec<u8>>,
}

enum Progress {
    Waits(Connection),
    Arrived(Arrival),
    Closed,
}

impl Incoming {
    /// Returns an empty set for at most this many connections, and `most_of_one` of one process.
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        Self {
            connections: VecDeque::new(),
            most,
            most_of_one,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.connections.len()
    }

    /// Returns when the next connection is to be closed.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.connections.front().map(|oldest| oldest.until)
    }

    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.connections.iter().map(|it| it.stream.as_fd())
    }

    /// Adds a connection, unless its request is here already or it is closed. If there are too many, of its process or
    /// in all, the oldest is closed: real clients send their request at once.
    pub(super) fn add(&mut self, stream: UnixStream, process: Process) -> Option<Arrival> {
        let connection = Connection::new(stream, process)?;
        match connection.receive() {
            Progress::Arrived(arrival) => return Some(arrival),
            Progress::Closed => return None,
            Progress::Waits(connection) => {
                self.make_room(process);
                self.connections.push_back(connection);
            }
        }
        None
    }

    /// Reads from the connections that are `ready`, which has one entry for each, and closes those whose time is over.
    pub(super) fn receive(&mut self, ready: &[bool]) -> Vec<Arrival> {
        let present = now();
        let mut arrived = Vec::new();
        let connections = std::mem::take(&mut self.connections);
        for (connection, is_ready) in connections.into_iter().zip(ready) {
            let progress = match is_ready {
                true => connection.receive(),
                false => Progress::Waits(connection),
            };
            match progress {
                Progress::Waits(connection) if connection.until > present => {
                    self.connections.push_back(connection);
                }
                Progress::Arrived(arrival) => arrived.push(arrival),
                Progress::Waits(_) | Progress::Closed => {}
            }
        }
        arrived
    }

    /// Closes the oldest connection; `false` if there is none.
    pub(super) fn close_oldest(&mut self) -> bool {
        self.connections.pop_front().is_some()
    }

    fn make_room(&mut self, process: Process) {
        let of_process = |it: &Connection| it.process == process;
        let count = self.connections.iter().filter(|it| of_process(it)).count();
        if count >= self.most_of_one {
            let oldest = self.connections.iter().position(of_process);
            oldest.and_then(|oldest| self.connections.remove(oldest));
        } else if self.connections.len() >= self.most {
            self.close_oldest();
        }
    }
}

impl Connection {
    fn new(stream: UnixStream, process: Process) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        Some(Self {
            stream,
            process,
            received: Zeroizing::new(Vec::with_capacity(HEADER)),
            until: now() + REQUEST_TIMEOUT,
        })
    }

    fn receive(mut self) -> Progress {
        let mut part = Zeroizing::new([0; PART]);
        loop {
            let missing = self.missing();
            if missing == 0 {
                return Progress::Arrived(Arrival {
                    stream: Arc::new(self.stream),
                    process: self.process,
                    frame: self.received,
                });
            }
            let room = part.len().min(missing);
            match self.stream.read(&mut part[..room]) {
                Ok(0) => return Progress::Closed,
                Ok(length) => self.received.extend_from_slice(&part[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Progress::Waits(self);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Progress::Closed,
            }
        }
    }

    /// Returns how many bytes are missing, and makes room for them once, so that no copy of a secret is left behind.
    fn missing(&mut self) -> usize {
        let Some(header) = self.received.first_chunk::<HEADER>() else {
            return HEADER - self.received.len();
        };
        let length = usize::try_from(u32::from_be_bytes(*header)).unwrap_or(usize::MAX);
        if length > REQUEST_MAX {
            return 0;
        }
        if self.received.len() == HEADER {
            self.received.reserve_exact(length);
        }
        HEADER + length - self.received.len()
    }
}

#[expect(clippy::disallowed_methods, reason = "the deadlines of connections")]
fn now() -> Instant {
    Instant::now()
}
