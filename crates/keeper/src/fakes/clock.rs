//! The clock for all tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::task::Waker;

use jiff::{SignedDuration, Timestamp};

use super::ring;
use crate::memory::lock;
use crate::ports::Clock;

/// A clock that the test sets.
#[derive(Debug)]
pub struct FakeClock {
    now: Mutex<Timestamp>,
    alarms: Mutex<Alarms>,
    jumps: AtomicU64,
    is_unconfirmed: AtomicBool,
    offset_s: AtomicI64,
}

/// The pending alarms by number.
#[derive(Debug, Default)]
struct Alarms {
    last: u64,
    set: BTreeMap<u64, (Timestamp, Waker)>,
}

impl FakeClock {
    /// Returns a clock with the time `now`.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: now.into(),
            alarms: Mutex::default(),
            jumps: AtomicU64::default(),
            is_unconfirmed: AtomicBool::default(),
            offset_s: AtomicI64::default(),
        }
    }

    /// Sets the clock forward, or back if `by` is negative, as a person or the network does.
    pub fn jump(&self, by: SignedDuration) {
        *lock(&self.now) += by;
        self.jumps.fetch_add(1, Ordering::AcqRel);
        let all: Vec<Waker> = {
            let alarms = lock(&self.alarms);
            alarms.set.values().map(|(_, it)| it.clone()).collect()
        };
        all.iter().for_each(Waker::wake_by_ref);
    }

    /// Makes this machine's clock differ from AWS's by this.
    pub fn differ_by(&self, offset: SignedDuration) {
        self.offset_s.store(offset.as_secs(), Ordering::Release);
    }

    /// Says whether AWS confirmed the time. It did unless this says otherwise.
    pub fn confirm(&self, is_confirmed: bool) {
        self.is_unconfirmed.store(!is_confirmed, Ordering::Release);
    }

    /// Moves the clock forward, or back if `by` is negative, and wakes due alarms.
    pub fn advance(&self, by: SignedDuration) {
        *lock(&self.now) += by;
        let now = self.now();
        let due = lock(&self.alarms).due(now);
        due.iter().for_each(Waker::wake_by_ref);
    }

    /// Returns when the next alarm is due.
    pub fn next_alarm(&self) -> Option<Timestamp> {
        lock(&self.alarms).set.values().map(|(at, _)| *at).min()
    }
}

impl Alarms {
    fn due(&self, now: Timestamp) -> Vec<Waker> {
        let due = self.set.values().filter(|(at, _)| *at <= now);
        due.map(|(_, waker)| waker.clone()).collect()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *lock(&self.now)
    }
    fn offset(&self) -> SignedDuration {
        SignedDuration::from_secs(self.offset_s.load(Ordering::Acquire))
    }
    fn wake_at(&self, at: Timestamp, waker: &Waker) -> u64 {
        let mut alarms = lock(&self.alarms);
        alarms.last += 1;
        let id = alarms.last;
        alarms.set.insert(id, (at, waker.clone()));
        ring();
        id
    }
    fn cancel(&self, alarm: u64) {
        lock(&self.alarms).set.remove(&alarm);
    }
    fn jumps(&self) -> u64 {
        self.jumps.load(Ordering::Acquire)
    }
    fn is_confirmed(&self) -> bool {
        !self.is_unconfirmed.load(Ordering::Acquire)
    }
}
