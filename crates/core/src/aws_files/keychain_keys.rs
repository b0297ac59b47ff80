//! The access keys in the keychain, which profiles of AWS's files can refer to by name or key ID.

use std::collections::HashMap;

use crate::value::access_key::AccessKey;
use crate::value::name::Name;

use super::file_notice::AwsFile;

/// Whether a role may start from a key in plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plaintext {
    Allowed,
    Refused,
}

/// The keys in the keychain, for lookup.
pub struct KeychainKeys<'k> {
    paths: HashMap<AwsFile, &'k str>,
    plaintext: Plaintext,
    by_name: HashMap<&'k str, &'k Name>,
    by_id: HashMap<&'k str, &'k Name>,
}

impl<'k> KeychainKeys<'k> {
    /// Returns these keys, for lookup.
    pub fn of(keys: &'k [AccessKey]) -> Self {
        let ids = keys.iter().flat_map(|key| {
            let ids = key.replaced.iter().chain([&key.id]);
            ids.map(|id| (id.as_str(), &key.name))
        });
        Self {
            paths: HashMap::new(),
            plaintext: Plaintext::Refused,
            by_name: keys
                .iter()
                .map(|key| (key.name.as_str(), &key.name))
                .collect(),
            by_id: ids.collect(),
        }
    }

    /// Returns the same keys with the path of a file as shown in messages.
    #[must_use]
    pub fn in_file(mut self, file: AwsFile, shown: &'k str) -> Self {
        self.paths.insert(file, shown);
        self
    }

    /// Returns the same keys for a reading in which a role may also start from a key in plaintext.
    #[must_use]
    pub fn or_plaintext(mut self) -> Self {
        self.plaintext = Plaintext::Allowed;
        self
    }

    /// Returns whether a role must start from one of these keys.
    pub(super) fn refuses_plaintext(&self) -> bool {
        self.plaintext == Plaintext::Refused
    }

    /// Returns the path of a file as shown in messages.
    pub(super) fn shown(&self, file: AwsFile) -> &'k str {
        let shown = self.paths.get(&file).copied();
        shown.unwrap_or(file.usual_path())
    }

    /// Returns the key with this name.
    pub(super) fn named(&self, name: &str) -> Option<&'k Name> {
        self.by_name.get(name).copied()
    }

    /// Returns the name of the key with this ID.
    pub(super) fn with_id(&self, id: &str) -> Option<&'k Name> {
        self.by_id.get(id).copied()
    }
}
