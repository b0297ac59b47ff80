//! Temporary profiles.

use std::collections::BTreeMap;

use rolecall_core::value::name::Name;

/// The temporary profiles in the file.
#[derive(Default)]
pub(crate) struct Temporary {
    /// The ID of the session in each profile.
    pub(crate) written: BTreeMap<Name, String>,
    /// Whether profiles that a crash left were removed.
    pub(crate) is_swept: bool,
    /// Whether the program is ending, so that no more profiles are written.
    pub(crate) is_over: bool,
}
