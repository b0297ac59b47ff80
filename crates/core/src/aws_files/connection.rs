//! Requests and results of edits of AWS's files. The user sees the changes before they are written.

use serde::{Deserialize, Serialize};

use crate::aws_files::Changed;

/// The roles that an edit applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Which {
    /// All roles.
    All,
    /// The roles with these names.
    Named(Vec<String>),
}

/// Whether an edit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Step {
    /// The changes are only shown.
    Preview,
    /// The changes are written.
    Write,
}

/// An edit as shown to the user. It has no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EditView {
    /// The path of the file as shown in messages.
    pub path: String,
    /// The profiles that the edit applies to.
    pub profiles: Vec<String>,
    /// The differences line by line, or empty if there are none.
    pub difference: Vec<Changed>,
    /// Notes for the user, each of one or two sentences.
    pub notes: Vec<String>,
    /// The path, as shown in messages, of the backup of the file without the secret that the edit removes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub backup: Option<String>,
}

/// A profile of AWS's config file that gets its credentials from a session here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Connection {
    /// The profile.
    pub profile: String,
    /// The role that its command names.
    pub role: String,
}
