//! Waits for a change of the state or a time of the keeper's clock. There is no other kind of wait.

use std::future::poll_fn;
use std::task::Poll;

use jiff::{SignedDuration, Timestamp};

use super::{Owner, State};
use crate::ports::Clock;

/// An alarm that is set until this is dropped.
struct Alarm<'a> {
    clock: &'a dyn Clock,
    id: u64,
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.clock.cancel(self.id);
    }
}

impl Owner {
    /// Waits until `found` returns something from the state. Returns `None` when the clock reaches `deadline`.
    pub(super) async fn until<T>(
        &self,
        deadline: Option<Timestamp>,
        mut found: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let clock = &*self.ports.clock;
        let mut alarm = None;
        poll_fn(|context| {
            let mut state = self.lock();
            if let Some(it) = found(&mut state) {
                return Poll::Ready(Some(it));
            }
            state.waiting.push(context.waker().clone());
            drop(state);
            if let Some(deadline) = deadline {
                alarm.get_or_insert_with(|| Alarm {
                    clock,
                    id: clock.wake_at(deadline, context.waker()),
                });
                if clock.now() >= deadline {
                    return Poll::Ready(None);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until `time` has passed on the clock.
    pub(super) async fn sleep(&self, time: SignedDuration) {
        let deadline = self.deadline(time);
        self.until(Some(deadline), |_| None::<()>).await;
    }

    /// Returns the current time plus `time`.
    pub(super) fn deadline(&self, time: SignedDuration) -> Timestamp {
        let now = self.ports.clock.now();
        now.saturating_add(time).unwrap_or(Timestamp::MAX)
    }
}
