//! A small STS with the rules of STS, for the planner's properties. It is independent of the planner.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// The credentials that sign a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Credential {
    /// The long-term key of the one user.
    Key,
    /// A session token of that user, and when its MFA was checked.
    Token {
        mfa_at: Option<Timestamp>,
        expires_at: Timestamp,
    },
    /// A session of a role.
    Role { name: String, expires_at: Timestamp },
}

/// The trust policy and the maximum duration of one role.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    /// The trusted principal: the key's user (`None`) or a role.
    pub(crate) principal: Option<String>,
    /// The maximum age of MFA, if it is required.
    pub(crate) mfa: Option<SignedDuration>,
    pub(crate) longest_s: u32,
}

/// The service: its roles, and the user's device.
#[derive(Debug, Clone)]
pub(crate) struct Sts {
    pub(crate) now: Timestamp,
    pub(crate) device: String,
    pub(crate) roles: BTreeMap<String, Trust>,
}

impl Sts {
    /// GetSessionToken.
    pub(crate) fn session_token(
        &self,
        signer: &Credential,
        device: Option<&str>,
        seconds: u32,
    ) -> Result<Credential, &'static str> {
        if *signer != Credential::Key {
            return Err("Cannot call GetSessionToken with session credentials");
        }
        if !(900..=129_600).contains(&seconds) {
            return Err("durationSeconds");
        }
        if device.is_some_and(|device| device != self.device) {
            return Err("unable to validate MFA code");
        }
        Ok(Credential::Token {
            mfa_at: device.map(|_| self.now),
            expires_at: self.now + SignedDuration::from_secs(i64::from(seconds)),
        })
    }

    /// AssumeRole.
    pub(crate) fn assume_role(
        &self,
        signer: &Credential,
        role: &str,
        device: Option<&str>,
        seconds: u32,
    ) -> Result<Credential, &'static str> {
        let (principal, is_temporary, mut mfa_at) = match signer {
            Credential::Key => (None, false, None),
            Credential::Token { mfa_at, expires_at } if *expires_at > self.now => {
                (None, true, *mfa_at)
            }
            Credential::Role { name, expires_at } if *expires_at > self.now => {
                (Some(name.clone()), true, None)
            }
            Credential::Token { .. } | Credential::Role { .. } => return Err("ExpiredToken"),
        };
        if let Some(device) = device {
            if device != self.device || matches!(signer, Credential::Role { .. }) {
                return Err("unable to validate MFA code");
            }
            mfa_at = Some(self.now);
        }
        let trust = self.roles.get(role).ok_or("AccessDenied: no such role")?;
        if trust.principal != principal {
            return Err("AccessDenied: principal");
        }
        let is_fresh =
            |oldest: SignedDuration| mfa_at.is_some_and(|at| self.now.duration_since(at) < oldest);
        if !trust.mfa.is_none_or(is_fresh) {
            return Err("AccessDenied: MFA");
        }
        if !(900..=43_200).contains(&seconds) {
            return Err("durationSeconds");
        }
        if is_temporary && seconds > 3600 {
            return Err("1 hour session limit for roles assumed by role chaining");
        }
        if seconds > trust.longest_s {
            return Err("MaxSessionDuration");
        }
        let expires_at = self.now + SignedDuration::from_secs(i64::from(seconds));
        Ok(Credential::Role {
            name: role.to_owned(),
            expires_at,
        })
    }
}
