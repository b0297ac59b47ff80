//! The profiles of both files, merged as AWS's SDKs do: the credentials file takes precedence over the config file, and
//! a later section over an earlier one. They contain secrets, so no type here implements `Debug`.

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
    /// The position of its first section.
    pub(super) position: Position,
    pub(super) settings: BTreeMap<Cow<'a, str>, Setting<'a>>,
}

/// A line of a file.
#[derive(Clone, Copy)]
pub(super) struct Position {
    pub(super) file: AwsFile,
    pub(super) line: usize,
}

/// The value of a setting, and its position.
#[derive(Clone)]
pub(super) struct Setting<'a> {
    pub(super) value: Cow<'a, str>,
    pub(super) position: Position,
}

impl<'a> Profiles<'a> {
    /// Returns the profiles in the order in which they first appear.
    pub fn iter(&self) -> impl Iterator<Item = &Profile<'a>> {
        self.list.iter()
    }

    /// Returns the profile with this name.
    pub fn find(&self, name: &str) -> Option<&Profile<'a>> {
        self.index.get(name).map(|at| &self.list[*at])
    }

    /// Returns the index of the profile with this name, and adds it if it is missing.
    pub(super) fn entry(&mut self, name: &'a str, position: Position) -> usize {
        *self.index.entry(name).or_insert_with(|| {
            self.list.push(Profile {
                name,
                position,
                settings: BTreeMap::new(),
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

    /// Returns the value of a setting as written in the file. `key` is in lower case. The lines of a continued value
    /// are joined by `\n`. The value may be a secret.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(|setting| &*setting.value)
    }

    /// Returns a setting that is neither absent nor empty.
    pub(super) fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Returns the position of a setting.
    pub(super) fn position_of(&self, key: &str) -> Position {
        self.settings
            .get(key)
            .map_or(self.position, |setting| setting.position)
    }
}
