//! Renewals behind an endpoint's back.

use jiff::{SignedDuration, Timestamp};

/// How long after a renewal that failed the next one may begin; twice as long after each further one.
pub(crate) const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// The longest that this grows.
pub(crate) const AGAIN_AT_MOST: SignedDuration = SignedDuration::from_mins(10);

/// The renewals behind an endpoint's back that began for one session.
#[derive(Debug, Clone)]
pub(crate) struct Renewals {
    pub(crate) session: String,
    pub(crate) begun: u32,
    pub(crate) last: Timestamp,
}

impl Renewals {
    /// Returns when the next one may begin.
    pub(crate) fn next(&self) -> Timestamp {
        let doublings = self.begun.saturating_sub(1).min(4);
        let pause = (AGAIN_AFTER * (1 << doublings)).min(AGAIN_AT_MOST);
        self.last.saturating_add(pause).unwrap_or(self.last)
    }
}
