//! One finding.

use serde::{Deserialize, Serialize};

use crate::aws_files::AwsFile;
use crate::value::diagnosis::{CauseKind, Statement};
use crate::value::problem::ProblemCode;

/// Something that is wrong, or will be: what, why it matters, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// The kind of the finding, for programs.
    pub id: FindingId,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: one sentence.
    pub what: String,
    /// Why it matters: one sentence.
    pub why: String,
    /// How to fix it: one or two sentences.
    pub remedy: String,
    /// Who can fix it, as the end of "Ask …"; `None` if the user can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub who: Option<String>,
    /// A command that fixes or checks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub command: Option<String>,
    /// The policy statement that would fix it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub statement: Option<Statement>,
    /// The technical reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub detail: Option<String>,
    /// What Rolecall can do about it in one step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub fix: Option<Fix>,
}

/// The kind of a finding: a problem that calls have too, a cause of a refusal, or what only these checks find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FindingId {
    /// What only these checks find.
    Check(CheckKind),
    /// A problem.
    Problem(ProblemCode),
    /// A cause for which AWS refuses a call.
    Cause(CauseKind),
}

/// The kinds of findings that are no problem of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum CheckKind {
    /// Other users can read a file with credentials.
    ReadableByOthers,
    /// Other users can change one of AWS's files.
    WritableByOthers,
    /// A static key of a profile is used instead of its `credential_process`.
    ShadowedProfile,
    /// A profile or setting is in several places.
    DuplicateSetting,
    /// A `credential_process` names a program that does not exist.
    MissingProgram,
    /// An access key was created long ago.
    OldKey,
    /// An access key was not used for long.
    UnusedKey,
    /// An access key may do more than assume roles.
    BroadKey,
    /// An access key belongs to a root user.
    RootKey,
    /// The proxy of the settings does not lead to AWS.
    DeadProxy,
    /// The certificate file of the settings cannot be used.
    CertificateFile,
    /// The session bus does not answer.
    DeadBus,
    /// Another version of Rolecall is running.
    OtherVersion,
    /// There are several copies of Rolecall.
    SecondCopy,
    /// Variables of the terminal override all profiles.
    OverridingVariables,
    /// The terminal's tools read other files than Rolecall.
    OtherFiles,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Severity {
    /// Something does not work, or a secret is exposed.
    Error,
    /// Something works differently from what it seems, or will stop working.
    Warning,
    /// It works, and could be safer.
    Advice,
}

/// What Rolecall can do about a finding in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Fix {
    /// Let only the user read and write one of AWS's files.
    RestrictFile(AwsFile),
    /// Move the key of this profile to the keychain.
    ImportKey(String),
}

impl From<CheckKind> for FindingId {
    fn from(kind: CheckKind) -> Self {
        Self::Check(kind)
    }
}

impl From<ProblemCode> for FindingId {
    fn from(code: ProblemCode) -> Self {
        Self::Problem(code)
    }
}

impl From<CauseKind> for FindingId {
    fn from(kind: CauseKind) -> Self {
        Self::Cause(kind)
    }
}

impl Finding {
    /// Returns a finding without further details.
    pub(super) fn new(
        id: impl Into<FindingId>,
        severity: Severity,
        what: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            severity,
            what: what.into(),
            why: why.into(),
            remedy: remedy.into(),
            who: None,
            command: None,
            statement: None,
            detail: None,
            fix: None,
        }
    }

    /// Adds a command that fixes or checks it.
    #[must_use]
    pub(super) fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Adds the step that fixes it.
    #[must_use]
    pub(super) fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Adds the technical reason.
    #[must_use]
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
