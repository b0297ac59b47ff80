//! The Security Token Service as the keeper sees it: the calls, their answers, and what can go wrong.

use jiff::SignedDuration;

use crate::role::call_fields::{ExternalId, SessionName, SourceIdentity};
use crate::role::session_policy::PolicyArn;
use crate::role::session_tags::SessionTag;
use crate::value::credentials::Credentials;
use crate::value::duration::{SessionDuration, TokenDuration};
use crate::value::mfa::{MfaCode, MfaSerial};
use crate::value::region::Region;
use crate::value::role_arn::RoleArn;
use crate::value::secret::Secret;

/// Who signs a call. Lives for one call.
#[derive(Debug)]
pub struct Caller {
    /// The id of the access key, long-term or temporary.
    pub access_key_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The session token of a temporary key.
    pub token: Option<Secret>,
}

impl From<&Credentials> for Caller {
    fn from(credentials: &Credentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id.clone(),
            secret: credentials.secret_access_key.duplicate(),
            token: Some(credentials.session_token.duplicate()),
        }
    }
}

/// One AssumeRole call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role.
    pub role_arn: RoleArn,
    /// What the session calls itself.
    pub session_name: SessionName,
    /// How long it should last.
    pub duration: SessionDuration,
    /// The identifier the role's owner asks for.
    pub external_id: Option<ExternalId>,
    /// Who the session acts for.
    pub source_identity: Option<SourceIdentity>,
    /// The tags of the session.
    pub tags: Vec<SessionTag>,
    /// The keys of the tags that the next role in a chain inherits.
    pub transitive_tags: Vec<String>,
    /// What limits the session beyond the role, as compact JSON.
    pub policy: Option<String>,
    /// The managed policies that limit the session beyond the role.
    pub policy_arns: Vec<PolicyArn>,
    /// The MFA device and its present code.
    pub mfa: Option<(MfaSerial, MfaCode)>,
    /// The region whose endpoint is called.
    pub region: Region,
}

/// What AssumeRole gave.
#[derive(Debug)]
pub struct Assumed {
    /// The credentials.
    pub credentials: Credentials,
    /// The ARN of the session.
    pub identity: String,
    /// How much of the space for session policies and tags they take, in percent; AWS tells it if there are any.
    pub packed_policy_percent: Option<u32>,
}

/// One GetSessionToken call. STS takes it from long-term keys only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionToken {
    /// How long the credentials should last.
    pub duration: TokenDuration,
    /// The MFA device and its present code.
    pub mfa: Option<(MfaSerial, MfaCode)>,
    /// The region whose endpoint is called.
    pub region: Region,
}

/// What GetCallerIdentity gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The 12-digit account.
    pub account_id: String,
    /// The ARN of the user or session.
    pub arn: String,
}

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StsError {
    /// AWS answered and refused.
    #[error("{0}")]
    Refused(Refusal),
    /// No connection: DNS, route, refused, reset.
    #[error("no connection to {host}: {reason}")]
    Unreachable {
        /// The endpoint's host, or the proxy's.
        host: String,
        /// The technical reason.
        reason: String,
    },
    /// The secure connection failed: certificate, name or protocol.
    #[error("secure connection to {host} failed: {reason}")]
    Insecure {
        /// The endpoint's host.
        host: String,
        /// The technical reason.
        reason: String,
    },
    /// AWS has no endpoint of the kind that the settings ask for in this region.
    #[error("no {kind} endpoint of STS in {region}")]
    NoEndpoint {
        /// The region.
        region: String,
        /// What the settings ask for: `FIPS`, `dual-stack` or both.
        kind: &'static str,
        /// Regions that have one; empty if the partition has none.
        instead: &'static [&'static str],
    },
    /// No answer within the deadline.
    #[error("no answer from {host} in time")]
    TimedOut {
        /// The endpoint's host.
        host: String,
    },
    /// Something answered that is not STS: a sign-in page, a redirect, a page too large.
    #[error("not an answer of STS: {0}")]
    NotSts(String),
    /// The answer broke off or lacks a field.
    #[error("incomplete answer: {0}")]
    Incomplete(String),
}

/// An error answer of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code, such as `AccessDenied`.
    pub code: String,
    /// AWS's own words.
    pub message: String,
    /// The request's id, for a support case.
    pub request_id: Option<String>,
    /// AWS's clock minus this machine's, where the answer told.
    pub skew: Option<SignedDuration>,
}
