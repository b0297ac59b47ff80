//! What `rolecall reset` removes from the machine, as the agent's program reports it to the command line.

use serde::{Deserialize, Serialize};

/// Everything that a reset removes, and what it keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetPlan {
    /// What is removed.
    pub removals: Vec<Removal>,
    /// Secrets that exist nowhere else, and are lost.
    pub lost: Vec<LostSecret>,
    /// What stays, and why.
    pub kept: Vec<Kept>,
    /// Why the list of access keys cannot be read, so that it is not known which secrets are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_keys: Option<String>,
}

/// One thing that a reset removes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Where it is.
    pub place: ResetPlace,
    /// What it is, for display.
    pub what: String,
    /// The account of an item of the keychain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// The places where Rolecall keeps something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetPlace {
    /// The keychain of the operating system.
    Keychain,
    /// A part of one of AWS's files.
    AwsFile,
    /// A file or folder of Rolecall.
    File,
}

/// A secret that cannot be read or made again after a reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostSecret {
    /// What it is, for display.
    pub what: String,
    /// How to keep it, if there is a way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescue: Option<String>,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What it is, for display.
    pub what: String,
    /// Why it stays, or what to do about it.
    pub why: String,
}

/// What a reset did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetOutcome {
    /// How many things were removed.
    pub removed: usize,
    /// What could not be removed, and what to do.
    pub left: Vec<Kept>,
}

impl ResetPlan {
    /// Returns whether nothing of Rolecall is on the machine.
    pub fn is_empty(&self) -> bool {
        self.removals.is_empty()
    }

    /// Returns whether this plan has the item of the keychain.
    pub fn has_item(&self, account: &str) -> bool {
        let mut accounts = self.removals.iter().filter_map(|it| it.account.as_deref());
        accounts.any(|it| it == account)
    }
}
