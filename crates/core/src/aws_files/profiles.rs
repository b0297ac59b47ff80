//! The profiles of both files, merged as AWS's SDKs merge them: the credentials file over the config file, the later
//! section over the earlier one. It holds secrets, so nothing here can be printed for debugging.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::file_notice::AwsFile;

/// All profiles, in the order in which they first appear.
#[derive(Default)]
pub struct Profiles<'a> {
    pub(super) list: Vec<Profile<'a>>,
    index: HashMap<&'a str, usize>,
}

/// One profile with the settings of all its sections.
pub struct Profile<'a> {
    name: &'a str,
    /// Where its first section stands.
    pub(super) place: Place,
    pub(super) settings: BTreeMap<Cow<'a, str>, Setting<'a>>,
    pub(super) quoted: bool,
}

/// A line of a file.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) file: AwsFile,
    pub(super) line: usize,
}

/// The value of a setting, and where it stands.
pub(super) struct Setting<'a> {
    pub(super) value: Cow<'a, str>,
    pub(super) place: Place,
}

impl<'a> Profiles<'a> {
    /// Returns the profiles in the order in which they first appear.
    pub fn iter(&self) -> impl Iterator<Item = &Profile<'a>> {
        self.list.iter()
    }

    /// Returns the profile of that name.
    pub fn find(&self, name: &str) -> Option<&Profile<'a>> {
        self.index.get(name).map(|at| &self.list[*at])
    }

    /// Returns where the profile of that name is in the list, which gets it if need be.
    pub(super) fn entry(&mut self, name: &'a str, place: Place) -> usize {
        *self.index.entry(name).or_insert_with(|| {
            self.list.push(Profile {
                name,
                place,
                settings: BTreeMap::new(),
                quoted: false,
            });
            self.list.len() - 1
        })
    }
}

impl<'a> Profile<'a> {
    /// Returns the name without quotes and prefix.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Returns the value of a setting as it stands in the file; `key` is in lower case. Lines of a continued value are
    /// joined by `\n`. The value may be a secret.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(|setting| &*setting.value)
    }

    /// Returns the names of its settings, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.settings.keys().map(|key| &**key)
    }

    /// Returns whether a section of it has quotes around its name, so that AWS's SDKs do not see that section.
    pub fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Returns a setting that is neither absent nor empty.
    pub(super) fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Returns where a setting stands.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.settings
            .get(key)
            .map_or(self.place, |setting| setting.place)
    }
}
