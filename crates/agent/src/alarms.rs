//! Alarms of the clock: one thread that sleeps until the next of them, while there is one.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

/// How long the thread sleeps before it looks at the clock again, which suspend or a person may have moved.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// The alarms of one clock.
#[derive(Debug, Default)]
pub(crate) struct Alarms(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    table: Mutex<Table>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    last: u64,
    set: BTreeMap<u64, (Timestamp, Waker)>,
    has_thread: bool,
    is_closed: bool,
}

impl Alarms {
    /// Wakes `waker` once `now` says that it is `at`. Returns the number that [`Alarms::cancel`] takes.
    pub(crate) fn set(
        &self,
        at: Timestamp,
        waker: &Waker,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> u64 {
        let mut table = self.0.lock();
        table.last += 1;
        let id = table.last;
        table.set.insert(id, (at, waker.clone()));
        if !table.has_thread {
            let shared = self.0.clone();
            let thread = thread::Builder::new().name("alarms".into());
            table.has_thread = thread.spawn(move || shared.run(now)).is_ok();
            if !table.has_thread {
                // Without a thread nobody would wake it: let it look again at once.
                waker.wake_by_ref();
            }
        }
        drop(table);
        self.0.changed.notify_all();
        id
    }

    /// Forgets an alarm.
    pub(crate) fn cancel(&self, id: u64) {
        self.0.lock().set.remove(&id);
    }

    /// Looks at the clock again, which was set.
    pub(crate) fn look_again(&self) {
        self.0.changed.notify_all();
    }
}

impl Drop for Alarms {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, now: impl Fn() -> Timestamp) {
        let mut table = self.lock();
        while !table.is_closed {
            let present = now();
            for (_, waker) in table.take_due(present) {
                waker.wake();
            }
            let next = table.set.values().map(|(at, _)| *at).min();
            table = match next {
                None => self.changed.wait(table),
                Some(at) => {
                    let left = at.duration_since(present).unsigned_abs();
                    let woken = self.changed.wait_timeout(table, left.min(LONGEST_SLEEP));
                    woken
                        .map(|(table, _)| table)
                        .map_err(|poisoned| PoisonError::new(poisoned.into_inner().0))
                }
            }
            .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Table {
    fn take_due(&mut self, now: Timestamp) -> Vec<(Timestamp, Waker)> {
        let due: Vec<u64> = self
            .set
            .iter()
            .filter(|(_, (at, _))| *at <= now)
            .map(|(id, _)| *id)
            .collect();
        due.iter().filter_map(|id| self.set.remove(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::task::Wake;

    struct Rings(mpsc::Sender<()>);

    impl Wake for Rings {
        fn wake(self: Arc<Self>) {
            let _ = self.0.send(());
        }
    }

    fn waker() -> (Waker, mpsc::Receiver<()>) {
        let (sender, receiver) = mpsc::channel();
        (Waker::from(Arc::new(Rings(sender))), receiver)
    }

    #[test]
    fn rings_once_the_time_has_come_and_not_when_it_was_cancelled() {
        let alarms = Alarms::default();
        let clock = Arc::new(Mutex::new(Timestamp::UNIX_EPOCH));
        let now = {
            let clock = clock.clone();
            move || *clock.lock().expect("free")
        };
        let hour = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(1);
        let (first, rings) = waker();
        let (second, silent) = waker();
        alarms.set(hour, &first, now.clone());
        let cancelled = alarms.set(hour, &second, now);
        alarms.cancel(cancelled);
        assert!(rings.try_recv().is_err(), "it is not time yet");
        *clock.lock().expect("free") = hour;
        alarms.look_again();
        rings
            .recv_timeout(Duration::from_secs(20))
            .expect("it rings");
        assert!(silent.try_recv().is_err());
    }
}
