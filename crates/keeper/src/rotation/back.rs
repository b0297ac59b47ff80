//! The steps back to the old key.

use crate::Owner;
use crate::journal::SETTLING;
use rolecall_core::calls::iam_call::KeyStatus;
use rolecall_core::rotation::{Direction, Rotation, RotationStage};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

use super::forward::new_id;
use super::lost::NewKey;
use super::problems;
use super::signer::{CallFailed, KeySigner};
use super::switch::{Switch, Way};

impl Owner {
    /// Goes back until only the old key is left.
    pub(super) async fn go_back(
        &self,
        name: &Name,
        mut rotation: Rotation,
        delete: Option<&str>,
    ) -> Result<(), Problem> {
        loop {
            rotation = match rotation.stage {
                RotationStage::Creating => {
                    let key = self.key(name)?;
                    match self.settle_creation(&key, &rotation, delete).await? {
                        NewKey::None => return self.note_end(&rotation).await,
                        NewKey::Stored(id) => {
                            let now = self.ports.clock.now();
                            self.note_rotation(&rotation, rotation.with_new(&id, now))
                                .await?
                        }
                    }
                }
                RotationStage::Created => return self.drop_new_key(name, &rotation).await,
                RotationStage::Switched | RotationStage::Deactivated => {
                    self.use_old_key(name, &rotation).await?
                }
            };
        }
    }

    /// Activates the old key, verifies it, and makes Rolecall use it.
    async fn use_old_key(&self, name: &Name, rotation: &Rotation) -> Result<Rotation, Problem> {
        self.activate_old(name, rotation).await?;
        self.verify_key(&self.with_id(name, &rotation.old_id)?)
            .await?;
        self.switch_back(rotation).await?;
        let now = self.ports.clock.now();
        self.note_rotation(rotation, rotation.at(RotationStage::Created, now))
            .await
    }

    async fn switch_back(&self, rotation: &Rotation) -> Result<(), Problem> {
        self.switch_key(&Switch {
            from: new_id(rotation)?,
            to: &rotation.old_id,
            created_at: rotation.old_created_at,
            way: Way::Back,
        })
        .await
    }

    /// Activates the old key. The new one signs; if AWS no longer knows it, the old one does, which may still be active.
    async fn activate_old(&self, name: &Name, rotation: &Rotation) -> Result<(), Problem> {
        let old = &rotation.old_id;
        let new = self.with_id(name, new_id(rotation)?)?;
        let mut by = KeySigner::of(&new);
        let mut done = self.set_status(&mut by, old, KeyStatus::Active).await;
        if matches!(&done, Err(CallFailed::Aws(error)) if error.is_unknown_key()) {
            by = KeySigner::of(&self.with_id(name, old)?);
            done = self.set_status(&mut by, old, KeyStatus::Active).await;
        }
        match done {
            Err(CallFailed::Aws(error)) if error.is_absent() => {
                let forward = Rotation {
                    direction: Direction::Forward,
                    ..rotation.clone()
                };
                self.note_rotation(rotation, forward).await?;
                Err(problems::old_is_gone(name, old))
            }
            done => done.map_err(|failed| problems::of_call(failed, &new)),
        }
    }

    /// Deletes the new key in AWS and in the keychain. The rotation is over then.
    async fn drop_new_key(&self, name: &Name, rotation: &Rotation) -> Result<(), Problem> {
        let new = new_id(rotation)?;
        if self.key(name)?.id == *new {
            // The switch was made, but not noted.
            self.switch_back(rotation).await?;
        }
        let key = self.with_id(name, &rotation.old_id)?;
        self.verify_key(&key).await?;
        let mut by = KeySigner::of(&key);
        let settled_at = rotation.reached_at.saturating_add(SETTLING).ok();
        let deleted = self.delete_key(&mut by, new.as_str(), settled_at).await;
        deleted.map_err(|failed| problems::of_call(failed, &key))?;
        self.forget_secret(new).await?;
        self.note_end(rotation).await
    }
}
