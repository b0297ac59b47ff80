//! The access keys in the keychain, as the profiles of AWS's files may mean them: by name, or by the key's id.

use std::collections::HashMap;

use crate::value::access_key::AccessKey;
use crate::value::name::Name;

use super::file_notice::AwsFile;

/// The kept keys, to be looked up for every profile.
pub struct KeychainKeys<'k> {
    paths: HashMap<AwsFile, &'k str>,
    by_name: HashMap<&'k str, &'k Name>,
    by_id: HashMap<&'k str, &'k Name>,
}

impl<'k> KeychainKeys<'k> {
    /// Returns these keys, to be looked up.
    pub fn of(keys: &'k [AccessKey]) -> Self {
        let by = |text: fn(&AccessKey) -> &str| {
            let pairs = keys.iter().map(|key| (text(key), &key.name));
            pairs.collect()
        };
        Self {
            paths: HashMap::new(),
            by_name: by(|key| key.name.as_str()),
            by_id: by(|key| key.id.as_str()),
        }
    }

    /// Returns the same keys for a file that messages call so.
    #[must_use]
    pub fn in_file(mut self, file: AwsFile, shown: &'k str) -> Self {
        self.paths.insert(file, shown);
        self
    }

    /// Returns what messages call a file.
    pub(super) fn shown(&self, file: AwsFile) -> &'k str {
        let shown = self.paths.get(&file).copied();
        shown.unwrap_or(file.usual_path())
    }

    /// Returns the name of the key called `name`.
    pub(super) fn named(&self, name: &str) -> Option<&'k Name> {
        self.by_name.get(name).copied()
    }

    /// Returns the name of the key whose id is `id`.
    pub(super) fn with_id(&self, id: &str) -> Option<&'k Name> {
        self.by_id.get(id).copied()
    }
}
