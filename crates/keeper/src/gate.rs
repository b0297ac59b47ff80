//! What only one use case does at a time although it waits in between, such as reading a file and taking over what it
//! says: an older text never takes the place of a newer one, and no edit is lost.

use super::Owner;
use rolecall_core::value::access_key::AccessKeyId;

/// What is done by one use case at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gate {
    /// Reading AWS's files.
    AwsFiles,
    /// Reading and writing the file of roles.
    Roles,
    /// Reading and writing the file of settings.
    Settings,
    /// Reading and writing the file of marks.
    Marks,
    /// Reading and writing the list of access keys, and their secrets in the keychain.
    Keys,
    /// Reading and writing the notes of keys that were moved from AWS's files.
    MovedKeys,
    /// Writing and removing temporary profiles.
    TemporaryProfiles,
    /// Asking AWS for a session of an access key.
    KeySession(AccessKeyId),
}

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
