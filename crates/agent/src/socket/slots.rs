//! How many connections are served at once, and which one has to go when all places are taken.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most connections that are served at once. Further ones wait to be accepted.
const SLOTS: usize = 32;
/// How long a connection may take to ask before it has to go when others wait. Honest ones ask at once.
const PATIENCE: Duration = Duration::from_millis(250);

/// The most connections that wait for the user, each with a thread of its own.
const PARKED_MAX: usize = 512;

/// The places for connections.
#[derive(Default)]
pub(super) struct Slots {
    taken: Mutex<Taken>,
    freed: Condvar,
}

#[derive(Default)]
struct Taken {
    last: u64,
    /// Whether nobody waits for a place any more.
    is_closed: bool,
    by_number: BTreeMap<u64, State>,
    parked: BTreeSet<u64>,
}

enum State {
    /// It has not asked yet.
    Silent(Arc<UnixStream>, Instant),
    /// It asked and waits for its answer, or was told to go.
    Busy,
}

/// One place, free again when this is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    number: u64,
}

impl Slots {
    /// Takes a place for a connection, and waits for one if all are taken. Meanwhile those that never ask are closed.
    /// `None` if it would have to wait at the end of the program.
    pub(super) fn take(self: &Arc<Self>, stream: &Arc<UnixStream>) -> Option<Slot> {
        let mut taken = self.lock();
        while taken.by_number.len() >= SLOTS {
            if taken.is_closed {
                return None;
            }
            taken = match close_silent(&mut taken) {
                Some(wait) => {
                    let waited = self.freed.wait_timeout(taken, wait);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.freed.wait(taken);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
        taken.last += 1;
        let number = taken.last;
        let state = State::Silent(stream.clone(), now());
        taken.by_number.insert(number, state);
        Some(Slot {
            slots: self.clone(),
            number,
        })
    }

    /// Lets nobody wait for a place any more.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.freed.notify_all();
    }

    /// Waits until at most `others` connections are left, and no longer than `limit`.
    pub(super) fn await_free(&self, others: usize, limit: Duration) {
        let are_more = |taken: &mut Taken| taken.by_number.len() + taken.parked.len() > others;
        drop(self.freed.wait_timeout_while(self.lock(), limit, are_more));
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the connections that were silent for too long, and returns when the next one will be; `None` if all that
/// are left have asked.
fn close_silent(taken: &mut Taken) -> Option<Duration> {
    let mut next = None;
    for state in taken.by_number.values_mut() {
        let State::Silent(stream, since) = state else {
            continue;
        };
        let left = PATIENCE.saturating_sub(since.elapsed());
        if left.is_zero() {
            // Its thread wakes, finds the end of the stream and frees the place.
            let _ = stream.shutdown(Shutdown::Both);
            *state = State::Busy;
        } else {
            next = Some(next.map_or(left, |next: Duration| next.min(left)));
        }
    }
    next
}

impl Slot {
    /// Notes that the connection has asked, so that it is not closed for silence.
    pub(super) fn has_asked(&self) {
        self.slots.lock().by_number.insert(self.number, State::Busy);
    }

    /// Gives the place to others while the user is asked; `false` if too many wait for the user already.
    pub(super) fn park(&self) -> bool {
        let mut taken = self.slots.lock();
        if taken.parked.len() >= PARKED_MAX {
            return false;
        }
        taken.by_number.remove(&self.number);
        taken.parked.insert(self.number);
        self.slots.freed.notify_one();
        true
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.lock();
        taken.by_number.remove(&self.number);
        taken.parked.remove(&self.number);
        drop(taken);
        self.slots.freed.notify_all();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "counts how long a connection is silent"
)]
fn now() -> Instant {
    Instant::now()
}
