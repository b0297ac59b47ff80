//! The access keys and their sessions.

use std::collections::HashMap;

use crate::state::key_session::KeySession;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::name::Name;

/// The access keys and their sessions.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) list: Vec<AccessKey>,
    pub(crate) sessions: HashMap<AccessKeyId, KeySession>,
}

impl Keys {
    /// Returns the key with this name.
    pub(crate) fn named(&self, name: &Name) -> Option<&AccessKey> {
        self.list.iter().find(|key| key.name == *name)
    }
}
