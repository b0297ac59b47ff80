//! Waiting for what other threads do, without a look at the time: every fake rings when something happens at it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::memory::lock;

/// How often something happened at any fake of this process.
static RINGS: Mutex<u64> = Mutex::new(0);
static RUNG: Condvar = Condvar::new();

/// How long nothing may happen at any fake before a test fails.
const SILENCE: Duration = Duration::from_secs(30);

/// Says that something happened. A fake calls it after the change.
pub fn ring() {
    *lock(&RINGS) += 1;
    RUNG.notify_all();
}

/// Looks each time that something happened, until `look` finds something.
///
/// # Panics
///
/// Panics if nothing happens at any fake for 30 s.
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    loop {
        let before = *lock(&RINGS);
        if let Some(found) = look() {
            return found;
        }
        let rings = lock(&RINGS);
        let waited = RUNG.wait_timeout_while(rings, SILENCE, |rings| *rings == before);
        let is_silent = waited.is_ok_and(|(_, waited)| waited.timed_out());
        assert!(!is_silent, "what the test waits for did not happen");
    }
}

/// Waits until something is so, as [`until`] does.
///
/// # Panics
///
/// As [`until`].
pub fn until_so(mut is_so: impl FnMut() -> bool) {
    until(|| is_so().then_some(()));
}

/// A call on another thread, whose end [`until`] notices.
#[derive(Debug)]
pub struct Background<T> {
    thread: JoinHandle<T>,
    is_done: Arc<AtomicBool>,
}

impl<T: Send + 'static> Background<T> {
    /// Starts `call` on a thread of its own.
    pub fn start(call: impl FnOnce() -> T + Send + 'static) -> Self {
        let is_done = Arc::<AtomicBool>::default();
        let end = End(is_done.clone());
        let thread = thread::spawn(move || {
            let _end = end;
            call()
        });
        Self { thread, is_done }
    }

    /// Says whether the call has returned or panicked.
    pub fn is_finished(&self) -> bool {
        self.is_done.load(Ordering::Acquire)
    }

    /// Waits for the call and returns its result, or what it panicked with.
    pub fn join(self) -> thread::Result<T> {
        self.thread.join()
    }
}

/// Rings when a call has returned or panicked.
struct End(Arc<AtomicBool>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        ring();
    }
}
