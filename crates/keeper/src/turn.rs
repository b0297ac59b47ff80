//! One use case at a time: each runs under the turn, and gives it up while it waits or works outside.
//!
//! Use cases are futures. Whoever asks polls its own future on its own thread, always under the one turn, so between two
//! `.await`s nothing else happens to the state, and a hand-out needs no hop to another thread. Attempts and writes to
//! the disk are [`Task`]s of the keeper's own; they do not end with whoever asked for them.

use std::cell::Cell;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use jiff::SignedDuration;

use super::Owner;
use crate::ports::Ports;
use rolecall_core::value::problem::Problem;

thread_local! {
    /// The address of the turn that this thread has; 0 for none.
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// The turn of one keeper.
#[derive(Default)]
pub(super) struct Turn {
    is_taken: Mutex<bool>,
    free: Condvar,
}

/// The turn while this thread has it.
struct Held<'a> {
    turn: &'a Turn,
    outer: usize,
}

impl Turn {
    fn take(&self) -> Held<'_> {
        let taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.free.wait_while(taken, |is_taken| *is_taken);
        *free.unwrap_or_else(PoisonError::into_inner) = true;
        Held {
            turn: self,
            outer: HELD.replace(self.address()),
        }
    }

    fn is_held_here(&self) -> bool {
        HELD.get() == self.address()
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

/// A future that belongs to the keeper itself.
pub struct Task {
    owner: Arc<Owner>,
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Task {
    /// Runs it to its end on this thread.
    pub fn run(self) {
        let Self { owner, future } = self;
        owner.block_on(future);
    }

    /// Goes on with it for as long as it does not have to wait; `true` once it is done.
    pub fn poll(&mut self, waker: &Waker) -> bool {
        let future = self.future.as_mut();
        let polled = self.owner.poll(future, &mut Context::from_waker(waker));
        polled.is_ready()
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}

/// Where a thread waits until its future can go on.
#[derive(Default)]
struct Parked {
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Parked {
    fn wait(&self) {
        let is_woken = self.is_woken.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = self.woken.wait_while(is_woken, |is_woken| !*is_woken);
        *woken.unwrap_or_else(PoisonError::into_inner) = false;
    }
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.is_woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.woken.notify_one();
    }
}

impl Owner {
    /// Runs a use case to its end. The thread parks while the use case waits.
    pub(super) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let parked = Arc::new(Parked::default());
        let waker = Waker::from(parked.clone());
        let mut future = pin!(future);
        loop {
            let polled = self.poll(future.as_mut(), &mut Context::from_waker(&waker));
            if let Poll::Ready(output) = polled {
                return output;
            }
            parked.wait();
        }
    }

    /// Goes on with a use case under the turn, then publishes what it changed.
    pub(super) fn poll<F: Future + ?Sized>(
        &self,
        future: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        if self.turn.is_held_here() {
            // Asked from within: a port calls back.
            return self.outside(|| self.poll(future, context));
        }
        let _held = self.turn.take();
        let polled = future.poll(context);
        self.publish();
        polled
    }

    /// Does something that may take its time, without the turn.
    pub(super) fn outside<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Takes the turn again, whatever happened.
        struct Again<'a>(&'a Owner);
        impl Drop for Again<'_> {
            fn drop(&mut self) {
                std::mem::forget(self.0.turn.take());
            }
        }
        if !self.turn.is_held_here() {
            return work();
        }
        self.publish();
        drop(Held {
            turn: &self.turn,
            outer: 0,
        });
        let _again = Again(self);
        work()
    }

    /// Calls a port, without the turn.
    pub(super) async fn io<T>(&self, work: impl FnOnce(&Ports) -> T) -> T {
        self.held_up().await;
        let result = self.outside(|| work(&self.ports));
        self.held_up().await;
        result
    }

    /// Waits for as long as a simulation holds a call up.
    async fn held_up(&self) {
        let delay = self.ports.tasks.delay();
        if delay > SignedDuration::ZERO {
            self.sleep(delay).await;
        }
    }

    /// Starts a task of the keeper's own.
    pub(super) fn start(
        &self,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Problem> {
        let Some(owner) = self.me.upgrade() else {
            return Ok(());
        };
        self.ports.tasks.start(Task {
            owner,
            future: Box::pin(future),
        })
    }
}
