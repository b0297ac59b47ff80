//! What became of a new key whose creation was interrupted.

use crate::Owner;
use crate::journal::SETTLING;
use rolecall_core::calls::iam::ListedKey;
use rolecall_core::rotation::Rotation;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;

use super::problems;
use super::signer::KeySigner;

/// What is shown while a new key may still be missing.
pub(super) const MAY_APPEAR: &str = "IAM may not list a key yet that was just created.";

/// What became of it.
pub(super) enum NewKey {
    /// There is none.
    None,
    /// Its secret is in the keychain.
    Stored(AccessKeyId),
}

impl Owner {
    /// Finds out what became of the new key. One whose secret was lost is deleted if it is `delete`.
    ///
    /// # Errors
    /// If there is one whose secret was lost, or IAM does not list the keys.
    pub(super) async fn settle_creation(
        &self,
        key: &AccessKey,
        rotation: &Rotation,
        delete: Option<&str>,
    ) -> Result<NewKey, Problem> {
        let mut by = KeySigner::of(key);
        let mut fresh = self.new_keys(&mut by, rotation).await?;
        let settled_at = rotation.reached_at.saturating_add(SETTLING).ok();
        if fresh.is_empty() && settled_at.is_some_and(|at| self.ports.clock.now() < at) {
            self.show_waiting(Some(MAY_APPEAR));
            self.until(settled_at, |_| None::<()>).await;
            self.show_waiting(None);
            fresh = self.new_keys(&mut by, rotation).await?;
        }
        for listed in &fresh {
            if let Some(id) = self.kept_secret(&listed.id).await? {
                return Ok(NewKey::Stored(id));
            }
        }
        for lost in fresh {
            if delete != Some(lost.id.as_str()) {
                return Err(problems::secret_lost(key, &lost));
            }
            let deleted = self.delete_key(&mut by, &lost.id, None).await;
            deleted.map_err(|failed| problems::of_call(failed, key))?;
        }
        Ok(NewKey::None)
    }

    /// Returns the user's keys that did not exist before the rotation, without those that were added to Rolecall.
    pub(super) async fn new_keys(
        &self,
        by: &mut KeySigner,
        rotation: &Rotation,
    ) -> Result<Vec<ListedKey>, Problem> {
        let mut listed = self.listed_keys(by).await?;
        let state = self.lock();
        let is_added = |id: &str| state.keys.list.iter().any(|key| key.id.as_str() == id);
        listed.retain(|it| !rotation.known_ids.contains(&it.id) && !is_added(&it.id));
        Ok(listed)
    }

    /// Returns the ID of a key if the keychain has its secret.
    pub(super) async fn kept_secret(&self, id: &str) -> Result<Option<AccessKeyId>, Problem> {
        let Ok(id) = AccessKeyId::parse(id) else {
            return Ok(None);
        };
        match self.io(|ports| ports.keychain.fetch(&id)).await {
            Ok(_) => Ok(Some(id)),
            Err(KeychainError::Empty | KeychainError::Corrupt) => Ok(None),
            Err(error) => self.note_keychain(Err(error)).await,
        }
    }
}
