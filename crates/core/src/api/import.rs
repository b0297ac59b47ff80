//! What other programs for AWS roles keep, so that their users can move in here.

use serde::{Deserialize, Serialize};

use crate::aws_files::key_text::KeyPair;
use crate::role::RoleDraft;

/// A program whose users may move in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// Leapp: its workspace file, and the keys it keeps in the keychain.
    Leapp,
    /// aws-vault: the keys it keeps in the keychain; its roles are profiles of `~/.aws/config`.
    AwsVault,
    /// Granted: the keys it keeps in the keychain; its roles are profiles of `~/.aws/config`.
    Granted,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Leapp, Self::AwsVault, Self::Granted];

    /// Reads a name as it is typed.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|peer| peer.word() == text.trim().to_ascii_lowercase())
    }

    /// Returns the name as it is typed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Leapp => "leapp",
            Self::AwsVault => "aws-vault",
            Self::Granted => "granted",
        }
    }

    /// Returns the name as it is read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Leapp => "Leapp",
            Self::AwsVault => "aws-vault",
            Self::Granted => "Granted",
        }
    }
}

/// What one program keeps.
#[derive(Debug, Default)]
pub struct Belongings {
    /// Access keys.
    pub keys: Vec<PeerKey>,
    /// Roles. A source is one of these keys or roles by its name there.
    pub roles: Vec<RoleDraft>,
    /// What cannot come over: its name, and why.
    pub left: Vec<(String, String)>,
}

/// An access key and what it was called.
#[derive(Debug)]
pub struct PeerKey {
    /// Its name there.
    pub name: String,
    /// The key itself.
    pub pair: KeyPair,
}

/// What became of one thing that was to come over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// What it is.
    pub kind: MovedKind,
    /// What it is called here, or was called there if it did not come.
    pub name: String,
    /// Whether it came.
    pub outcome: MoveOutcome,
    /// What a person reads about it; empty if there is nothing to say.
    pub told: String,
}

/// What came over, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedKind {
    /// An access key.
    Key,
    /// A role.
    Role,
    /// Something that has no place here.
    Other,
}

/// Whether something came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveOutcome {
    /// It came, or would come.
    Moved,
    /// It was here already.
    Here,
    /// It stayed.
    Left,
}
