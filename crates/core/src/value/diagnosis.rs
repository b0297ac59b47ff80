//! Why AWS said no, as a value: the causes of a refusal, how sure each is, what to check, and what to send to whom.

use serde::{Deserialize, Serialize};

/// Why a call was refused: the causes that fit, most likely first, and AWS's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The causes, most likely first; empty if the answer is none that is known.
    pub causes: Vec<Cause>,
    /// AWS's error code.
    pub code: String,
    /// AWS's own words, every hidden character made visible.
    pub words: String,
    /// The request's id, for a support case.
    pub request_id: Option<String>,
    /// The calls that would tell more, and what they told once they were made.
    #[serde(default)]
    pub looks: Vec<Look>,
}

/// One call that would tell more, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Which call it is.
    pub call: LookCall,
    /// The action, as policies name it.
    pub action: String,
    /// Whose credentials sign it: the name of an access key, or of a role with a session.
    pub by: String,
    /// What it told, in one sentence; `None` before it was made.
    pub found: Option<String>,
    /// The statement that would allow it, where it was denied.
    pub statement: Option<Statement>,
}

/// The calls that may tell more. None of them changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookCall {
    /// The role's trust policy.
    GetRole,
    /// Whether the caller's own policies allow the request.
    SimulatePrincipalPolicy,
    /// What an encoded message says.
    DecodeAuthorizationMessage,
    /// Whose an access key is.
    GetAccessKeyInfo,
}

impl LookCall {
    /// Returns the action, as policies name it.
    pub fn action(self) -> &'static str {
        match self {
            Self::GetRole => "iam:GetRole",
            Self::SimulatePrincipalPolicy => "iam:SimulatePrincipalPolicy",
            Self::DecodeAuthorizationMessage => "sts:DecodeAuthorizationMessage",
            Self::GetAccessKeyInfo => "sts:GetAccessKeyInfo",
        }
    }
}

/// One thing that would explain a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What programs branch on.
    pub kind: CauseKind,
    /// How sure this is.
    pub confidence: Confidence,
    /// The cause in one sentence.
    pub what: String,
    /// How to find out, or what to do.
    pub check: Check,
    /// Who can change it, as the end of "Ask …"; `None` if the user can.
    pub who: Option<String>,
    /// The policy statement that would fix it.
    pub statement: Option<Statement>,
}

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// AWS's words or the role's own policy say so.
    Certain,
    /// It fits the request better than most.
    Likely,
    /// It cannot be ruled out.
    Possible,
}

/// What a cause is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The caller's own policies do not allow the call.
    CallerPermission,
    /// The role's trust policy does not let the caller in.
    TrustPolicy,
    /// The external ID is missing or another one.
    ExternalId,
    /// The role asks for MFA, and the request had none.
    MfaMissing,
    /// The MFA of the session is older than the role accepts.
    MfaTooOld,
    /// The code is wrong, used or late.
    MfaCode,
    /// The device is not the caller's.
    MfaDevice,
    /// The role asks for another session name.
    SessionName,
    /// The source identity is missing, forbidden or fixed by an earlier session.
    SourceIdentity,
    /// Session tags are missing, forbidden or malformed.
    SessionTags,
    /// There is no such role.
    NoSuchRole,
    /// The root user cannot assume roles.
    RootUser,
    /// A policy denies it explicitly.
    ExplicitDeny,
    /// A service control policy of the caller's organization.
    ServiceControl,
    /// A resource control policy of the role's organization.
    ResourceControl,
    /// The caller's permissions boundary.
    Boundary,
    /// The session policy or the role that the caller's session came with.
    CallerSession,
    /// The policy of a VPC endpoint.
    EndpointPolicy,
    /// A condition on something else, such as address, organization or time.
    OtherCondition,
    /// The access key is deleted, inactive or mistyped.
    KeyUnknown,
    /// The key belongs to another partition.
    Partition,
    /// The region is not enabled, or STS is off there.
    Region,
    /// The credentials that signed are over.
    Expired,
    /// The secret does not fit the key.
    Secret,
    /// This machine's clock is off.
    Clock,
    /// The request went to the wrong endpoint.
    Endpoint,
    /// The session would be longer than allowed.
    Duration,
    /// A field of the request is malformed.
    Field,
    /// The session policy is malformed or too large.
    SessionPolicy,
    /// Too many requests at a time.
    Throttled,
    /// AWS had an internal error.
    AwsFault,
}

/// How to find out whether a cause is the one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What to look at or do.
    pub what: String,
    /// A command that tells, for someone with the permission.
    pub command: Option<String>,
}

/// A policy statement to send on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Where it belongs, such as "the trust policy of guest".
    pub goes_to: String,
    /// The statement, indented JSON.
    pub json: String,
}

impl Cause {
    /// Returns a cause with a check in words.
    pub(crate) fn new(
        kind: CauseKind,
        confidence: Confidence,
        what: impl Into<String>,
        check: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            confidence,
            what: what.into(),
            check: Check {
                what: check.into(),
                command: None,
            },
            who: None,
            statement: None,
        }
    }

    /// Adds the command that tells.
    pub(crate) fn command(mut self, command: Option<String>) -> Self {
        self.check.command = command;
        self
    }

    /// Adds who can change it.
    pub(crate) fn ask(mut self, who: impl Into<String>) -> Self {
        self.who = Some(who.into());
        self
    }

    /// Adds the statement that would fix it.
    pub(crate) fn send(mut self, statement: Option<Statement>) -> Self {
        self.statement = statement;
        self
    }

    /// Returns the cause and its check as a person reads them in one line.
    pub fn sentence(&self) -> String {
        let lead = match self.confidence {
            Confidence::Certain => "",
            Confidence::Likely => "Most likely: ",
            Confidence::Possible => "Possibly: ",
        };
        let text = format!("{lead}{} {}", self.what, self.check.what);
        text.trim_end().to_owned()
    }
}

/// Returns causes surest first; among equals the order stays. A second cause of a kind is dropped.
pub(crate) fn sorted(mut causes: Vec<Cause>) -> Vec<Cause> {
    causes.sort_by_key(|cause| cause.confidence);
    let mut kinds = Vec::new();
    causes.retain(|cause| {
        let key = (cause.kind, cause.what.clone());
        let is_new = !kinds.contains(&key);
        kinds.push(key);
        is_new
    });
    causes
}
