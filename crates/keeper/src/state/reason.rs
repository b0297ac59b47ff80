//! Questions for reasons, and the reasons that were used.

use jiff::{SignedDuration, Timestamp};

use rolecall_core::role::reason::{Reason, ReasonRule};
use rolecall_core::value::name::Name;

/// How long tools can use a reason without a prompt.
pub(crate) const REASON_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// A reason and when it was last used.
#[derive(Debug, Clone)]
pub(crate) struct GivenReason {
    pub(crate) reason: Reason,
    pub(crate) at: Timestamp,
}

/// A question for a reason.
#[derive(Debug, Clone)]
pub(crate) struct ReasonPrompt {
    pub(crate) role: Name,
    pub(crate) rule: ReasonRule,
    /// The last reason, as a suggestion.
    pub(crate) last: Option<String>,
}
