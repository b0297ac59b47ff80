//! The turn: only one use case at a time runs and holds it. It gives the turn up while it waits or calls a port.

#![cfg_attr(
    windows,
    expect(
        clippy::missing_const_for_thread_local,
        reason = "clippy does not see through the macro of this target: it is const"
    )
)]

use std::cell::Cell;
use std::sync::{Condvar, Mutex, PoisonError};

thread_local! {
    /// The address of the turn that this thread holds, or 0 for none.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// The turn of one keeper.
#[derive(Default)]
pub(super) struct Turn {
    is_taken: Mutex<bool>,
    free: Condvar,
}

/// The turn while this thread holds it.
pub(super) struct Held<'a> {
    turn: &'a Turn,
    outer: usize,
}

impl Turn {
    pub(super) fn take(&self) -> Held<'_> {
        let taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.free.wait_while(taken, |is_taken| *is_taken);
        *free.unwrap_or_else(PoisonError::into_inner) = true;
        Held {
            turn: self,
            outer: HELD.replace(self.address()),
        }
    }

    pub(super) fn is_held_here(&self) -> bool {
        HELD.get() == self.address()
    }

    /// Gives up the turn that [`Held`] would give up later.
    pub(super) fn give_up(&self) {
        drop(Held {
            turn: self,
            outer: 0,
        });
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        HELD.set(self.outer);
        let taken = &self.turn.is_taken;
        *taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.turn.free.notify_one();
    }
}
