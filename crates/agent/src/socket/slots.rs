//! Limits how many requests are answered at once. One that waits, for AWS, the keychain or the user, gives up its slot,
//! so that the others are answered whatever it waits for.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::incoming::Arrival;
use super::lane::Lane;
use super::peer::Process;
use super::workers::Workers;

/// The limit of requests that are answered at once. Others wait for a slot.
const SLOTS: usize = 32;

/// The limits of requests, which follow from the limit of open files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Of requests that wait for a slot.
    pub(super) queued: usize,
    /// Of requests that gave up their slot, each with a thread.
    pub(super) waiting: usize,
    /// Of these, how many may be of programs: a person always finds a place.
    pub(super) waiting_programs: usize,
    /// Of these, how many may be of one process.
    pub(super) waiting_of_one: usize,
}

/// What is done with a request.
pub(super) trait Service: Send + Sync {
    /// Answers it. The slot is its own until it gives it up.
    fn serve(&self, arrival: Arrival, slot: &Slot);

    /// Answers that there are too many, without waiting.
    fn refuse(&self, stream: &UnixStream);
}

/// The slots for requests.
pub(super) struct Slots {
    service: Box<dyn Service>,
    workers: Workers,
    limits: Limits,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Connections whose request has not arrived.
    incoming: usize,
    active: usize,
    queue: VecDeque<Arrival>,
    waiting: usize,
    waiting_programs: usize,
    waiting_by_process: BTreeMap<Process, usize>,
}

/// The slot of one request, which is freed when this is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    process: Process,
    /// Set once the request has given up its slot to wait.
    parked: Cell<Option<Lane>>,
}

impl Slots {
    pub(super) fn new(service: impl Service + 'static, limits: Limits) -> Self {
        Self {
            service: Box::new(service),
            workers: Workers::default(),
            limits,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Answers a request on another thread, once there is a slot.
    pub(super) fn submit(self: &Arc<Self>, arrival: Arrival) {
        let mut state = self.lock();
        if state.active < SLOTS {
            state.active += 1;
            drop(state);
            self.start(arrival);
        } else if state.queue.len() < self.limits.queued {
            state.queue.push_back(arrival);
        } else {
            drop(state);
            self.service.refuse(&arrival.stream);
        }
    }

    /// Sets the number of connections whose request has not arrived.
    pub(super) fn set_incoming(&self, count: usize) {
        self.lock().incoming = count;
        self.changed.notify_all();
    }

    /// Waits, at most for `limit`, until no more than `others` connections are left.
    pub(super) fn await_free(&self, others: usize, limit: Duration) {
        let are_more = |state: &mut State| {
            state.incoming + state.active + state.queue.len() + state.waiting > others
        };
        drop(
            self.changed
                .wait_timeout_while(self.lock(), limit, are_more),
        );
    }

    /// Answers a request that has a slot.
    fn start(self: &Arc<Self>, arrival: Arrival) {
        let slot = Slot {
            slots: self.clone(),
            process: arrival.process,
            parked: Cell::new(None),
        };
        // For the case that there is no thread.
        let stream = arrival.stream.clone();
        let serving = move || slot.slots.service.serve(arrival, &slot);
        if let Err(error) = self.workers.run(serving) {
            tracing::warn!(%error, "a connection could not be served");
            self.service.refuse(&stream);
        }
    }

    /// Frees an active slot, for the next request in the queue if there is one.
    fn free(self: &Arc<Self>) {
        let mut state = self.lock();
        let next = state.queue.pop_front();
        if next.is_none() {
            state.active -= 1;
        }
        drop(state);
        if let Some(next) = next {
            self.start(next);
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a request as waiting; `false` if too many wait already.
    fn park(&mut self, process: Process, lane: Lane, limits: Limits) -> bool {
        let of_process = self.waiting_by_process.get(&process).copied();
        let is_full = self.waiting >= limits.waiting
            || of_process.unwrap_or_default() >= limits.waiting_of_one
            || lane == Lane::Program && self.waiting_programs >= limits.waiting_programs;
        if is_full {
            return false;
        }
        self.waiting += 1;
        self.waiting_programs += usize::from(lane == Lane::Program);
        *self.waiting_by_process.entry(process).or_default() += 1;
        true
    }

    fn unpark(&mut self, process: Process, lane: Lane) {
        self.waiting -= 1;
        self.waiting_programs -= usize::from(lane == Lane::Program);
        if let Some(count) = self.waiting_by_process.get_mut(&process) {
            *count -= 1;
            if *count == 0 {
                self.waiting_by_process.remove(&process);
            }
        }
    }
}

impl Slot {
    /// Frees the slot while the request waits; `false` if too many wait already.
    pub(super) fn park(&self, lane: Lane) -> bool {
        if self.parked.get().is_some() {
            return true;
        }
        if !self
            .slots
            .lock()
            .park(self.process, lane, self.slots.limits)
        {
            return false;
        }
        self.parked.set(Some(lane));
        self.slots.free();
        true
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(lane) = self.parked.get() else {
            return self.slots.free();
        };
        self.slots.lock().unpark(self.process, lane);
        self.slots.changed.notify_all();
    }
}
