//! Locks for work that only one use case may do at a time, even across waits, such as reading a file and applying its
//! content. So an older text never replaces a newer one, and no edit is lost.

use super::Owner;
use crate::state::gate::Gate;

/// A gate that others wait for until this is dropped.
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
    /// Waits for the gate, and holds it until the result is dropped.
    pub(super) async fn enter(&self, gate: Gate) -> Inside<'_> {
        self.until(None, |state| state.gates.insert(gate.clone()).then_some(()))
            .await;
        Inside { owner: self, gate }
    }
}
