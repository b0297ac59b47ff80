//! The thread that calls the keychain, and the deadlines of the waiting callers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;

use super::exhausted;
use super::request::{Backend, Outcome, Request};
use crate::secret_store::Asking;

/// How long callers wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// For a response while no dialog is open.
    pub(super) answer: Duration,
    /// For the user to answer the keychain's dialog.
    pub(super) dialog: Duration,
}

/// Runs requests one after another on its own thread.
pub(super) struct Worker {
    desk: Arc<Desk>,
    timeouts: Timeouts,
    open_backend: Mutex<Option<OpenBackend>>,
}

type OpenBackend = Box<dyn FnOnce() -> Box<dyn Backend> + Send>;

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

type Ticket = u64;

#[derive(Default)]
struct State {
    queue: VecDeque<(Ticket, Request)>,
    running: Option<Ticket>,
    /// Set if the caller of the running request timed out. The thread is then blocked in the keychain's library.
    stuck: bool,
    dialog_open: bool,
    answers: HashMap<Ticket, Outcome>,
    last_ticket: Ticket,
    closed: bool,
}

impl Worker {
    pub(super) fn new(
        timeouts: Timeouts,
        open_backend: impl FnOnce() -> Box<dyn Backend> + Send + 'static,
    ) -> Self {
        Self {
            desk: Arc::default(),
            timeouts,
            open_backend: Mutex::new(Some(Box::new(open_backend))),
        }
    }

    /// Runs a request until its timeout. While the thread is blocked, it fails at once.
    pub(super) fn run(&self, request: Request) -> Outcome {
        self.start()?;
        let mut state = self.desk.lock();
        if state.stuck {
            return Err(KeychainError::Frozen);
        }
        let ticket = state.enqueue(request);
        self.desk.changed.notify_all();
        loop {
            let open = state.dialog_open;
            let (limit, late) = match open {
                true => (self.timeouts.dialog, KeychainError::Locked),
                false => (self.timeouts.answer, KeychainError::Frozen),
            };
            let same = |state: &mut State| {
                !state.answers.contains_key(&ticket) && state.dialog_open == open
            };
            let (next, waited) = self
                .desk
                .changed
                .wait_timeout_while(state, limit, same)
                .unwrap_or_else(PoisonError::into_inner);
            state = next;
            if let Some(outcome) = state.answers.remove(&ticket) {
                return outcome;
            }
            if waited.timed_out() {
                state.leave(ticket);
                return Err(late);
            }
        }
    }

    fn start(&self) -> Result<(), KeychainError> {
        let mut open_backend = self
            .open_backend
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(open) = open_backend.take() else {
            return Ok(());
        };
        let desk = self.desk.clone();
        thread::Builder::new()
            .name("keychain".into())
            .spawn(move || desk.serve(&mut *open()))
            .map(drop)
            .map_err(|error| exhausted::or_denied(&error))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.desk.lock().closed = true;
        self.desk.changed.notify_all();
    }
}

impl Desk {
    fn serve(&self, backend: &mut dyn Backend) {
        while let Some((ticket, request)) = self.next() {
            let outcome = backend.run(&request, &|| self.dialog_opens());
            self.settle(ticket, request.asking, outcome);
        }
    }

    fn next(&self) -> Option<(Ticket, Request)> {
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| state.queue.is_empty() && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let next = state.queue.pop_front()?;
        state.running = Some(next.0);
        Some(next)
    }

    fn dialog_opens(&self) {
        self.lock().dialog_open = true;
        self.changed.notify_all();
    }

    /// Returns the outcome to its caller. If the keychain is not available, all queued requests fail as well, so that
    /// waits and dialogs do not add up.
    fn settle(&self, ticket: Ticket, asking: Asking, outcome: Outcome) {
        let mut state = self.lock();
        if let Err(error) = &outcome
            && matches!(
                error,
                KeychainError::Locked | KeychainError::Absent | KeychainError::Frozen
            )
        {
            state.fail_queued(asking, error);
        }
        if !state.stuck {
            state.answers.insert(ticket, outcome);
        }
        state.running = None;
        state.stuck = false;
        state.dialog_open = false;
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, request: Request) -> Ticket {
        self.last_ticket += 1;
        self.queue.push_back((self.last_ticket, request));
        self.last_ticket
    }

    fn leave(&mut self, ticket: Ticket) {
        self.queue.retain(|(queued, _)| *queued != ticket);
        if self.running == Some(ticket) {
            self.stuck = true;
        }
    }

    /// Fails the queued requests that may open no more dialogs than the failed one.
    fn fail_queued(&mut self, asking: Asking, error: &KeychainError) {
        let queue = std::mem::take(&mut self.queue);
        for (ticket, request) in queue {
            if request.asking <= asking {
                self.answers.insert(ticket, Err(error.clone()));
            } else {
                self.queue.push_back((ticket, request));
            }
        }
    }
}

#[cfg(test)]
mod tests;
