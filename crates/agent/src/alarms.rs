//! Alarms of the clock: one thread that sleeps until the next of them, while there is one.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A smaller change of the wall clock is not noticed: the network corrects it all the time.
const JUMP: SignedDuration = SignedDuration::from_secs(2);
/// How long the thread sleeps before it looks at the clock again, which suspend or a person may have moved, where the
/// system does not tell.
const LONGEST_UNTOLD_SLEEP: Duration = Duration::from_secs(15);

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
    jumps: u64,
}

/// One look at the clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// The time.
    pub(crate) now: Timestamp,
    /// The wall clock, minus a counter that nobody sets.
    pub(crate) wall_offset: SignedDuration,
    /// How long the machine has been asleep so far, as far as the system tells.
    pub(crate) asleep: SignedDuration,
}

impl Alarms {
    /// Wakes `waker` once it is `at`, the wall clock was set, or the machine woke up. Returns the number that
    /// [`Alarms::cancel`] takes.
    pub(crate) fn set(
        &self,
        at: Timestamp,
        waker: &Waker,
        look: impl Fn() -> Look + Send + 'static,
    ) -> u64 {
        let mut table = self.0.lock();
        table.last += 1;
        let id = table.last;
        table.set.insert(id, (at, waker.clone()));
        if !table.has_thread {
            let shared = self.0.clone();
            let thread = thread::Builder::new().name("alarms".into());
            table.has_thread = thread.spawn(move || shared.run(look)).is_ok();
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
        self.0.look_again();
    }

    /// Returns how often the wall clock was noticed to be set, or the machine to wake up.
    pub(crate) fn jumps(&self) -> u64 {
        self.0.lock().jumps
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

    /// Looks again also if the thread is between two looks.
    fn look_again(&self) {
        drop(self.lock());
        self.changed.notify_all();
    }

    fn run(self: &Arc<Self>, look: impl Fn() -> Look) {
        // Linux also tells after suspend, since the wall clock went on.
        #[cfg(target_os = "linux")]
        let watch = {
            let shared = self.clone();
            crate::clock_watch::ClockWatch::start(move || shared.look_again())
        };
        #[cfg(not(target_os = "linux"))]
        let watch: Option<()> = None;
        let longest_sleep = match watch {
            Some(_) => Duration::MAX,
            None => LONGEST_UNTOLD_SLEEP,
        };
        let first = look();
        let mut last = (first.wall_offset, first.asleep);
        let mut table = self.lock();
        while !table.is_closed {
            let Look {
                now: present,
                wall_offset,
                asleep,
            } = look();
            let is_set = (wall_offset - last.0).abs() >= JUMP;
            if is_set || asleep - last.1 >= JUMP {
                table.jumps += 1;
                table.set.values().for_each(|(_, it)| it.wake_by_ref());
            }
            last = (wall_offset, asleep);
            for (_, waker) in table.take_due(present) {
                waker.wake();
            }
            let next = table.set.values().map(|(at, _)| *at).min();
            table = match next {
                None => self.changed.wait(table),
                Some(at) => {
                    let left = at.duration_since(present).unsigned_abs();
                    let woken = self.changed.wait_timeout(table, left.min(longest_sleep));
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

    fn look_at(now: Timestamp, wall_offset: SignedDuration) -> Look {
        let asleep = SignedDuration::ZERO;
        Look {
            now,
            wall_offset,
            asleep,
        }
    }

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
            move || look_at(*clock.lock().expect("free"), SignedDuration::ZERO)
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

    /// Checks whether every alarm rings, long before its time, once the machine has this state instead of none.
    fn notices(changed: Look) -> bool {
        let alarms = Alarms::default();
        let present = Arc::new(Mutex::new(look_at(
            Timestamp::UNIX_EPOCH,
            SignedDuration::ZERO,
        )));
        let (begins, looks) = mpsc::channel();
        let look = {
            let present = present.clone();
            move || {
                begins.send(()).expect("a test that waits");
                *present.lock().expect("free")
            }
        };
        let (waker, rings) = waker();
        let hour = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        alarms.set(hour, &waker, look);
        let soon = Duration::from_secs(20);
        // The thread looks at its start and before it sleeps.
        for _ in 0..2 {
            looks.recv_timeout(soon).expect("a look");
        }
        *present.lock().expect("free") = changed;
        alarms.look_again();
        looks.recv_timeout(soon).expect("another look");
        // The thread holds the table from its look until it sleeps, so its effect is there.
        let jumps = alarms.jumps();
        let is_noticed = rings.try_recv().is_ok();
        assert_eq!(jumps, u64::from(is_noticed), "{changed:?}");
        is_noticed
    }

    #[test]
    fn r01_every_alarm_rings_when_the_machine_wakes_up() {
        for (asleep_s, is_noticed) in [(8 * 3600, true), (1, false)] {
            let woken = Look {
                asleep: SignedDuration::from_secs(asleep_s),
                ..look_at(Timestamp::UNIX_EPOCH, SignedDuration::ZERO)
            };
            assert_eq!(notices(woken), is_noticed, "{asleep_s}");
        }
    }

    #[test]
    fn every_alarm_rings_early_when_the_wall_clock_is_set_by_two_seconds_or_more() {
        for (set_by_s, is_noticed) in [(-4 * 3600, true), (3600, true), (2, true), (1, false)] {
            let offset = SignedDuration::from_secs(set_by_s);
            let set = look_at(Timestamp::UNIX_EPOCH, offset);
            assert_eq!(notices(set), is_noticed, "{set_by_s}");
        }
    }
}
