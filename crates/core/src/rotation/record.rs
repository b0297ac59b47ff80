//! What the journal says about a rotation. It never has a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::access_key::AccessKeyId;

/// A rotation that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// The key that is replaced.
    pub old_id: AccessKeyId,
    /// When the old key was created.
    pub old_created_at: Option<Timestamp>,
    /// The user of both keys.
    pub user_arn: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// The IDs of all keys that the user had before.
    pub known_ids: Vec<String>,
    /// The new key, once its secret is in the keychain.
    pub new_id: Option<AccessKeyId>,
    /// How far it came.
    pub stage: RotationStage,
    /// When it came there.
    pub reached_at: Timestamp,
    /// Where it goes.
    pub direction: Direction,
}

/// How far a rotation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationStage {
    /// The new key is being created. Whether there is one is not known.
    Creating,
    /// The new key is in the keychain. Rolecall uses the old one.
    Created,
    /// Rolecall uses the new key. AWS accepts both.
    Switched,
    /// AWS no longer accepts the old key.
    Deactivated,
}

/// Where a rotation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the new key.
    Forward,
    /// Back to the old key.
    Back,
}

impl Rotation {
    /// Returns a rotation whose new key is about to be created.
    pub fn begin(
        old_id: AccessKeyId,
        user_arn: &str,
        known_ids: Vec<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            old_id,
            old_created_at: None,
            user_arn: user_arn.to_owned(),
            begun_at: now,
            known_ids,
            new_id: None,
            stage: RotationStage::Creating,
            reached_at: now,
            direction: Direction::Forward,
        }
    }

    /// Returns the same rotation at another stage.
    #[must_use]
    pub fn at(&self, stage: RotationStage, now: Timestamp) -> Self {
        Self {
            stage,
            reached_at: now,
            ..self.clone()
        }
    }

    /// Returns the same rotation with its new key in the keychain.
    #[must_use]
    pub fn with_new(&self, id: &AccessKeyId, now: Timestamp) -> Self {
        Self {
            new_id: Some(id.clone()),
            ..self.at(RotationStage::Created, now)
        }
    }

    /// Returns the same rotation on its way back.
    #[must_use]
    pub fn back(&self) -> Self {
        Self {
            direction: Direction::Back,
            ..self.clone()
        }
    }

    /// Returns whether it is about a key with this ID, old or new.
    pub fn is_about(&self, id: &AccessKeyId) -> bool {
        self.old_id == *id || self.new_id.as_ref() == Some(id)
    }
}
