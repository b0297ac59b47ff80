//! The steps to the new key.

use jiff::SignedDuration;

use crate::Owner;
use crate::state::gate::Gate;
use rolecall_core::calls::iam_call::{IamCall, KeyStatus};
use rolecall_core::rotation::{Direction, Rotation, RotationStage, RotationView};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

use super::lost::NewKey;
use super::problems;
use super::signer::{CallFailed, KeySigner};
use super::switch::{Switch, Way};

/// How long attempts that began with the old key may take: a prompt for a code, and the calls.
const IN_FLIGHT_MAX: SignedDuration = SignedDuration::from_secs(180);
/// What is shown while such attempts run.
const IN_FLIGHT: &str = "Roles are being assumed with the old key.";
/// What is shown while IAM does not know the new key.
const NOT_KNOWN_YET: &str =
    "IAM does not accept the new key yet, which takes some seconds after its creation.";

impl Owner {
    /// Goes forward until only the old key is left to be deleted.
    pub(super) async fn go_forward(
        &self,
        name: &Name,
        mut rotation: Rotation,
        delete: Option<&str>,
    ) -> Result<RotationView, Problem> {
        loop {
            rotation = match rotation.stage {
                RotationStage::Creating => {
                    let key = self.key(name)?;
                    match self.settle_creation(&key, &rotation, delete).await? {
                        NewKey::None => self.create_again(&key, &rotation).await?,
                        NewKey::Stored(id) => {
                            let now = self.ports.clock.now();
                            self.note_rotation(&rotation, rotation.with_new(&id, now))
                                .await?
                        }
                    }
                }
                RotationStage::Created => self.use_new_key(name, &rotation).await?,
                RotationStage::Switched => self.deactivate_old(name, &rotation).await?,
                RotationStage::Deactivated => return Ok(RotationView::of(&rotation)),
            };
        }
    }

    async fn use_new_key(&self, name: &Name, rotation: &Rotation) -> Result<Rotation, Problem> {
        let new = new_id(rotation)?;
        self.verify_key(&self.with_id(name, new)?).await?;
        self.switch_key(&Switch {
            from: &rotation.old_id,
            to: new,
            created_at: Some(rotation.reached_at),
            way: Way::Forward,
        })
        .await?;
        let now = self.ports.clock.now();
        self.note_rotation(rotation, rotation.at(RotationStage::Switched, now))
            .await
    }

    async fn deactivate_old(&self, name: &Name, rotation: &Rotation) -> Result<Rotation, Problem> {
        self.await_attempts(&rotation.old_id).await?;
        let key = self.with_id(name, new_id(rotation)?)?;
        let mut by = KeySigner::of(&key);
        let done = self.set_status(&mut by, &rotation.old_id, KeyStatus::Inactive);
        match done.await {
            Ok(()) => {}
            // Somebody deleted it meanwhile.
            Err(CallFailed::Aws(error)) if error.is_absent() => {}
            Err(failed) => return Err(problems::of_call(failed, &key)),
        }
        let now = self.ports.clock.now();
        self.note_rotation(rotation, rotation.at(RotationStage::Deactivated, now))
            .await
    }

    /// Waits until nothing is under way that began with the old key.
    async fn await_attempts(&self, old: &AccessKeyId) -> Result<(), Problem> {
        drop(self.enter(Gate::KeySession(old.clone())).await);
        let last = {
            let state = self.lock();
            (state.sessions.attempts.last(), state.mfa.requests.last())
        };
        self.show_waiting(Some(IN_FLIGHT));
        let deadline = self.deadline(IN_FLIGHT_MAX);
        let over = self.until(Some(deadline), |state| {
            let is_running =
                state.sessions.attempts.has_up_to(last.0) || state.mfa.requests.has_up_to(last.1);
            (!is_running).then_some(())
        });
        let over = over.await;
        self.show_waiting(None);
        over.ok_or_else(problems::still_in_use)
    }

    /// Activates or deactivates a key of the user who signs.
    pub(super) async fn set_status(
        &self,
        by: &mut KeySigner,
        id: &AccessKeyId,
        status: KeyStatus,
    ) -> Result<(), CallFailed> {
        let call = IamCall::SetKeyStatus {
            user: by.key.user_name().to_owned(),
            id: id.as_str().to_owned(),
            status,
        };
        let mut patience = self.patience();
        loop {
            let done = self.signed(by, |iam, caller, partition| {
                iam.call(caller, partition, &call)
            });
            match done.await {
                Err(CallFailed::Aws(error))
                    if error.is_unknown_key()
                        && self.wait_again(&mut patience, NOT_KNOWN_YET).await => {}
                done => return done.map(drop),
            }
        }
    }

    /// Deletes the old key in AWS and in the keychain. The rotation is over then.
    ///
    /// # Errors
    /// If the old key is not inactive, or AWS or the keychain fails.
    pub(super) async fn delete_old_key(
        &self,
        name: &Name,
        key: &AccessKey,
        rotation: &Rotation,
    ) -> Result<(), Problem> {
        let is_due = rotation.stage == RotationStage::Deactivated;
        if !is_due || rotation.direction == Direction::Back {
            return Err(problems::unfinished(name, rotation));
        }
        let old = &rotation.old_id;
        let mut by = KeySigner::of(key);
        let listed = self.listed_keys(&mut by).await?;
        let listed = listed.iter().find(|it| it.id == old.as_str());
        if listed.is_some_and(|it| it.is_active) {
            return Err(problems::active_again(name, old));
        }
        let deleted = self.delete_key(&mut by, old.as_str(), None).await;
        deleted.map_err(|failed| problems::of_call(failed, key))?;
        self.forget_secret(old).await?;
        self.note_end(rotation).await
    }

    /// Removes the secret and the seed of a key that AWS no longer has.
    pub(super) async fn forget_secret(&self, id: &AccessKeyId) -> Result<(), Problem> {
        let removed = self.io(|ports| {
            ports.keychain.remove_seed(id)?;
            ports.keychain.remove(id)
        });
        self.note_keychain(removed.await).await
    }
}

/// Returns the new key of a rotation that has one.
pub(super) fn new_id(rotation: &Rotation) -> Result<&AccessKeyId, Problem> {
    rotation.new_id.as_ref().ok_or_else(Problem::internal)
}
