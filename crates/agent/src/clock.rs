//! AWS's time: this machine's wall clock until AWS has sent its time, then AWS's time plus a counter that suspend, clock
//! jumps and a wrong wall clock do not affect.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rolecall_keeper::ports::Clock;

use crate::alarms::{Alarms, Look};

/// Smaller differences are ignored: the `Date` header has whole seconds and arrives with a delay.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// The clock that the keeper plans with and that signs calls.
#[derive(Debug, Default)]
pub struct SystemClock {
    known: Arc<Mutex<Option<Known>>>,
    alarms: Alarms,
}

/// AWS's time, when it arrived, and the offset that was last returned.
#[derive(Debug, Clone, Copy)]
struct Known {
    aws_time: Timestamp,
    received_at: Duration,
    offset: SignedDuration,
}

impl SystemClock {
    /// Sets the clock to the `Date` header of an answer that has just arrived.
    pub fn observe(&self, aws_time: Timestamp) {
        let wall = wall_clock();
        let offset = aws_time.duration_since(wall);
        let agrees = offset.abs() < TOLERANCE;
        *self.lock() = Some(Known {
            aws_time: if agrees { wall } else { aws_time },
            received_at: since_boot(),
            offset: if agrees { SignedDuration::ZERO } else { offset },
        });
        self.alarms.look_again();
    }

    /// Forgets AWS's time, as when the endpoint changes.
    pub fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Known>> {
        lock(&self.known)
    }
}

fn lock(known: &Mutex<Option<Known>>) -> MutexGuard<'_, Option<Known>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

fn present(known: &Mutex<Option<Known>>) -> Timestamp {
    lock(known).map_or_else(wall_clock, |known| known.now())
}

impl Known {
    fn now(&self) -> Timestamp {
        let passed = since_boot().saturating_sub(self.received_at);
        self.aws_time
            .saturating_add(passed)
            .unwrap_or(self.aws_time)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        present(&self.known)
    }

    /// Constant until the wall clock is set, so that snapshots do not change either.
    fn offset(&self) -> SignedDuration {
        let mut known = self.lock();
        let Some(known) = known.as_mut() else {
            return SignedDuration::ZERO;
        };
        let offset = known.now().duration_since(wall_clock());
        if (offset - known.offset).abs() >= TOLERANCE {
            known.offset = if offset.abs() < TOLERANCE {
                SignedDuration::ZERO
            } else {
                offset
            };
        }
        known.offset
    }

    fn wake_at(&self, at: Timestamp, waker: &Waker) -> u64 {
        let known = self.known.clone();
        self.alarms.set(at, waker, move || Look {
            now: present(&known),
            wall_offset: wall_offset(),
            asleep: asleep(),
        })
    }

    fn cancel(&self, alarm: u64) {
        self.alarms.cancel(alarm);
    }

    fn jumps(&self) -> u64 {
        self.alarms.jumps()
    }

    fn is_confirmed(&self) -> bool {
        self.lock().is_some()
    }
}

/// Returns the wall clock minus the counter, which changes only when the wall clock is set.
fn wall_offset() -> SignedDuration {
    let since_epoch = wall_clock().duration_since(Timestamp::UNIX_EPOCH);
    let since_boot = SignedDuration::try_from(since_boot()).unwrap_or(SignedDuration::MAX);
    since_epoch.saturating_sub(since_boot)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the adapter that reads the wall clock"
)]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

/// Returns the time since a fixed moment, including the time asleep.
#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

/// Returns the time since a fixed moment, including the time asleep: macOS counts it in `CLOCK_MONOTONIC`.
#[cfg(all(unix, not(target_os = "linux")))]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::try_from(time).unwrap_or_default()
}

/// Returns the wall clock's time since 1970, since no counter here includes sleep.
#[cfg(not(unix))]
fn since_boot() -> Duration {
    let since_epoch = wall_clock().duration_since(Timestamp::UNIX_EPOCH);
    Duration::try_from(since_epoch).unwrap_or_default()
}

/// Returns how long the machine has been asleep since it started.
#[cfg(target_os = "linux")]
fn asleep() -> SignedDuration {
    let awake = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let awake = Duration::try_from(awake).unwrap_or_default();
    let asleep = since_boot().saturating_sub(awake);
    SignedDuration::try_from(asleep).unwrap_or(SignedDuration::MAX)
}

/// Returns nothing, since this system does not tell.
#[cfg(not(target_os = "linux"))]
fn asleep() -> SignedDuration {
    SignedDuration::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(left: Timestamp, right: Timestamp) -> bool {
        left.duration_since(right).abs() < SignedDuration::from_secs(1)
    }

    #[test]
    fn is_the_wall_clock_until_aws_sends_its_time() {
        let clock = SystemClock::default();
        assert!(about(clock.now(), wall_clock()));
        assert_eq!(clock.offset(), SignedDuration::ZERO);
    }

    #[test]
    fn r02_follows_aws_when_the_wall_clock_is_wrong() {
        for hours in [-24, -1, 1, 24 * 365 * 10] {
            let clock = SystemClock::default();
            let difference = SignedDuration::from_hours(hours);
            let aws_time = wall_clock() + difference;
            clock.observe(aws_time);
            assert!(about(clock.now(), aws_time));
            let offset = clock.offset();
            assert!((offset - difference).abs() < SignedDuration::from_secs(1));
            assert_eq!(clock.offset(), offset, "it does not flicker");
        }
    }

    #[test]
    fn a_difference_below_two_seconds_counts_as_none() {
        let clock = SystemClock::default();
        clock.observe(wall_clock() - SignedDuration::from_millis(1900));
        assert!(about(clock.now(), wall_clock()));
        assert_eq!(clock.offset(), SignedDuration::ZERO);
    }

    #[test]
    fn the_time_is_confirmed_once_aws_sent_its_own() {
        let clock = SystemClock::default();
        assert!(!clock.is_confirmed());
        clock.observe(wall_clock());
        assert!(clock.is_confirmed());
        clock.forget();
        assert!(!clock.is_confirmed());
    }

    #[test]
    fn another_endpoint_resets_the_clock() {
        let clock = SystemClock::default();
        clock.observe(wall_clock() + SignedDuration::from_hours(1));
        clock.forget();
        assert!(about(clock.now(), wall_clock()));
    }
}
