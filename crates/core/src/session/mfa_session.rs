//! MFA sessions: a user's own session token that was got with a code, which stands in for codes until it ends.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::plan::MfaLifetime;
use crate::value::access_key::AccessKeyId;
use crate::value::credentials::Credentials;
use crate::value::mfa::MfaSerial;

/// One session token that was got with a code of a device.
#[derive(Debug, Clone)]
pub struct MfaSession {
    /// The access key that signed.
    pub key: AccessKeyId,
    /// The device whose code was given.
    pub serial: MfaSerial,
    /// When the code was given.
    pub issued_at: Timestamp,
    /// The credentials. STS takes them for AssumeRole and GetCallerIdentity only.
    pub credentials: Arc<Credentials>,
}

impl MfaSession {
    /// Returns when the code was given and until when it counts.
    pub fn lifetime(&self) -> MfaLifetime {
        MfaLifetime {
            issued_at: self.issued_at,
            expires_at: self.credentials.expires_at,
        }
    }

    /// Returns the life left; negative once it is over.
    pub fn remaining_at(&self, now: Timestamp) -> SignedDuration {
        self.credentials.expires_at.duration_since(now)
    }

    /// Returns how long ago the code was given, which trust policies compare with `aws:MultiFactorAuthAge`.
    pub fn age_at(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.issued_at)
    }
}
