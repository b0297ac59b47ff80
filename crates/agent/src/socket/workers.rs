//! Threads that serve requests. Some are kept for the next request, since starting a thread takes longer than waking one.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How many threads are kept without work. A burst of requests has more, which end after it.
const KEPT: usize = 2;

/// Serves one request.
type Work = Box<dyn FnOnce() + Send>;

/// The threads. They end once this is dropped.
#[derive(Default)]
pub(super) struct Workers(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Work arrived for a thread that is kept.
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    /// Work for threads that are kept, each of which takes one.
    assigned: VecDeque<Work>,
    /// How many threads are kept and have no work assigned.
    idle: usize,
    /// How many threads were started.
    started: usize,
    is_closed: bool,
}

impl Workers {
    /// Runs `work` on a thread that is kept, or else on a new one.
    ///
    /// # Errors
    /// If no thread can be started. The work is dropped.
    pub(super) fn run(&self, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let mut state = self.0.lock();
        if state.idle > 0 {
            state.idle -= 1;
            state.assigned.push_back(Box::new(work));
            drop(state);
            self.0.arrived.notify_one();
            return Ok(());
        }
        state.started += 1;
        drop(state);
        let shared = self.0.clone();
        let thread = thread::Builder::new().name("connection".into());
        thread.spawn(move || shared.serve(Box::new(work))).map(drop)
    }

    /// Returns how many threads were started.
    #[cfg(test)]
    fn started(&self) -> usize {
        self.0.lock().started
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.arrived.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the work, and more as long as this thread is kept.
    fn serve(&self, work: Work) {
        work();
        while let Some(work) = self.next() {
            work();
        }
    }

    /// Waits for more work; `None` if this thread is not needed.
    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        if state.idle >= KEPT {
            return None;
        }
        state.idle += 1;
        let is_waiting = |state: &mut State| state.assigned.is_empty() && !state.is_closed;
        let woken = self.arrived.wait_while(state, is_waiting);
        woken
            .unwrap_or_else(PoisonError::into_inner)
            .assigned
            .pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// Waits until so many threads have no work.
    fn wait_for_idle(workers: &Workers, count: usize) {
        while workers.0.lock().idle != count {
            thread::yield_now();
        }
    }

    #[test]
    fn one_request_after_another_is_served_by_one_thread() {
        let workers = Workers::default();
        let (done, dones) = mpsc::channel();
        for number in 0..100 {
            let done = done.clone();
            workers
                .run(move || {
                    let _ = done.send(number);
                })
                .expect("runs");
            assert_eq!(dones.recv_timeout(PATIENCE), Ok(number));
            wait_for_idle(&workers, 1);
        }
        assert_eq!(workers.started(), 1);
    }

    #[test]
    fn a_request_never_waits_for_another_and_few_threads_stay_after_a_burst() {
        let workers = Workers::default();
        let (done, dones) = mpsc::channel();
        let mut holds = Vec::new();
        for _ in 0..10 {
            let (hold, held) = mpsc::channel::<()>();
            let done = done.clone();
            let work = move || {
                let _ = done.send(());
                let _ = held.recv();
            };
            workers.run(work).expect("runs");
            holds.push(hold);
        }
        for _ in 0..10 {
            dones.recv_timeout(PATIENCE).expect("all run at once");
        }
        drop(holds);
        wait_for_idle(&workers, KEPT);
        for _ in 0..KEPT {
            let done = done.clone();
            workers
                .run(move || {
                    let _ = done.send(());
                })
                .expect("runs");
        }
        for _ in 0..KEPT {
            dones.recv_timeout(PATIENCE).expect("runs");
        }
        assert_eq!(workers.started(), 10);
    }

    #[test]
    fn threads_that_are_kept_end_with_the_server() {
        let workers = Workers::default();
        workers.run(|| ()).expect("runs");
        wait_for_idle(&workers, 1);
        let shared = Arc::downgrade(&workers.0);
        drop(workers);
        while shared.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
