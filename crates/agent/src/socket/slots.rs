//! Limits concurrent connections, and closes silent ones when all slots are taken.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The limit of concurrent connections. Others wait to be accepted.
const SLOTS: usize = 32;
/// How long a connection may be silent while others wait. Real clients send their request at once.
const SILENCE_MAX: Duration = Duration::from_millis(250);

/// The limit of connections that wait for the user, each with its own thread.
const PARKED_MAX: usize = 512;

/// The slots for connections.
#[derive(Default)]
pub(super) struct Slots {
    taken: Mutex<Taken>,
    freed: Condvar,
}

#[derive(Default)]
struct Taken {
    last: u64,
    /// Whether waiting for a slot has ended.
    is_closed: bool,
    by_number: BTreeMap<u64, State>,
    parked: BTreeSet<u64>,
}

enum State {
    /// It has not sent its request yet.
    Silent(Arc<UnixStream>, Instant),
    /// It has sent its request, or was closed.
    Busy,
}

/// One slot, which is freed when this is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    number: u64,
}

impl Slots {
    /// Takes a slot for a connection. If all are taken, waits for one and closes silent connections. `None` if it would
    /// have to wait after [`Slots::close`].
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

    /// Ends all waiting for a slot.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.freed.notify_all();
    }

    /// Waits, at most for `limit`, until no more than `others` connections are left.
    pub(super) fn await_free(&self, others: usize, limit: Duration) {
        let are_more = |taken: &mut Taken| taken.by_number.len() + taken.parked.len() > others;
        drop(self.freed.wait_timeout_while(self.lock(), limit, are_more));
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes connections that were silent for too long, and returns the time until the next one; `None` if all others have
/// sent their request.
fn close_silent(taken: &mut Taken) -> Option<Duration> {
    let mut next = None;
    for state in taken.by_number.values_mut() {
        let State::Silent(stream, since) = state else {
            continue;
        };
        let left = SILENCE_MAX.saturating_sub(since.elapsed());
        if left.is_zero() {
            // Its thread reads the end of the stream and frees the slot.
            let _ = stream.shutdown(Shutdown::Both);
            *state = State::Busy;
        } else {
            next = Some(next.map_or(left, |next: Duration| next.min(left)));
        }
    }
    next
}

impl Slot {
    /// Records that the connection has sent its request, so that it is not closed as silent.
    pub(super) fn has_asked(&self) {
        self.slots.lock().by_number.insert(self.number, State::Busy);
    }

    /// Frees the slot while the user is asked; `false` if too many connections already wait for the user.
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
    reason = "measures how long a connection is silent"
)]
fn now() -> Instant {
    Instant::now()
}
