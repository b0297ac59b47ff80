//! The origin of a role: the user's own file, or a source that is only read.

use serde::{Deserialize, Serialize};

/// Where a role is defined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Origin {
    /// The kind of origin.
    pub kind: OriginKind,
    /// The location as shown in messages: a file's path or a URL.
    #[serde(rename = "place")]
    pub location: String,
    /// The line in the file, from 1.
    #[serde(default)]
    pub line: Option<u32>,
}

/// The kinds of origins. If two define a role with the same name, the earlier kind takes precedence.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum OriginKind {
    /// `roles.toml`, which Rolecall edits.
    #[default]
    Own,
    /// A profile of AWS's own files, which are only read.
    Profile,
    /// A team catalogue, which is only read.
    Team,
}

impl Origin {
    /// Returns the user's own file.
    pub fn own(location: impl Into<String>) -> Self {
        Self {
            kind: OriginKind::Own,
            location: location.into(),
            line: None,
        }
    }

    /// Returns the first line of a profile in one of AWS's files.
    pub fn profile(location: impl Into<String>, line: usize) -> Self {
        Self {
            kind: OriginKind::Profile,
            location: location.into(),
            line: u32::try_from(line).ok(),
        }
    }

    /// Returns the file or URL of a team catalogue.
    pub fn team(location: impl Into<String>) -> Self {
        Self {
            kind: OriginKind::Team,
            location: location.into(),
            line: None,
        }
    }

    /// Returns the location and the line as text: "~/.aws/config, line 12".
    pub fn text(&self) -> String {
        match self.line {
            Some(line) => format!("{}, line {line}", self.location),
            None => self.location.clone(),
        }
    }
}
