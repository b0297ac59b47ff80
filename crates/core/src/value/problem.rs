//! What went wrong, in the words a person reads. It never carries a secret.

use serde::{Deserialize, Serialize};

use crate::value::diagnosis::Diagnosis;

/// A failure as a person reads it: what happened, then what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what} {remedy}")]
pub struct Problem {
    /// What programs branch on.
    pub code: ProblemCode,
    /// What happened: one sentence.
    pub what: String,
    /// What to do about it: one or two sentences.
    pub remedy: String,
    /// AWS's own words and the request id, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Why AWS refused, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Box<Diagnosis>>,
}

impl Problem {
    /// Returns a problem without AWS's own words.
    pub fn new(code: ProblemCode, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            remedy: remedy.into(),
            detail: None,
            diagnosis: None,
        }
    }

    /// Returns the problem of a fault in this program.
    pub fn internal() -> Self {
        let remedy = "Try again; if it goes on, restart Rolecall and report it.";
        Self::new(
            ProblemCode::Internal,
            "A fault in Rolecall stopped this.",
            remedy,
        )
    }

    /// Returns the same problem with the causes that would explain it.
    pub fn with_diagnosis(mut self, diagnosis: Diagnosis) -> Self {
        self.diagnosis = Some(Box::new(diagnosis));
        self
    }

    /// Returns the same problem with AWS's own words and the request id added.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// The kinds of problem that a caller handles differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// A value that was typed, pasted or read is not allowed.
    InvalidInput,
    /// `roles.toml`, or another file that is not one of the next two, cannot be read as it is.
    InvalidFile,
    /// `settings.toml` cannot be read as it is.
    InvalidSettings,
    /// One of AWS's own files has a line for which AWS's tools refuse it.
    InvalidAwsFile,
    /// No role of that name.
    UnknownRole,
    /// No access key of that name.
    UnknownKey,
    /// The name is taken.
    NameTaken,
    /// The role's source is missing, loops, or is unusable.
    UnusableSource,
    /// The role's access key is in a file, not in the keychain; the detail is the profile that holds it.
    PlaintextKey,
    /// No session of that role is active.
    NoSession,
    /// The role needs a code from the authenticator, and none came.
    CodeNeeded,
    /// The role wants a reason, and none came.
    ReasonNeeded,
    /// The prompt was cancelled or timed out.
    Cancelled,
    /// The keychain is locked.
    KeychainLocked,
    /// The keys are in a sealed file whose passphrase is needed.
    KeysSealed,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// No keychain runs here.
    KeychainAbsent,
    /// The keychain does not respond.
    KeychainFrozen,
    /// The keychain denied access.
    KeychainDenied,
    /// The keychain holds nothing, or something unreadable, under this key.
    KeychainEmpty,
    /// AWS refused the call: permissions, trust or a condition.
    AccessDenied,
    /// AWS does not know the access key.
    InvalidKey,
    /// The credentials that signed the call have expired.
    ExpiredCredentials,
    /// The code from the authenticator was not accepted.
    CodeRejected,
    /// The session would be longer than allowed.
    DurationTooLong,
    /// AWS limits requests.
    Throttled,
    /// STS is not active in the region.
    RegionDisabled,
    /// AWS refused the request's fields.
    InvalidRequest,
    /// This computer's clock differs from AWS's.
    ClockSkewed,
    /// AWS cannot be reached.
    Offline,
    /// Something that is not AWS answered.
    NotAws,
    /// AWS returned another role than was asked for.
    WrongIdentity,
    /// AWS had an internal error.
    AwsFailed,
    /// The clipboard could not be written.
    ClipboardFailed,
    /// A file could not be read or written.
    StorageFailed,
    /// No application of ours is running.
    NotRunning,
    /// The application and the command line are not compatible.
    VersionMismatch,
    /// Another user's process stands behind the socket.
    ForeignPeer,
    /// The user, or the policy of the role, denied the request.
    NotAllowed,
    /// The user would have been asked, and cannot be.
    NobodyToAsk,
    /// The request came from a container or sandbox.
    OtherNamespace,
    /// The desktop has no tray.
    NoTray,
    /// The call took longer than its deadline.
    TimedOut,
    /// A fault in this program.
    Internal,
}
