//! Access keys and roles of other programs, and the report of their import.

use serde::{Deserialize, Serialize};

use crate::aws_files::key_text::KeyPair;
use crate::role::RoleDraft;

/// A program to import from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ImportSource {
    /// Leapp: its workspace file, and its keys in the keychain.
    Leapp,
    /// aws-vault: its keys in the keychain. Its roles are profiles of `~/.aws/config`.
    AwsVault,
    /// Granted: its keys in the keychain. Its roles are profiles of `~/.aws/config`.
    Granted,
}

impl ImportSource {
    /// All sources.
    pub const ALL: [Self; 3] = [Self::Leapp, Self::AwsVault, Self::Granted];

    /// Parses a typed name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|source| source.word() == text.trim().to_ascii_lowercase())
    }

    /// Returns the name to type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Leapp => "leapp",
            Self::AwsVault => "aws-vault",
            Self::Granted => "granted",
        }
    }

    /// Returns the name to show.
    pub fn title(self) -> &'static str {
        match self {
            Self::Leapp => "Leapp",
            Self::AwsVault => "aws-vault",
            Self::Granted => "Granted",
        }
    }
}

/// The keys and roles of one program.
#[derive(Debug, Default)]
pub struct ImportData {
    /// Access keys.
    pub keys: Vec<ImportKey>,
    /// Roles. Each source is the other program's name of one of these keys or roles.
    pub roles: Vec<RoleDraft>,
    /// Entries that cannot be imported: the name and the reason.
    pub skipped: Vec<(String, String)>,
}

/// An access key of another program.
#[derive(Debug)]
pub struct ImportKey {
    /// The other program's name for it.
    pub name: String,
    /// The key itself.
    pub pair: KeyPair,
}

/// Whether an import changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "boolean"))]
pub enum DryRun {
    /// It only reports what it would import.
    Yes,
    /// It imports.
    No,
}

impl From<bool> for DryRun {
    fn from(is_dry_run: bool) -> Self {
        if is_dry_run { Self::Yes } else { Self::No }
    }
}

impl From<DryRun> for bool {
    fn from(dry_run: DryRun) -> Self {
        dry_run == DryRun::Yes
    }
}

/// One line of an import's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportItem {
    /// What it is.
    pub kind: ImportItemKind,
    /// The name here, or the other program's name if it was skipped.
    pub name: String,
    /// Whether it was imported.
    pub outcome: ImportOutcome,
    /// An explanation for a person; empty if none is needed.
    #[serde(alias = "told")]
    pub message: String,
}

/// What an import's report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ImportItemKind {
    /// An access key.
    Key,
    /// A role.
    Role,
    /// An entry of a kind that Rolecall does not have.
    Other,
}

/// Whether something was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ImportOutcome {
    /// It was imported, or would be in a dry run.
    #[serde(alias = "moved")]
    Imported,
    /// It was added before.
    #[serde(alias = "here")]
    Exists,
    /// It cannot be imported.
    #[serde(alias = "left")]
    Skipped,
}
