//! MFA sessions: a user's session token from a call with a code. It replaces further codes until it expires.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::left_of;
use crate::plan::MfaLifetime;
use crate::value::access_key::AccessKeyId;
use crate::value::credentials::Credentials;
use crate::value::mfa::MfaSerial;

/// One session token from a call with a code of a device.
#[derive(Debug, Clone)]
pub struct MfaSession {
    /// The access key that signed.
    pub key: AccessKeyId,
    /// The device of the code.
    pub serial: MfaSerial,
    /// When the code was used.
    pub issued_at: Timestamp,
    /// The credentials. STS accepts them only for AssumeRole and GetCallerIdentity.
    pub credentials: Arc<Credentials>,
}

impl MfaSession {
    /// Returns when the code was used and when the session expires.
    pub fn lifetime(&self) -> MfaLifetime {
        MfaLifetime {
            issued_at: self.issued_at,
            expires_at: self.credentials.expires_at,
        }
    }

    /// Returns the life left; negative once it is over, and never more than its whole life.
    pub fn remaining_at(&self, now: Timestamp) -> SignedDuration {
        left_of(self.issued_at, self.credentials.expires_at, now)
    }

    /// Returns the age of the code, which trust policies can check with `aws:MultiFactorAuthAge`.
    pub fn age_at(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.issued_at)
    }
}
