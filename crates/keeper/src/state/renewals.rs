//! Renewals in the background for endpoints.

use jiff::{SignedDuration, Timestamp};

/// The delay after a failed renewal. It doubles with each further failure.
pub(crate) const RETRY_DELAY: SignedDuration = SignedDuration::from_mins(1);

/// The maximum delay.
pub(crate) const RETRY_DELAY_MAX: SignedDuration = SignedDuration::from_mins(10);

/// The renewals in the background that were started for one session.
#[derive(Debug, Clone)]
pub(crate) struct Renewals {
    pub(crate) session: String,
    pub(crate) begun: u32,
    pub(crate) last: Timestamp,
    /// Whether Rolecall itself began the last one, and it has not ended.
    pub(crate) is_running: bool,
}

impl Renewals {
    /// Returns when the next renewal may start.
    pub(crate) fn next(&self) -> Timestamp {
        let doublings = self.begun.saturating_sub(1).min(4);
        let pause = (RETRY_DELAY * (1 << doublings)).min(RETRY_DELAY_MAX);
        self.last.saturating_add(pause).unwrap_or(self.last)
    }
}
