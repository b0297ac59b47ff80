//! The maximum durations of roles.

use std::collections::BTreeMap;

use jiff::Timestamp;

use rolecall_core::role::Role;
use rolecall_core::value::duration::DurationLimit;

/// What is known about the maximum durations of roles.
#[derive(Default)]
pub(crate) struct Durations {
    /// The known maximum durations, by role ARN.
    pub(crate) limits: BTreeMap<String, DurationLimit>,
    /// When the maximum duration was last read from IAM, by role ARN.
    pub(crate) maximum_tries: BTreeMap<String, Timestamp>,
    /// The roles whose maximum duration is about to be read from IAM.
    pub(crate) unread_maximums: Vec<Role>,
}
