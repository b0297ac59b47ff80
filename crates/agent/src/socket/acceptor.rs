//! The thread of the socket: accepts connections, and reads their requests without waiting for any of them.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::incoming::Incoming;
use super::peer;
use super::place::Place;
use super::slots::Slots;

/// The pause after a failure, such as when the process has no more files.
const RETRY_DELAY: Duration = Duration::from_millis(100);
/// How many connections are accepted before the others are looked after.
const ACCEPTED_AT_ONCE: usize = 64;

/// The socket's thread.
pub(super) struct Acceptor {
    /// The listener, until the server closes.
    pub(super) place: Option<Arc<Place>>,
    pub(super) incoming: Incoming,
    pub(super) slots: Arc<Slots>,
    pub(super) closing: Arc<AtomicBool>,
    /// Becomes readable when the server closes.
    pub(super) wake: UnixStream,
    /// Signals that the connections from before the closing have been accepted.
    pub(super) drained: Sender<()>,
    pub(super) retry_at: Option<Instant>,
    /// Whether the last connection could not be accepted, which is logged once.
    pub(super) is_exhausted: bool,
}

/// How accepting went.
enum Accepted {
    /// There may be more.
    Some,
    /// There are no more for now, or none for a while.
    All,
}

impl Acceptor {
    /// Serves until the server closes and the connections from before have sent their request.
    pub(super) fn run(mut self) {
        while self.place.is_some() || self.incoming.len() > 0 {
            let ready = self.wait();
            for arrival in self.incoming.receive(&ready) {
                self.slots.submit(arrival);
            }
            let is_closing = self.closing.load(Ordering::Acquire);
            if self.retry_at.is_none_or(|at| at <= now()) || is_closing {
                self.retry_at = None;
                let accepted = self.accept(is_closing);
                if is_closing && matches!(accepted, Accepted::All) {
                    self.place = None;
                }
            }
            self.slots.set_incoming(self.incoming.len());
            if self.place.is_none() {
                // The server may not wait for it.
                let _ = self.drained.send(());
            }
        }
    }

    /// Blocks until something arrives or is due. Returns for each incoming connection whether it has.
    fn wait(&self) -> Vec<bool> {
        let listener = self.place.as_ref().filter(|_| self.retry_at.is_none());
        let listener = listener.map(|place| place.listener.as_fd());
        let wake = self.place.as_ref().map(|_| self.wake.as_fd());
        let all = listener
            .into_iter()
            .chain(wake)
            .chain(self.incoming.descriptors());
        let mut all: Vec<_> = all
            .map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN))
            .collect();
        let deadlines = self.incoming.deadline().into_iter().chain(self.retry_at);
        let limit = deadlines
            .min()
            .map(|next| next.saturating_duration_since(now()));
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        // The caller polls again after an interruption.
        let _ = poll(&mut all, limit.as_ref());
        let own = all.len() - self.incoming.len();
        all.iter()
            .skip(own)
            .map(|it| !it.revents().is_empty())
            .collect()
    }

    fn accept(&mut self, is_closing: bool) -> Accepted {
        let Some(place) = self.place.clone() else {
            return Accepted::All;
        };
        for _ in 0..ACCEPTED_AT_ONCE {
            match place.listener.accept() {
                Ok((stream, _)) => {
                    self.is_exhausted = false;
                    self.admit(stream);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock || is_closing => {
                    return Accepted::All;
                }
                Err(error) if is_transient(error.kind()) => {}
                Err(error) => {
                    self.pause(&error);
                    return Accepted::All;
                }
            }
        }
        Accepted::Some
    }

    fn admit(&mut self, stream: UnixStream) {
        let Some(process) = peer::own_process(&stream) else {
            tracing::warn!("a process of another user was rejected");
            return;
        };
        if let Some(arrival) = self.incoming.add(stream, process) {
            self.slots.submit(arrival);
        }
    }

    /// Accepts nothing for a moment, as when the process has no more files. One that does not send its request makes
    /// room for one that does.
    fn pause(&mut self, error: &io::Error) {
        if !self.is_exhausted {
            tracing::warn!(%error, "connections cannot be accepted");
        }
        self.is_exhausted = true;
        if !self.incoming.close_oldest() {
            self.retry_at = Some(now() + RETRY_DELAY);
        }
    }
}

fn is_transient(kind: ErrorKind) -> bool {
    kind == ErrorKind::Interrupted || kind == ErrorKind::ConnectionAborted
}

#[expect(clippy::disallowed_methods, reason = "the deadlines of connections")]
fn now() -> Instant {
    Instant::now()
}
