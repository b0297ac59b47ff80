//! Runs use cases as futures, one at a time.
//!
//! Each caller polls its own future on its own thread while it holds the turn. So the state cannot change between two
//! `.await`s, and returning credentials needs no switch to another thread. Attempts and writes to the disk are
//! [`Task`]s of the keeper itself, which do not end with their caller.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use jiff::SignedDuration;

use super::Owner;
use super::task::{Task, wait_for};
use crate::ports::Ports;
use rolecall_core::value::problem::Problem;

impl Owner {
    /// Runs a use case to its end. The thread sleeps while the use case waits.
    pub(super) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        wait_for(|context| self.poll(future.as_mut(), context))
    }

    /// Continues a use case while it holds the turn, then publishes its changes.
    pub(super) fn poll<F: Future + ?Sized>(
        &self,
        future: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        if self.turn.is_held_here() {
            // A nested call: a port calls back.
            return self.outside(|| self.poll(future, context));
        }
        let _held = self.turn.take();
        let polled = future.poll(context);
        self.publish();
        polled
    }

    /// Runs something that can take some time, without the turn.
    pub(super) fn outside<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Takes the turn again, even after a panic.
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
        self.turn.give_up();
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

    /// Waits for the delay of a simulation.
    async fn held_up(&self) {
        let delay = self.ports.tasks.delay();
        if delay > SignedDuration::ZERO {
            self.sleep(delay).await;
        }
    }

    /// Starts a task of the keeper itself.
    pub(super) fn start(
        &self,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Problem> {
        let Some(owner) = self.me.upgrade() else {
            return Ok(());
        };
        let mut future = Box::pin(future);
        let go_on = move |context: &mut Context<'_>| owner.poll(future.as_mut(), context);
        self.ports.tasks.start(Task::new(Box::new(go_on)))
    }
}
