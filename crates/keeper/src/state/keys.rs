//! The access keys and their sessions.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::state::key_session::KeySession;
use crate::state::rotations::Rotations;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::name::Name;

/// The access keys and their sessions.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) list: Vec<AccessKey>,
    pub(crate) sessions: HashMap<AccessKeyId, KeySession>,
    pub(crate) rotations: Rotations,
    /// What IAM said of the keys in this run.
    pub(crate) facts: HashMap<AccessKeyId, KeyFacts>,
}

/// What IAM said of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyFacts {
    /// When it was last used, if that is known; `Some(None)` if it never was.
    pub(crate) used_at: Option<Option<Timestamp>>,
    /// Whether AWS does not permit its user to list the keys.
    pub(crate) is_denied: bool,
    pub(crate) read_at: Timestamp,
}

impl Keys {
    /// Returns the key with this name.
    pub(crate) fn named(&self, name: &Name) -> Option<&AccessKey> {
        self.list.iter().find(|key| key.name == *name)
    }
}
