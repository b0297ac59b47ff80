//! The requests of programs and of the user.

use std::collections::BTreeMap;

use rolecall_core::asker::consent::Subject;

/// The requests that were answered, for the history.
#[derive(Default)]
pub(crate) struct Requests {
    /// The number of answered requests that are not in the history yet.
    pub(crate) unrecorded: usize,
    /// The number of AWS calls for each role and access key.
    pub(crate) aws_calls: BTreeMap<Subject, u64>,
}
