//! Problems: errors as shown to the user. They never contain a secret.

use serde::{Deserialize, Serialize};

use crate::value::diagnosis::Diagnosis;

/// An error as shown to the user: what happened, then what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what} {remedy}")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problem {
    /// The code, for programs.
    pub code: ProblemCode,
    /// What happened: one sentence.
    pub what: String,
    /// What to do about it: one or two sentences.
    pub remedy: String,
    /// AWS's own message and the request ID, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub detail: Option<String>,
    /// The explanation, if AWS returned an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub diagnosis: Option<Box<Diagnosis>>,
}

impl Problem {
    /// Returns a problem without a message of AWS.
    pub fn new(code: ProblemCode, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            remedy: remedy.into(),
            detail: None,
            diagnosis: None,
        }
    }

    /// Returns the problem for an internal error.
    pub fn internal() -> Self {
        let remedy = "Try again. If it happens again, restart Rolecall and report it.";
        Self::new(
            ProblemCode::Internal,
            "A fault in Rolecall stopped this.",
            remedy,
        )
    }

    /// Returns the problem of something that cannot be done because the process may open no more files.
    pub fn too_many_files(what: &str) -> Self {
        Self::new(
            ProblemCode::NoResources,
            format!("{what}: too many files are open."),
            "Close some programs or restart Rolecall, then try again. Active sessions keep working.",
        )
    }

    /// Returns the same problem with an explanation.
    pub fn with_diagnosis(mut self, diagnosis: Diagnosis) -> Self {
        self.diagnosis = Some(Box::new(diagnosis));
        self
    }

    /// Returns the same problem with AWS's own message and the request ID.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// The kinds of problems that a caller handles differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ProblemCode {
    /// A value is not allowed.
    InvalidInput,
    /// `roles.toml`, or another file than in the next two variants, is not valid.
    InvalidFile,
    /// `settings.toml` is not valid.
    InvalidSettings,
    /// One of AWS's own files has a line because of which AWS's tools reject the file.
    InvalidAwsFile,
    /// There is no role with this name.
    UnknownRole,
    /// There is no access key with this name.
    UnknownKey,
    /// The name is already in use.
    NameTaken,
    /// The role's source is missing, forms a loop, or is unusable.
    UnusableSource,
    /// The role's access key is in a file, not in the keychain. The detail is the profile with the key.
    PlaintextKey,
    /// The role has no active session.
    NoSession,
    /// The role needs an MFA code, and none was entered.
    CodeNeeded,
    /// The role requires a reason, and none was given.
    ReasonNeeded,
    /// A person must confirm that a role which acts on production is assumed.
    ConfirmationNeeded,
    /// The prompt was cancelled or timed out.
    Cancelled,
    /// The keychain is locked.
    KeychainLocked,
    /// The keys are in a sealed file whose passphrase is needed.
    KeysSealed,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// No keychain is running.
    KeychainAbsent,
    /// The keychain does not respond.
    KeychainFrozen,
    /// The keychain denied access.
    KeychainDenied,
    /// The keychain has no entry, or an entry that is not valid.
    KeychainEmpty,
    /// AWS denied the call because of permissions, the trust policy or a condition.
    AccessDenied,
    /// AWS does not know the access key.
    InvalidKey,
    /// The credentials that signed the call have expired.
    ExpiredCredentials,
    /// The MFA code was not accepted.
    CodeRejected,
    /// The requested duration is longer than allowed.
    DurationTooLong,
    /// AWS throttled the request.
    Throttled,
    /// STS is not active in the region.
    RegionDisabled,
    /// AWS rejected a field of the request.
    InvalidRequest,
    /// This computer's clock differs from AWS's.
    ClockSkewed,
    /// AWS cannot be reached.
    Offline,
    /// The response did not come from AWS.
    NotAws,
    /// AWS returned another role than the requested one.
    WrongIdentity,
    /// AWS had an internal error.
    AwsFailed,
    /// The clipboard could not be written.
    ClipboardFailed,
    /// A file could not be read or written.
    StorageFailed,
    /// Rolecall is not running.
    NotRunning,
    /// The application and the command line are not compatible.
    VersionMismatch,
    /// An upgrade replaced the running program: a restart starts the new one.
    Updated,
    /// The running program was removed: there is nothing to start again.
    Removed,
    /// Another user's process listens on the socket.
    ForeignPeer,
    /// The user, or the policy of the role, denied the request.
    NotAllowed,
    /// The user must be asked, but cannot be.
    NobodyToAsk,
    /// The request came from a container or sandbox.
    OtherNamespace,
    /// The window could not be opened.
    WindowFailed,
    /// The desktop has no tray.
    NoTray,
    /// The desktop's session bus cannot be reached.
    NoBus,
    /// The call took longer than its deadline.
    TimedOut,
    /// The system lacks resources, such as files that the process may open.
    NoResources,
    /// An internal error.
    Internal,
}
