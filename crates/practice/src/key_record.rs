//! Access keys of users, and what IAM knows of them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::value::secret::Secret;
use serde::Deserialize;

use crate::identifier;

/// The most access keys that a user can have.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub(crate) const KEYS_MAX: usize = 2;

/// An access key of a user.
#[derive(Debug, Clone)]
pub(crate) struct UserKey {
    /// `AKIA…`
    pub(crate) id: String,
    pub(crate) secret: Arc<Secret>,
    pub(crate) status: KeyStatus,
    pub(crate) created: Moment,
    /// When it was last used before the practice account started, or before a test said so; `None` if never.
    pub(crate) used: Option<Moment>,
}

/// A time that is fixed, or counted in days from the present time of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Timestamp),
    DaysAgo(u32),
}

/// What tests say about an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KeyRecord {
    /// Whether AWS accepts it.
    pub(crate) status: KeyStatus,
    /// How many days ago it was created.
    pub(crate) age_days: u32,
    /// How many days ago it was last used; `None` if never.
    pub(crate) used_days_ago: Option<u32>,
}

/// The status of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyStatus {
    Active,
    /// Somebody deactivated it.
    Inactive,
    /// Its time is over.
    Expired,
}

/// A use of an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyUse {
    pub(crate) at: Timestamp,
    pub(crate) service: &'static str,
    pub(crate) region: String,
}

impl UserKey {
    /// Returns a key with this record, and with a random ID and secret if they are not given.
    pub(crate) fn new(id: Option<String>, secret: Option<String>, record: KeyRecord) -> Self {
        let secret = secret.map_or_else(identifier::secret_access_key, Secret::new);
        let mut key = Self {
            id: id.unwrap_or_else(|| identifier::unique_id("AKIA")),
            secret: Arc::new(secret),
            status: record.status,
            created: Moment::DaysAgo(0),
            used: None,
        };
        key.set(record);
        key
    }

    /// Returns a new key, which was never used.
    pub(crate) fn created_at(now: Timestamp) -> Self {
        Self {
            created: Moment::At(now),
            used: None,
            ..Self::new(None, None, KeyRecord::default())
        }
    }

    /// Replaces what IAM knows of it.
    pub(crate) fn set(&mut self, record: KeyRecord) {
        self.status = record.status;
        self.created = Moment::DaysAgo(record.age_days);
        self.used = record.used_days_ago.map(Moment::DaysAgo);
    }
}

impl Moment {
    /// Returns the time, if the server's clock shows `now`.
    pub(crate) fn time(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::DaysAgo(days) => {
                let ago = SignedDuration::from_hours(24 * i64::from(days));
                now.checked_sub(ago).unwrap_or(Timestamp::MIN)
            }
        }
    }
}

impl Default for KeyRecord {
    fn default() -> Self {
        Self {
            status: KeyStatus::Active,
            age_days: 1,
            used_days_ago: Some(0),
        }
    }
}

impl KeyStatus {
    /// Returns the word in answers of IAM.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::Expired => "Expired",
        }
    }

    /// Returns the status that a caller can set.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Inactive]
            .into_iter()
            .find(|status| status.word() == word)
    }
}
