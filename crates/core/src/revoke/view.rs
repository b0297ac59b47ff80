//! Revocations as shown to the user, before and after.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::asker::by::By;

/// Whose sessions are revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RevocationTarget {
    /// All sessions of a role that AWS issued so far.
    Role(String),
    /// The session of a role that is live here, and older ones of the same session name.
    Session(String),
    /// All sessions that AWS issued so far for the user of an access key, without a role.
    Key(String),
}

impl RevocationTarget {
    /// Returns the name of the role or access key in Rolecall.
    pub fn name(&self) -> &str {
        match self {
            Self::Role(name) | Self::Session(name) | Self::Key(name) => name,
        }
    }
}

/// Which credentials the user wants to sign with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum With {
    /// Those that Rolecall finds first.
    Any,
    /// Those of the access key or role with this name.
    Named(String),
    /// These.
    Exactly(By),
}

/// Whether a revocation is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RevokeStep {
    /// It is only shown.
    Preview {
        /// With which credentials it would be done.
        with: With,
    },
    /// It is done as it was shown.
    Write {
        /// The time in the policy.
        #[cfg_attr(test, ts(type = "string"))]
        at: Timestamp,
        /// The credentials.
        by: By,
        /// The digest of what was shown.
        digest: String,
    },
}

/// Whether an undo is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum UndoStep {
    /// It is only shown.
    Preview {
        /// With which credentials it would be done.
        with: With,
    },
    /// It is done.
    Write {
        /// The credentials.
        by: By,
        /// The digest of what was shown.
        digest: String,
    },
}

/// A revocation, before it is done or after. It has no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RevocationView {
    /// A digest of what is put, on what, with which credentials, in place of what. It is given back to do that.
    pub digest: String,
    /// The ARN of the role or user that gets the policy.
    pub holder: String,
    /// The name of the inline policy.
    pub policy_name: String,
    /// The policy.
    pub document: String,
    /// The time in it, by AWS's clock.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// The session name, if only sessions of one name are revoked.
    pub session_name: Option<String>,
    /// With what it is done.
    pub by: By,
    /// Whether that is a session which the policy denies everything too.
    pub by_is_hit: bool,
    /// All access keys and live sessions here that are in the same account, likely ones first.
    pub choices: Vec<By>,
    /// The sessions on this machine that are revoked.
    pub hit: Vec<Hit>,
    /// The roles here that were assumed from a revoked session and keep working.
    pub living_on: Vec<String>,
    /// What AWS has under the same name now.
    pub existing: Existing,
    /// The policy that permits the revocation and its undo.
    pub permission: String,
    /// The AWS CLI's command that does the same.
    pub command: String,
}

/// A session on this machine that is revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Hit {
    /// The role or access key.
    pub name: String,
    /// The ARN of the session.
    pub identity: String,
    /// When it expires.
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
}

/// What AWS has under the name of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Existing {
    /// Nothing.
    None,
    /// A policy that Rolecall put earlier.
    Ours(String),
    /// A policy of somebody else.
    Other(String),
    /// AWS does not permit to read it.
    Unread,
}

/// An undo, before it is done or after. It has no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UndoView {
    /// A digest of what is done, with which credentials. It is given back to do that.
    pub digest: String,
    /// The ARN of the role or user.
    pub holder: String,
    /// With what it is done.
    pub by: By,
    /// All access keys and live sessions here that are in the same account.
    pub choices: Vec<By>,
    /// What Rolecall put there, and what happens to it.
    pub items: Vec<UndoItem>,
    /// The policy that permits the undo.
    pub permission: String,
}

/// One policy that Rolecall put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UndoItem {
    /// The name of the policy.
    pub policy_name: String,
    /// What the undo does.
    pub action: UndoAction,
}

/// What an undo does with a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum UndoAction {
    /// It removes this policy, which Rolecall put.
    Remove(String),
    /// It puts back this policy, which was there before.
    PutBack(String),
    /// Nothing: AWS has what it had before.
    Nothing,
    /// Nothing: somebody replaced the policy by this one.
    Changed(String),
    /// Nothing: the record says that this policy was there before, which allows something.
    Suspect(String),
}
