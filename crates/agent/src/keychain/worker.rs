//! The one thread that talks to the keychain, and the deadlines of those who wait for it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;

use super::{Asking, Order, Outcome, Vault};

/// How long callers wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For an answer while no dialog is open.
    pub(super) answer: Duration,
    /// For the user to answer the keychain's dialog.
    pub(super) dialog: Duration,
}

/// Carries out calls one after the other on a thread of its own.
pub(super) struct Worker {
    desk: Arc<Desk>,
    patience: Patience,
    open_vault: Mutex<Option<OpenVault>>,
}

type OpenVault = Box<dyn FnOnce() -> Box<dyn Vault> + Send>;

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    work: Condvar,
    news: Condvar,
}

type Ticket = u64;

#[derive(Default)]
struct State {
    queue: VecDeque<(Ticket, Order)>,
    running: Option<Ticket>,
    /// The caller of the running order gave up: the thread is stuck in the keychain's library until that returns.
    stuck: bool,
    dialog_open: bool,
    answers: HashMap<Ticket, Outcome>,
    last_ticket: Ticket,
    closed: bool,
}

impl Worker {
    pub(super) fn new(
        patience: Patience,
        open_vault: impl FnOnce() -> Box<dyn Vault> + Send + 'static,
    ) -> Self {
        Self {
            desk: Arc::default(),
            patience,
            open_vault: Mutex::new(Some(Box::new(open_vault))),
        }
    }

    /// Carries out an order, or gives up when its time is over. While the thread is stuck, it fails at once.
    pub(super) fn run(&self, order: Order) -> Outcome {
        self.start()?;
        let mut state = self.desk.lock();
        if state.stuck {
            return Err(KeychainError::Frozen);
        }
        let ticket = state.enqueue(order);
        self.desk.work.notify_one();
        loop {
            let open = state.dialog_open;
            let (limit, late) = match open {
                true => (self.patience.dialog, KeychainError::Locked),
                false => (self.patience.answer, KeychainError::Frozen),
            };
            let same = |state: &mut State| {
                !state.answers.contains_key(&ticket) && state.dialog_open == open
            };
            let (next, waited) = self
                .desk
                .news
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
        let mut open_vault = self
            .open_vault
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(open) = open_vault.take() else {
            return Ok(());
        };
        let desk = self.desk.clone();
        thread::Builder::new()
            .name("keychain".into())
            .spawn(move || desk.serve(&mut *open()))
            .map(drop)
            .map_err(|error| KeychainError::Denied(error.to_string()))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.desk.lock().closed = true;
        self.desk.work.notify_one();
    }
}

impl Desk {
    fn serve(&self, vault: &mut dyn Vault) {
        while let Some((ticket, order)) = self.next() {
            let outcome = vault.carry_out(&order, &|| self.dialog_opens());
            self.settle(ticket, order.asking, outcome);
        }
    }

    fn next(&self) -> Option<(Ticket, Order)> {
        let mut state = self
            .work
            .wait_while(self.lock(), |state| state.queue.is_empty() && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let next = state.queue.pop_front()?;
        state.running = Some(next.0);
        Some(next)
    }

    fn dialog_opens(&self) {
        self.lock().dialog_open = true;
        self.news.notify_all();
    }

    /// Hands the outcome to its caller. What failed for want of a keychain fails for all that queued up behind it,
    /// so that neither waits nor dialogs add up.
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
        self.news.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, order: Order) -> Ticket {
        self.last_ticket += 1;
        self.queue.push_back((self.last_ticket, order));
        self.last_ticket
    }

    fn leave(&mut self, ticket: Ticket) {
        self.queue.retain(|(queued, _)| *queued != ticket);
        if self.running == Some(ticket) {
            self.stuck = true;
        }
    }

    /// Fails what is queued and may ask the user no more than the order that failed.
    fn fail_queued(&mut self, asking: Asking, error: &KeychainError) {
        let queue = std::mem::take(&mut self.queue);
        for (ticket, order) in queue {
            if order.asking <= asking {
                self.answers.insert(ticket, Err(error.clone()));
            } else {
                self.queue.push_back((ticket, order));
            }
        }
    }
}

#[cfg(test)]
mod tests;
