//! Whether AWS accepts the sessions, and can be reached.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use rolecall_core::value::name::Name;
use rolecall_core::value::region::Region;

/// The time until the first look whether AWS can be reached again. It doubles with each further one.
const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(30);
/// The longest time between two looks.
const LOOK_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Whether AWS accepts the sessions, and can be reached.
#[derive(Default)]
pub(crate) struct Health {
    /// The roles whose sessions are still to be checked.
    pub(crate) waiting: VecDeque<Name>,
    /// How many checks are under way.
    pub(crate) checking: usize,
    /// When the last checks began.
    pub(crate) checked_at: Option<Timestamp>,
    /// Set while AWS cannot be reached.
    pub(crate) outage: Option<Outage>,
}

/// A time in which AWS cannot be reached.
pub(crate) struct Outage {
    /// The region that was called.
    pub(crate) region: Option<Region>,
    /// When to look again.
    pub(crate) next: Timestamp,
    pause: SignedDuration,
}

impl Outage {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            region: None,
            next: now + FIRST_LOOK,
            pause: FIRST_LOOK,
        }
    }

    /// Returns the region to call if it is time to look, and sets the time of the next look.
    pub(crate) fn take_due(&mut self, now: Timestamp, has_live: bool) -> Option<Region> {
        if !has_live || now < self.next {
            return None;
        }
        self.pause = (self.pause * 2).min(LOOK_MAX);
        self.next = now + self.pause;
        self.region.clone()
    }
}
