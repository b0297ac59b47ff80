//! Futures of the keeper itself, and threads that wait for them.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Polls a future.
type GoOn = Box<dyn FnMut(&mut Context<'_>) -> Poll<()> + Send>;

/// A future of the keeper itself.
pub struct Task(GoOn);

impl Task {
    pub(super) fn new(go_on: GoOn) -> Self {
        Self(go_on)
    }

    /// Runs the task to its end on this thread.
    pub fn run(mut self) {
        wait_for(|context| (self.0)(context));
    }

    /// Polls the task. Returns `true` once it is done.
    #[cfg(test)]
    pub(crate) fn poll(&mut self, waker: &Waker) -> bool {
        (self.0)(&mut Context::from_waker(waker)).is_ready()
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}

/// Parks a thread until its future can continue.
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

/// Polls until the result is ready. The thread sleeps in between.
pub(super) fn wait_for<T>(mut go_on: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    let parked = Arc::new(Parked::default());
    let waker = Waker::from(parked.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = go_on(&mut context) {
            return output;
        }
        parked.wait();
    }
}
