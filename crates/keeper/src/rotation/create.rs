//! Begins a rotation: looks at the user's keys, creates the new one, and stores it.

use jiff::Timestamp;

use crate::Owner;
use crate::journal::SETTLING;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::iam::ListedKey;
use rolecall_core::calls::iam_call::IamCall;
use rolecall_core::rotation::{Rotation, RotationStage};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::problem::Problem;

use super::lost::MAY_APPEAR;
use super::problems;
use super::signer::{CallFailed, KeySigner};

/// The most access keys that a user can have.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const KEYS_MAX: usize = 2;

impl Owner {
    /// Notes that the new key is about to be created. If the user has another key, it must be `delete`, and is deleted.
    pub(super) async fn begin_rotation(
        &self,
        key: &AccessKey,
        delete: Option<&str>,
    ) -> Result<Rotation, Problem> {
        let mut by = KeySigner::of(key);
        let mut listed = self.listed_keys(&mut by).await?;
        let own = listed.iter().find(|it| it.id == key.id.as_str());
        let created_at = own.ok_or_else(|| problems::not_listed(key))?.created_at;
        if listed.len() >= KEYS_MAX {
            let other = listed.iter().find(|it| it.id != key.id.as_str());
            let other = other.ok_or_else(Problem::internal)?.clone();
            self.delete_other(&mut by, &other, delete).await?;
            listed.retain(|it| it.id != other.id);
        }
        let known = listed.into_iter().map(|it| it.id).collect();
        let now = self.ports.clock.now();
        let mut rotation = Rotation::begin(key.id.clone(), &key.user_arn, known, now);
        rotation.old_created_at = Some(created_at);
        self.note_begin(rotation).await
    }

    /// Creates the new key, and stores its secret in the keychain beside the old one.
    ///
    /// # Errors
    /// If AWS refuses it, nothing is left. If the answer was lost, there may be a key whose secret nobody has.
    pub(super) async fn create_key(
        &self,
        key: &AccessKey,
        begun: &Rotation,
    ) -> Result<Rotation, Problem> {
        let mut by = KeySigner::of(key);
        let user = key.user_name();
        let created = self.signed(&mut by, |iam, caller, partition| {
            iam.create_access_key(caller, partition, user)
        });
        let pair = match created.await {
            Ok(pair) => pair,
            Err(CallFailed::Aws(error)) if !error.is_definite() => {
                return Err(problems::answer_lost(&error, key));
            }
            Err(failed) => {
                self.note_end(begun).await?;
                return Err(problems::of_call(failed, key));
            }
        };
        let stored = self.store_secret(&pair).await;
        if let Err(problem) = self.note_keychain(stored).await {
            return Err(self.drop_unstored(&mut by, &pair, begun, problem).await);
        }
        let now = self.ports.clock.now();
        self.note_rotation(begun, begun.with_new(&pair.id, now))
            .await
    }

    /// Lists the keys of the user who signs.
    pub(super) async fn listed_keys(&self, by: &mut KeySigner) -> Result<Vec<ListedKey>, Problem> {
        let listed = self.signed(by, |iam, caller, partition| {
            iam.access_keys(caller, partition)
        });
        let listed = listed.await;
        listed.map_err(|failed| problems::of_call(failed, &by.key))
    }

    /// Deletes a key of the user who signs. One that is gone already is a success, but not before `settled_at`: IAM may
    /// not know it yet.
    pub(super) async fn delete_key(
        &self,
        by: &mut KeySigner,
        id: &str,
        settled_at: Option<Timestamp>,
    ) -> Result<(), CallFailed> {
        let call = IamCall::DeleteAccessKey {
            user: by.key.user_name().to_owned(),
            id: id.to_owned(),
        };
        let mut patience = self.patience();
        loop {
            let deleted = self.signed(by, |iam, caller, partition| {
                iam.call(caller, partition, &call)
            });
            match deleted.await {
                Err(CallFailed::Aws(error)) if error.is_absent() => {
                    let now = self.ports.clock.now();
                    let is_early = settled_at.is_some_and(|at| now < at);
                    if !is_early || !self.wait_again(&mut patience, MAY_APPEAR).await {
                        return Ok(());
                    }
                }
                deleted => return deleted.map(drop),
            }
        }
    }

    /// Deletes the user's other key, if the user confirmed just that.
    async fn delete_other(
        &self,
        by: &mut KeySigner,
        other: &ListedKey,
        delete: Option<&str>,
    ) -> Result<(), Problem> {
        let kept = self
            .lock()
            .keys
            .list
            .iter()
            .any(|key| key.id.as_str() == other.id);
        if kept || delete != Some(other.id.as_str()) {
            return Err(problems::two_keys(&by.key, &other.id, kept));
        }
        let deleted = self.delete_key(by, &other.id, None).await;
        deleted.map_err(|failed| problems::of_call(failed, &by.key))
    }

    /// Deletes a new key whose secret could not be stored, so that none is left that nobody has.
    async fn drop_unstored(
        &self,
        by: &mut KeySigner,
        pair: &KeyPair,
        begun: &Rotation,
        problem: Problem,
    ) -> Problem {
        let _ = self.io(|ports| ports.keychain.remove(&pair.id)).await;
        let settled_at = Some(self.deadline(SETTLING));
        let deleted = self.delete_key(by, pair.id.as_str(), settled_at);
        if deleted.await.is_err() {
            return problems::not_stored(problem, &pair.id);
        }
        match self.note_end(begun).await {
            Ok(()) => problem,
            Err(unwritten) => unwritten,
        }
    }

    /// Notes that the new key is about to be created again.
    pub(super) async fn create_again(
        &self,
        key: &AccessKey,
        rotation: &Rotation,
    ) -> Result<Rotation, Problem> {
        let now = self.ports.clock.now();
        let again = rotation.at(RotationStage::Creating, now);
        let again = self.note_rotation(rotation, again).await?;
        self.create_key(key, &again).await
    }
}
