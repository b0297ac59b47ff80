//! Sessions of roles, and their phase at a point in time.

pub mod export_block;
pub mod mfa_session;
pub mod shell;
pub mod totp;
pub mod variable;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::role::limits::Limited;
use crate::value::credentials::Credentials;
use crate::value::duration::HOUR_S;
use crate::value::name::Name;

/// How long before its expiry a session is shown as expiring.
pub const EXPIRING: SignedDuration = SignedDuration::from_mins(10);

/// A session of an hour or more with this much time left is renewed before a tool gets it. botocore requests new
/// credentials for every call once fewer than 15 minutes are left.
pub const RENEWAL_MARGIN: SignedDuration = SignedDuration::from_mins(20);

/// A session of a role.
#[derive(Debug, Clone)]
pub struct Session {
    /// The role's name in the catalogue.
    pub role: Name,
    /// Set if it is a limited session of another role.
    pub limited: Option<Box<Limited>>,
    /// The role's ARN when it was assumed.
    pub role_arn: String,
    /// The access key or role from which it was assumed.
    pub source: Name,
    /// The assumed-role ARN that AWS returned.
    pub identity: String,
    /// How much of the space for session policies and tags is used, in percent, if there are any.
    pub packed_policy_percent: Option<u32>,
    /// The reason, if the role requires one.
    pub reason: Option<String>,
    /// Whether a long-term key requested it, and not another session. AWS can extend its console session.
    pub is_direct: bool,
    /// The custom endpoint that issued it; `None` for AWS.
    pub endpoint_url: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Its credentials.
    pub credentials: Arc<Credentials>,
}

/// The phase of a session. It is computed from the time and never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Phase {
    /// Rolecall waits for AWS, the keychain or the user.
    Assuming,
    /// The last AssumeRole attempt failed, and there is no earlier session.
    Failed,
    /// Usable, but expires soon.
    Expiring,
    /// Usable.
    Active,
    /// Expired.
    Expired,
}

/// Returns the time left at `now`. It is never more than the time from `issued_at` to `expires_at`, whatever a clock
/// says that was set back.
pub fn left_of(issued_at: Timestamp, expires_at: Timestamp, now: Timestamp) -> SignedDuration {
    expires_at.duration_since(now.max(issued_at))
}

impl Session {
    /// Returns when the session expires.
    pub fn expires_at(&self) -> Timestamp {
        self.credentials.expires_at
    }

    /// Returns the time left, which is negative after the expiry, and never more than the session's duration.
    pub fn remaining_at(&self, now: Timestamp) -> SignedDuration {
        left_of(self.issued_at, self.expires_at(), now)
    }

    /// Returns the duration with which it was issued.
    pub fn lifetime(&self) -> SignedDuration {
        self.expires_at().duration_since(self.issued_at)
    }

    /// Returns active, expiring or expired. A session of 15 minutes is expiring in its last third.
    pub fn phase_at(&self, now: Timestamp) -> Phase {
        let left = self.remaining_at(now);
        if !left.is_positive() {
            Phase::Expired
        } else if left <= EXPIRING.min(self.lifetime() / 3) {
            Phase::Expiring
        } else {
            Phase::Active
        }
    }

    /// Returns how long before its end a tool should get a new session: 20 minutes, or a third of a shorter duration.
    pub fn renewal_margin(&self) -> SignedDuration {
        let short = self.lifetime() < SignedDuration::from_secs(i64::from(HOUR_S) / 2);
        if short {
            self.lifetime() / 3
        } else {
            RENEWAL_MARGIN
        }
    }

    /// Returns whether a tool should get a new session.
    pub fn is_due_for_renewal_at(&self, now: Timestamp) -> bool {
        self.remaining_at(now) <= self.renewal_margin()
    }

    /// Returns the unique ID of this session, which is its temporary access key ID.
    pub fn id(&self) -> &str {
        &self.credentials.access_key_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::secret::Secret;

    fn session(life_min: i64) -> (Session, Timestamp) {
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let credentials = Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("s".into()),
            session_token: Secret::new("t".into()),
            expires_at: start + SignedDuration::from_mins(life_min),
        };
        let name = Name::parse("guest").expect("a name");
        let session = Session {
            role: name.clone(),
            limited: None,
            role_arn: String::new(),
            source: name,
            identity: String::new(),
            packed_policy_percent: None,
            reason: None,
            is_direct: true,
            endpoint_url: None,
            issued_at: start,
            credentials: Arc::new(credentials),
        };
        (session, start)
    }

    #[test]
    fn phases_follow_the_time() {
        let (session, start) = session(60);
        let at = |minutes| session.phase_at(start + SignedDuration::from_mins(minutes));
        assert_eq!(
            [at(0), at(49), at(50), at(59), at(60)],
            [
                Phase::Active,
                Phase::Active,
                Phase::Expiring,
                Phase::Expiring,
                Phase::Expired
            ]
        );
    }

    #[test]
    fn a_session_of_15_minutes_starts_as_active() {
        let (session, start) = session(15);
        assert_eq!(session.phase_at(start), Phase::Active);
        assert!(!session.is_due_for_renewal_at(start));
        assert!(session.is_due_for_renewal_at(start + SignedDuration::from_mins(10)));
    }

    #[test]
    fn c14_an_hour_is_renewed_with_twenty_minutes_left() {
        let (session, start) = session(60);
        assert!(!session.is_due_for_renewal_at(start + SignedDuration::from_mins(39)));
        assert!(session.is_due_for_renewal_at(start + SignedDuration::from_mins(40)));
    }
}
