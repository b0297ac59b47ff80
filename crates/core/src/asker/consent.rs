//! The policies of roles and access keys, which decide whether a program gets a session at once, after a question, or
//! never.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::name::Name;
use crate::value::problem::Problem;

/// What happens when a program requests a session. A person's click in Rolecall never needs a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Consent {
    /// The program gets the session.
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
    /// All policies in the order in which they are offered, the least strict first.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Once, Self::Ask, Self::Never];

    /// Returns the word for the policy in `settings.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Once => "once",
            Self::Never => "never",
        }
    }

    /// Returns the policy that a word stands for. Blanks around it do not matter, as in all of `settings.toml`.
    pub fn of_word(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.into_iter().find(|consent| consent.word() == word)
    }

    /// Returns the stricter of two policies.
    pub fn stricter(self, other: Self) -> Self {
        let strictest_first = Self::ALL.into_iter().rev();
        let mut either = strictest_first.filter(|it| *it == self || *it == other);
        either.next().unwrap_or(Self::Never)
    }
}

/// What a program requests: the session of a role, or of an access key itself. A role and a key can have the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A role, by its name in the catalogue.
    Role(Name),
    /// An access key, by its name in Rolecall.
    Key(Name),
}

impl Subject {
    /// Returns the name of the role or key.
    pub fn name(&self) -> &Name {
        match self {
            Self::Role(name) | Self::Key(name) => name,
        }
    }
}

/// The policies of all roles and access keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentPolicies {
    /// `[ask] default`: for roles and keys without a policy of their own.
    pub default: Consent,
    /// `[ask] containers`: for programs in a container or sandbox, if it is stricter than the policy of the role or
    /// key.
    pub containers: Consent,
    /// `[ask.roles]`: for single roles.
    pub roles: BTreeMap<Name, Consent>,
    /// `[ask.keys]`: for single access keys.
    pub keys: BTreeMap<Name, Consent>,
    /// Policies that cannot be read. They are [`Consent::Never`].
    pub unread: Unread,
}

/// Why policies cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Why `[ask] default` cannot be read.
    pub default: Option<Problem>,
    /// Why `[ask] containers` cannot be read.
    pub containers: Option<Problem>,
    /// Why the policies of single roles and access keys cannot be read.
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

    /// Returns why the policy of a role or an access key cannot be read, or `None` if it can.
    pub fn fault(&self, subject: &Subject) -> Option<&Problem> {
        let default = self.unread.default.as_ref();
        let default = default.filter(|_| self.own(subject).is_none());
        self.unread.subjects.get(subject).or(default)
    }

    /// Returns the own policy of a role or an access key, if it has one.
    pub fn own(&self, subject: &Subject) -> Option<Consent> {
        match subject {
            Subject::Role(role) => self.roles.get(role).copied(),
            Subject::Key(key) => self.keys.get(key).copied(),
        }
    }
}

/// The user's answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Reply {
    /// Allow the requests that wait now.
    AllowOnce,
    /// Allow the process tree until its root ends or Rolecall quits.
    AllowTree,
    /// Deny the requests that wait now.
    Deny,
}

impl Reply {
    /// Returns the label of the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::AllowOnce => "Allow once",
            Self::AllowTree => "Allow for this terminal",
            Self::Deny => "Deny",
        }
    }
}
