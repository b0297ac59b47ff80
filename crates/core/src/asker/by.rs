//! The credentials that sign a call to AWS, as the user chooses them.

use serde::{Deserialize, Serialize};

use crate::asker::consent::Subject;
use crate::value::input::InputError;
use crate::value::name::Name;

/// The credentials that sign a call to AWS. A role and an access key can have the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum By {
    /// The live session of a role.
    Role(String),
    /// An access key.
    Key(String),
}

impl By {
    /// Returns the name of the role or access key.
    pub fn name(&self) -> &str {
        match self {
            Self::Role(name) | Self::Key(name) => name,
        }
    }

    /// Returns whose policy decides about a call that it signs.
    ///
    /// # Errors
    /// If it is not a name.
    pub fn subject(&self) -> Result<Subject, InputError> {
        Ok(match self {
            Self::Role(name) => Subject::Role(Name::parse(name)?),
            Self::Key(name) => Subject::Key(Name::parse(name)?),
        })
    }
}

impl From<&Subject> for By {
    fn from(subject: &Subject) -> Self {
        match subject {
            Subject::Role(name) => Self::Role(name.to_string()),
            Subject::Key(name) => Self::Key(name.to_string()),
        }
    }
}
