//! What a person sees of a rotation, and what they can ask for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::{Direction, Rotation, RotationStage};

/// What to do about an access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RotationAction {
    /// Replace it by a new one, up to the deactivation.
    Begin {
        /// The user's other key, which is deleted first because there may be two at most.
        delete: Option<String>,
    },
    /// Continue a rotation that stopped.
    Resume {
        /// The new key whose secret was lost, which is deleted first.
        delete: Option<String>,
    },
    /// Go back to the old key, and delete the new one.
    Undo {
        /// The new key whose secret was lost, which is deleted.
        delete: Option<String>,
    },
    /// Delete the old key, which is inactive.
    DeleteOld,
}

/// What is known before a rotation begins or continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RotationPlan {
    /// The name of the key in Rolecall.
    pub key: String,
    /// The ARN of its user.
    pub user_arn: String,
    /// The key that Rolecall uses.
    pub current: UserKeyView,
    /// The user's other key, if there is one. A user can have two.
    pub other: Option<UserKeyView>,
    /// The new key of a rotation that stopped, if its secret was lost.
    pub lost: Option<UserKeyView>,
    /// The rotation that is not over.
    pub rotation: Option<RotationView>,
    /// The command that asks before it deletes a key that is in the way, as a shell reads it.
    #[serde(default)]
    pub command: String,
    /// The profiles of AWS's files that have the old key in plaintext. They stop working when it is deactivated.
    pub plaintext_profiles: Vec<String>,
    /// The profiles whose key was moved to the keychain. They get the new key.
    pub moved_profiles: Vec<String>,
    /// The time of AWS's clock.
    #[cfg_attr(test, ts(type = "string"))]
    pub now: Timestamp,
}

/// A key of a user, as IAM knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UserKeyView {
    /// The key ID.
    pub id: String,
    /// Whether AWS accepts it.
    pub is_active: bool,
    /// When it was created.
    #[cfg_attr(test, ts(type = "string"))]
    pub created_at: Timestamp,
    /// When it was last used, if it ever was and IAM says so.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub used_at: Option<Timestamp>,
    /// The name of the key in Rolecall, if it is here.
    pub name: Option<String>,
}

/// A rotation that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RotationView {
    /// The key that is replaced.
    pub old_id: String,
    /// The new key, once its secret is in the keychain.
    pub new_id: Option<String>,
    /// The step that comes next.
    pub next: RotationStep,
    /// When the last step was done.
    #[cfg_attr(test, ts(type = "string"))]
    pub since: Timestamp,
    /// Whether it goes back to the old key.
    pub is_back: bool,
    /// Whether Rolecall works on it now.
    pub is_running: bool,
    /// What it waits for.
    pub waiting: Option<String>,
}

/// A step of a rotation, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RotationStep {
    /// Create the new key, and store it.
    Create,
    /// Verify it, and use it.
    Switch,
    /// Deactivate the old key.
    Deactivate,
    /// Delete the old key.
    Delete,
}

impl RotationStep {
    /// All steps.
    pub const ALL: [Self; 4] = [Self::Create, Self::Switch, Self::Deactivate, Self::Delete];

    /// Returns the step that comes after a stage.
    pub fn after(stage: RotationStage) -> Self {
        match stage {
            RotationStage::Creating => Self::Create,
            RotationStage::Created => Self::Switch,
            RotationStage::Switched => Self::Deactivate,
            RotationStage::Deactivated => Self::Delete,
        }
    }
}

impl RotationView {
    /// Returns the view of a rotation that nobody works on.
    pub fn of(rotation: &Rotation) -> Self {
        Self {
            old_id: rotation.old_id.as_str().to_owned(),
            new_id: rotation.new_id.as_ref().map(|id| id.as_str().to_owned()),
            next: RotationStep::after(rotation.stage),
            since: rotation.reached_at,
            is_back: rotation.direction == Direction::Back,
            is_running: false,
            waiting: None,
        }
    }

    /// Returns whether only the old key is left to be deleted.
    pub fn awaits_deletion(&self) -> bool {
        self.next == RotationStep::Delete && !self.is_back
    }
}
