//! What is shown, and what it was built from.

use crate::state::listing::Listing;
use rolecall_core::view::snapshot::Snapshot;

/// The published snapshot. It is replaced when the state changed and a use case waits or ends.
#[derive(Default)]
pub(crate) struct Shown {
    /// The number of changes of the state.
    pub(crate) revision: u64,
    /// The revision of the catalogue and the labels.
    pub(crate) listed: u64,
    /// The views of roles and keys.
    pub(crate) listing: Listing,
    pub(crate) snapshot: Snapshot,
    /// Whether nothing is published for now, since more changes follow.
    pub(crate) is_held: bool,
    is_stale: bool,
}

impl Shown {
    /// Records a change that may be visible.
    pub(crate) fn note_change(&mut self) {
        self.revision += 1;
        self.is_stale = true;
    }

    /// Returns whether anything changed since the last call.
    pub(crate) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.is_stale)
    }
}
