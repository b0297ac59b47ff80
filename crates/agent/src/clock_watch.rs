//! Notices at once that somebody set this machine's wall clock: a timer of Linux that is cancelled then.

use std::sync::Arc;
use std::thread;

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// A moment in the year 2255, for a timer that is never due.
const NEVER: Timespec = Timespec {
    tv_sec: 9_000_000_000,
    tv_nsec: 0,
};
/// The shortest time, for a timer that is due at once.
const AT_ONCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 1,
};
const ONCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// A thread that sleeps until the clock is set, and ends when this is dropped.
#[derive(Debug)]
pub(crate) struct ClockWatch(Arc<OwnedFd>);

impl ClockWatch {
    /// Calls `noticed` after each time that the clock was set. Returns `None` where the system does not tell.
    pub(crate) fn start(noticed: impl Fn() + Send + 'static) -> Option<Self> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC).ok()?;
        let timer = Arc::new(timer);
        arm(&timer).ok()?;
        let watched = timer.clone();
        let thread = thread::Builder::new().name("clock".into());
        thread.spawn(move || watch(&watched, noticed)).ok()?;
        Some(Self(timer))
    }
}

impl Drop for ClockWatch {
    fn drop(&mut self) {
        // The timer is due, so the thread ends. If this fails, the thread keeps sleeping.
        let _ = set(&self.0, TimerfdTimerFlags::empty(), AT_ONCE);
    }
}

fn watch(timer: &OwnedFd, noticed: impl Fn()) {
    let mut count = [0; 8];
    loop {
        match rustix::io::read(timer, &mut count) {
            Err(Errno::CANCELED) => {
                noticed();
                if arm(timer).is_err() {
                    return;
                }
            }
            Err(Errno::INTR) => {}
            Ok(_) | Err(_) => return,
        }
    }
}

fn arm(timer: &OwnedFd) -> Result<(), Errno> {
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    set(timer, flags, NEVER)
}

fn set(timer: &OwnedFd, flags: TimerfdTimerFlags, at: Timespec) -> Result<(), Errno> {
    let once = Itimerspec {
        it_interval: ONCE,
        it_value: at,
    };
    timerfd_settime(timer, flags, &once).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    struct Ended(mpsc::Sender<()>);

    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    #[test]
    fn the_thread_sleeps_and_ends_when_the_watch_is_dropped() {
        let (noticed, notices) = mpsc::channel();
        let (ended, ends) = mpsc::channel();
        let ended = Ended(ended);
        let watch = ClockWatch::start(move || {
            let _ = (&ended, noticed.send(()));
        });
        let watch = watch.expect("Linux has such timers");
        assert!(ends.try_recv().is_err(), "it waits");
        drop(watch);
        ends.recv_timeout(Duration::from_secs(20)).expect("ended");
        assert!(notices.try_recv().is_err(), "nobody set the clock");
    }
}
