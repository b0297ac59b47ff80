//! Changes in memory that are not on disk yet.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::state::mfa::TokenId;
use rolecall_core::value::name::Name;

/// One row of the store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    /// The session of a role.
    Session(Name),
    /// The MFA session of a key and a device.
    Mfa(TokenId),
    /// How much a role was used.
    Usage(Name),
    /// The maximum duration of the role with this ARN.
    Limit(String),
}

/// Changes in memory that are not on disk yet.
#[derive(Debug, Default)]
pub(crate) struct Unwritten {
    /// The last change of each row in this run.
    pub(crate) rows: BTreeMap<Row, Change>,
    pub(crate) last: u64,
    pub(crate) is_writing: bool,
    /// Whether the last write failed.
    pub(crate) is_failing: bool,
    /// When a fault of the store ended the writing, until it begins again.
    pub(crate) faulted_at: Option<Timestamp>,
    /// The number of requests for an immediate retry.
    pub(crate) tries: u64,
}

/// The last change of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) number: u64,
    pub(crate) is_written: bool,
}

impl Unwritten {
    /// Returns whether a row was changed in this run, so that the content on disk may be outdated.
    pub(crate) fn was_changed(&self, row: &Row) -> bool {
        self.rows.contains_key(row)
    }

    /// Returns the row that has waited longest, and the number of its change.
    pub(crate) fn next(&self) -> Option<(Row, u64)> {
        let waiting = self.rows.iter().filter(|(_, change)| !change.is_written);
        let first = waiting.min_by_key(|(_, change)| change.number);
        first.map(|(row, change)| (row.clone(), change.number))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.values().all(|change| change.is_written)
    }

    pub(crate) fn note(&mut self, row: Row) {
        self.last += 1;
        let change = Change {
            number: self.last,
            is_written: false,
        };
        self.rows.insert(row, change);
    }
}
