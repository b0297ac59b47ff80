//! Whether a program that asks for a session gets it at once, or after a question: the policy of each role.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::Name;

/// What happens when a program asks for a role's session. What a person clicks is never asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// It is handed out.
    #[default]
    Allow,
    /// The user is asked each time.
    Ask,
    /// The user is asked, and may allow the whole process tree.
    Once,
    /// No program gets it.
    Never,
}

impl Consent {
    /// All policies, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Once, Self::Ask, Self::Never];

    /// Returns the word for it in `settings.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Once => "once",
            Self::Never => "never",
        }
    }

    /// Returns the policy that a word stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|consent| consent.word() == word)
    }
}

/// The policies of all roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consents {
    /// `[ask] default`: of roles that have none of their own.
    pub default: Consent,
    /// `[ask] containers`: of whatever asks from a container or sandbox, if it is stricter than the role's.
    pub containers: Consent,
    /// `[ask.roles]`: of single roles.
    pub roles: BTreeMap<Name, Consent>,
}

impl Default for Consents {
    fn default() -> Self {
        Self {
            default: Consent::Allow,
            containers: Consent::Never,
            roles: BTreeMap::new(),
        }
    }
}

impl Consents {
    /// Returns the policy of a role.
    pub fn of(&self, role: &Name) -> Consent {
        self.roles.get(role).copied().unwrap_or(self.default)
    }
}

/// What the user answers to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Allow what waits now.
    AllowOnce,
    /// Allow the process tree until its root ends or Rolecall quits.
    AllowTree,
    /// Deny what waits now.
    Deny,
}

impl Reply {
    /// Returns what a button says.
    pub fn label(self) -> &'static str {
        match self {
            Self::AllowOnce => "Allow once",
            Self::AllowTree => "Allow for this process tree",
            Self::Deny => "Deny",
        }
    }
}
