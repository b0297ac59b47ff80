//! The explanation of an error of AWS: the causes and their confidence, what to check, and what to send to whom.

use serde::{Deserialize, Serialize};

/// Why a call failed: the causes that fit, most likely first, and the message of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Diagnosis {
    /// The causes, most likely first, or empty if the error is unknown.
    pub causes: Vec<Cause>,
    /// AWS's error code.
    pub code: String,
    /// The message of AWS, with hidden characters escaped.
    pub words: String,
    /// The request ID, for a support case.
    pub request_id: Option<String>,
    /// The follow-up calls that give more details, and their results once they were made.
    #[serde(default, alias = "looks")]
    pub further_calls: Vec<FurtherCall>,
}

/// One follow-up call for more details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FurtherCall {
    /// The call.
    pub call: FurtherCallKind,
    /// The action, as named in policies.
    pub action: String,
    /// The name of the access key or role whose credentials sign the call.
    pub by: String,
    /// The result in one sentence; `None` before the call was made.
    pub found: Option<String>,
    /// The statement that would allow the call, if it was denied.
    pub statement: Option<Statement>,
}

/// The possible follow-up calls. They change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FurtherCallKind {
    /// The role's trust policy.
    GetRole,
    /// Whether the caller's own policies allow the request.
    SimulatePrincipalPolicy,
    /// The content of an encoded message.
    DecodeAuthorizationMessage,
    /// The account of an access key.
    GetAccessKeyInfo,
}

impl FurtherCallKind {
    /// Returns the action, as named in policies.
    pub fn action(self) -> &'static str {
        match self {
            Self::GetRole => "iam:GetRole",
            Self::SimulatePrincipalPolicy => "iam:SimulatePrincipalPolicy",
            Self::DecodeAuthorizationMessage => "sts:DecodeAuthorizationMessage",
            Self::GetAccessKeyInfo => "sts:GetAccessKeyInfo",
        }
    }
}

/// One possible cause of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Cause {
    /// The kind of the cause, for programs.
    pub kind: CauseKind,
    /// The confidence in this cause.
    pub confidence: Confidence,
    /// The cause in one sentence.
    pub what: String,
    /// How to find out, or what to do.
    pub check: Check,
    /// Who can fix it, as the end of "Ask …"; `None` if the user can.
    pub who: Option<String>,
    /// The policy statement that would fix it.
    pub statement: Option<Statement>,
}

/// The confidence in a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Confidence {
    /// The message of AWS or the role's own policy says so.
    Certain,
    /// It fits the request better than other causes.
    Likely,
    /// It cannot be ruled out.
    Possible,
}

/// The kind of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum CauseKind {
    /// The caller's own policies do not allow the call.
    CallerPermission,
    /// The role's trust policy does not allow the caller.
    TrustPolicy,
    /// The external ID is missing or wrong.
    ExternalId,
    /// The role requires MFA, and the request had none.
    MfaMissing,
    /// The MFA of the session is older than the role accepts.
    MfaTooOld,
    /// The code is wrong, already used or expired.
    MfaCode,
    /// The device does not belong to the caller.
    MfaDevice,
    /// The role requires another session name.
    SessionName,
    /// The source identity is missing, not allowed, or set by an earlier session.
    SourceIdentity,
    /// Session tags are missing, not allowed or malformed.
    SessionTags,
    /// The role does not exist.
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
    /// The session policy or the role of the caller's session.
    CallerSession,
    /// The caller's session may have been revoked.
    RevokedSession,
    /// The policy of a VPC endpoint.
    EndpointPolicy,
    /// The policy of the resource, such as a bucket or a key.
    ResourcePolicy,
    /// The resource does not exist.
    NoSuchResource,
    /// The details are in an encoded message.
    EncodedMessage,
    /// Another condition, for example on the address, the organization or the time.
    OtherCondition,
    /// The access key is deleted, inactive or misspelled.
    KeyUnknown,
    /// The key belongs to another partition.
    Partition,
    /// The region is not enabled, or STS is not active in it.
    Region,
    /// The credentials that signed the call have expired.
    Expired,
    /// The secret does not belong to the access key.
    Secret,
    /// This machine's clock is wrong.
    Clock,
    /// The request went to the wrong endpoint.
    Endpoint,
    /// The requested duration is longer than allowed.
    Duration,
    /// A field of the request is malformed.
    Field,
    /// The session policy is malformed or too large.
    SessionPolicy,
    /// There were too many requests.
    Throttled,
    /// AWS had an internal error.
    AwsFault,
}

/// How to check whether a cause applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Check {
    /// What to check or do.
    pub what: String,
    /// A command for the check, for someone with the permission.
    pub command: Option<String>,
}

/// A policy statement to send to someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Statement {
    /// The policy to add it to, such as "the trust policy of guest".
    pub goes_to: String,
    /// The statement, indented JSON.
    pub json: String,
}

impl Statement {
    /// Returns the statement for another policy than the one it was written for.
    pub(crate) fn for_policy(self, place: impl Into<String>) -> Self {
        Self {
            goes_to: place.into(),
            ..self
        }
    }
}

impl Diagnosis {
    /// Returns whether the error means that AWS no longer accepts the credentials that signed, whatever the request:
    /// they expired, were revoked or deleted.
    pub fn means_dead_credentials(&self) -> bool {
        is_unknown_key(&self.code) || is_expired(&self.code)
    }

    /// Returns whether the session that signed may have been revoked, so that a new one works.
    pub fn may_be_revoked(&self) -> bool {
        let kinds = self.causes.iter().map(|cause| cause.kind);
        kinds
            .into_iter()
            .any(|kind| kind == CauseKind::RevokedSession)
    }
}

/// Returns whether an error code of AWS means that it does not know the credentials.
pub(crate) fn is_unknown_key(code: &str) -> bool {
    matches!(
        code,
        "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "AuthFailure"
            | "InvalidToken"
    )
}

/// Returns whether an error code of AWS means that the credentials have expired.
pub(crate) fn is_expired(code: &str) -> bool {
    matches!(
        code,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired"
    )
}

impl Cause {
    /// Returns a cause with a description of the check.
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

    /// Adds the command for the check.
    pub(crate) fn command(mut self, command: Option<String>) -> Self {
        self.check.command = command;
        self
    }

    /// Adds who can fix it.
    pub(crate) fn ask(mut self, who: impl Into<String>) -> Self {
        self.who = Some(who.into());
        self
    }

    /// Adds the statement that would fix it.
    pub(crate) fn send(mut self, statement: Option<Statement>) -> Self {
        self.statement = statement;
        self
    }

    /// Returns the cause and its check in one line for the user.
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

/// Returns the causes by confidence, highest first. Causes of equal confidence keep their order, and a second cause of
/// a kind is dropped.
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
