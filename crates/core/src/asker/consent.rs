//! Whether a program that asks for a session gets it at once, or after a question: the policies of roles and access keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::name::Name;
use crate::value::problem::Problem;

/// What happens when a program asks for a session. What a person clicks is never asked about.
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
    /// All policies, in the order in which they are offered: from the laxest to the strictest.
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

    /// Returns what applies where two policies do.
    pub fn stricter(self, other: Self) -> Self {
        let strictest_first = Self::ALL.into_iter().rev();
        let mut either = strictest_first.filter(|it| *it == self || *it == other);
        either.next().unwrap_or(Self::Never)
    }
}

/// What a program asks for: the session of a role, or of an access key itself. The two may have the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A role, by its name in the catalogue.
    Role(Name),
    /// An access key, by the name the user gave it.
    Key(Name),
}

impl Subject {
    /// Returns its name.
    pub fn name(&self) -> &Name {
        match self {
            Self::Role(name) | Self::Key(name) => name,
        }
    }
}

/// The policies of all roles and access keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentPolicies {
    /// `[ask] default`: of roles and keys that have none of their own.
    pub default: Consent,
    /// `[ask] containers`: of whatever asks from a container or sandbox, if it is stricter than the role's or key's.
    pub containers: Consent,
    /// `[ask.roles]`: of single roles.
    pub roles: BTreeMap<Name, Consent>,
    /// `[ask.keys]`: of single access keys.
    pub keys: BTreeMap<Name, Consent>,
    /// Which of them cannot be read, and so are [`Consent::Never`].
    pub unread: Unread,
}

/// Why policies cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Why `[ask] default` cannot.
    pub default: Option<Problem>,
    /// Why `[ask] containers` cannot.
    pub containers: Option<Problem>,
    /// Why those of single roles and access keys cannot.
    pub subjects: BTreeMap<Subject, Problem>,
}

impl Default for ConsentPolicies {
    fn default() -> Self {
        Self {
            default: Consent::Allow,
            containers: Consent::Never,
            roles: BTreeMap::new(),
            keys: BTreeMap::new(),
            unread: Unread::default(),
        }
    }
}

impl ConsentPolicies {
    /// Returns the policy of a role or an access key.
    pub fn of(&self, subject: &Subject) -> Consent {
        self.own(subject).unwrap_or(self.default)
    }

    /// Returns why the policy of a role or an access key cannot be read; `None` if it can.
    pub fn fault(&self, subject: &Subject) -> Option<&Problem> {
        let default = self.unread.default.as_ref();
        let default = default.filter(|_| self.own(subject).is_none());
        self.unread.subjects.get(subject).or(default)
    }

    /// Returns the policy that a role or an access key has of its own.
    pub fn own(&self, subject: &Subject) -> Option<Consent> {
        match subject {
            Subject::Role(role) => self.roles.get(role).copied(),
            Subject::Key(key) => self.keys.get(key).copied(),
        }
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
            Self::AllowTree => "Allow for this terminal",
            Self::Deny => "Deny",
        }
    }
}
