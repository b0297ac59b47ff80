//! What only one use case does at a time although it waits in between, such as reading a file and taking over what it
//! says: an older text never takes the place of a newer one, and no edit is lost.

use super::Owner;
use crate::state::gate::Gate;

/// A gate that others wait at until this is dropped.
pub(super) struct Inside<'a> {
    owner: &'a Owner,
    gate: Gate,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.owner.touch(|state| state.gates.remove(&self.gate));
    }
}

impl Owner {
    /// Waits until nobody else is inside, and keeps others out until the result is dropped.
    pub(super) async fn enter(&self, gate: Gate) -> Inside<'_> {
        self.until(None, |state| state.gates.insert(gate.clone()).then_some(()))
            .await;
        Inside { owner: self, gate }
    }
}
