//! What is asked and told of an edit of AWS's files: a person sees what would change before it is written.

use serde::{Deserialize, Serialize};

use crate::aws_files::Changed;

/// Which roles an edit is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// All there are.
    All,
    /// Those of these names.
    Named(Vec<String>),
}

/// How far an edit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is shown, and nothing is written.
    Preview,
    /// It is written.
    Write,
}

/// An edit as a person is shown it. It holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditView {
    /// What messages call the file.
    pub path: String,
    /// The profiles that it is about.
    pub profiles: Vec<String>,
    /// What differs, line by line; empty if nothing does.
    pub difference: Vec<Changed>,
    /// What to know about it: each one or two sentences.
    pub notes: Vec<String>,
    /// What messages call the copy of the file as it is before the edit, without the secret that the edit takes out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
}

/// A profile of AWS's config file that gets its credentials from a session here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The profile.
    pub profile: String,
    /// The role that its command names.
    pub role: String,
}
