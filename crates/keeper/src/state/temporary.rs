//! Temporary profiles.

use std::collections::BTreeMap;

use rolecall_core::value::name::Name;

/// The temporary profiles that the file has.
#[derive(Default)]
pub(crate) struct Temporary {
    /// The id of the session in each.
    pub(crate) written: BTreeMap<Name, String>,
    /// Whether what the last run left, if it crashed, is gone.
    pub(crate) is_swept: bool,
    /// Whether the program ends, so that none is written any more.
    pub(crate) is_over: bool,
}
