//! Calls of the Security Token Service: the requests, the responses and the errors.

use jiff::SignedDuration;

use crate::role::call_fields::{ExternalId, SessionName, SourceIdentity};
use crate::role::session_policy::PolicyArn;
use crate::role::session_tags::SessionTag;
use crate::value::access_key::AccessKeyId;
use crate::value::credentials::Credentials;
use crate::value::duration::{SessionDuration, TokenDuration};
use crate::value::mfa::{MfaCode, MfaSerial};
use crate::value::region::Region;
use crate::value::role_arn::RoleArn;
use crate::value::secret::Secret;

/// The credentials that sign one call.
#[derive(Debug)]
pub struct Caller {
    /// The ID of the access key, long-term or temporary.
    pub access_key_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The session token of a temporary key.
    pub token: Option<Secret>,
}

impl Caller {
    /// Returns a long-term access key as a signer.
    pub fn of_key(id: &AccessKeyId, secret: Secret) -> Self {
        Self {
            access_key_id: id.as_str().to_owned(),
            secret,
            token: None,
        }
    }
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
    /// The session name.
    pub session_name: SessionName,
    /// How long it should last.
    pub duration: SessionDuration,
    /// The external ID that the role's owner requires.
    pub external_id: Option<ExternalId>,
    /// The source identity of the session.
    pub source_identity: Option<SourceIdentity>,
    /// The tags of the session.
    pub tags: Vec<SessionTag>,
    /// The keys of the tags that the next role in a chain inherits.
    pub transitive_tags: Vec<String>,
    /// The inline session policy, as compact JSON.
    pub policy: Option<String>,
    /// The managed session policies.
    pub policy_arns: Vec<PolicyArn>,
    /// The MFA device and its current code.
    pub mfa: Option<(MfaSerial, MfaCode)>,
    /// The region whose endpoint is called.
    pub region: Region,
}

/// The result of AssumeRole.
#[derive(Debug)]
pub struct Assumed {
    /// The credentials.
    pub credentials: Credentials,
    /// The ARN of the session.
    pub identity: String,
    /// How much of the space for session policies and tags is used, in percent. AWS returns it if there are any.
    pub packed_policy_percent: Option<u32>,
    /// The custom endpoint that answered; `None` for AWS.
    pub endpoint_url: Option<String>,
}

/// One GetSessionToken call. STS accepts it only with long-term keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionToken {
    /// How long the credentials should last.
    pub duration: TokenDuration,
    /// The MFA device and its current code.
    pub mfa: Option<(MfaSerial, MfaCode)>,
    /// The region whose endpoint is called.
    pub region: Region,
}

/// The result of GetCallerIdentity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The 12-digit account.
    pub account_id: String,
    /// The ARN of the user or session.
    pub arn: String,
    /// The unique ID: `AIDA…` of a user, `AROA…:name` of a session.
    pub user_id: String,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StsError {
    /// AWS responded with an error.
    #[error("{0}")]
    Refused(Refusal),
    /// No connection: a DNS or routing error, or a connection that was refused or reset.
    #[error("no connection to {host}: {reason}")]
    Unreachable {
        /// The endpoint's host, or the proxy's.
        host: String,
        /// The technical reason.
        reason: String,
    },
    /// This process may open no more files.
    #[error("too many files are open")]
    TooManyFiles,
    /// The TLS connection failed because of the certificate, its name or the protocol.
    #[error("secure connection to {host} failed: {reason}")]
    Insecure {
        /// The endpoint's host.
        host: String,
        /// The technical reason.
        reason: String,
    },
    /// AWS has no endpoint of the configured kind in this region.
    #[error("no {kind} endpoint of STS in {region}")]
    NoEndpoint {
        /// The region.
        region: String,
        /// The configured kind: `FIPS`, `dual-stack` or both.
        kind: &'static str,
        /// Regions with such an endpoint, or empty if the partition has none.
        instead: &'static [&'static str],
    },
    /// No response within the deadline.
    #[error("no answer from {host} in time")]
    TimedOut {
        /// The endpoint's host.
        host: String,
    },
    /// The response did not come from STS, for example a sign-in page, a redirect, or a response that is too large.
    #[error("not an answer of STS: {0}")]
    NotSts(String),
    /// The response is truncated or lacks a field.
    #[error("incomplete answer: {0}")]
    Incomplete(String),
}

impl StsError {
    /// Returns the error response, if AWS gave one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Returns whether AWS does not permit the call.
    pub fn is_denied(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_denied)
    }

    /// Returns whether IAM has nothing of this name.
    pub fn is_absent(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_absent)
    }

    /// Returns whether AWS does not know the key that signed, or no longer, or not yet.
    pub fn is_unknown_key(&self) -> bool {
        self.refusal()
            .is_some_and(|refusal| refusal.code == "InvalidClientTokenId")
    }

    /// Returns whether AWS surely changed nothing.
    pub fn is_definite(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.status < 500,
            Self::NoEndpoint { .. } | Self::TooManyFiles => true,
            Self::Unreachable { .. }
            | Self::Insecure { .. }
            | Self::TimedOut { .. }
            | Self::NotSts(_)
            | Self::Incomplete(_) => false,
        }
    }
}

/// An error response of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code, such as `AccessDenied`.
    pub code: String,
    /// The error message of AWS.
    pub message: String,
    /// The request ID, for a support case.
    pub request_id: Option<String>,
    /// AWS's clock minus this machine's clock, if the response contains the time.
    pub skew: Option<SignedDuration>,
}

impl Refusal {
    /// Returns whether AWS does not permit the call. Each service has its own code for that.
    pub fn is_denied(&self) -> bool {
        self.code.starts_with("AccessDenied")
    }

    /// Returns whether IAM has nothing of this name.
    pub fn is_absent(&self) -> bool {
        self.code == "NoSuchEntity"
    }
}
