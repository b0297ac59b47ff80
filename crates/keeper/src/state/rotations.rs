//! The rotations of access keys that are not over.

use rolecall_core::rotation::Rotation;
use rolecall_core::value::access_key::AccessKeyId;

/// The rotations of access keys that are not over.
#[derive(Default)]
pub(crate) struct Rotations {
    /// As the journal has them.
    pub(crate) list: Vec<Rotation>,
    /// The key whose rotation a use case works on.
    pub(crate) running: Option<AccessKeyId>,
    /// What it waits for.
    pub(crate) waiting: Option<String>,
}
