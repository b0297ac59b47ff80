//! Where a role is written: in the user's own file, or somewhere that is only read.

use serde::{Deserialize, Serialize};

/// Where a role is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// What kind of place it is.
    pub kind: OriginKind,
    /// The place as messages call it: a file's path, or an address.
    pub place: String,
    /// The line of the file, from 1.
    #[serde(default)]
    pub line: Option<u32>,
}

/// The kinds of place that roles come from. Where two give a role of one name, the earlier kind counts.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// `roles.toml`, which is edited here.
    #[default]
    Own,
    /// A profile of AWS's own files, which are only read.
    Profile,
    /// A team catalogue, which is only read.
    Team,
}

impl Origin {
    /// Returns the user's own file.
    pub fn own(place: impl Into<String>) -> Self {
        Self {
            kind: OriginKind::Own,
            place: place.into(),
            line: None,
        }
    }

    /// Returns a profile's first line in one of AWS's files.
    pub fn profile(place: impl Into<String>, line: usize) -> Self {
        Self {
            kind: OriginKind::Profile,
            place: place.into(),
            line: u32::try_from(line).ok(),
        }
    }

    /// Returns a team catalogue's file or address.
    pub fn team(place: impl Into<String>) -> Self {
        Self {
            kind: OriginKind::Team,
            place: place.into(),
            line: None,
        }
    }

    /// Returns the place as one text: "~/.aws/config, line 12".
    pub fn text(&self) -> String {
        match self.line {
            Some(line) => format!("{}, line {line}", self.place),
            None => self.place.clone(),
        }
    }
}
