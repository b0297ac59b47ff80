//! Access keys, which are verified, stored in the keychain and listed.

use super::{Concern, Owner};
use crate::ports::KeysEdit;
use crate::rotation::{being_replaced, rotating};
use crate::state::gate::Gate;
use rolecall_core::asker::consent::Subject;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Caller, CallerIdentity};
use rolecall_core::catalogue::name_taken;
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::input::InputError;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::{PARTITIONS, Region};
use rolecall_core::value::sanitise;
use rolecall_core::view::snapshot::KeyView;

impl Owner {
    /// Verifies an access key with GetCallerIdentity, stores its secret in the keychain and lists it.
    ///
    /// # Errors
    /// If the name or key is in use, AWS does not know the key, it belongs to a root user, or the keychain fails. Nothing is stored then.
    pub(super) async fn add_key(&self, name: &Name, pair: &KeyPair) -> Result<KeyView, Problem> {
        self.check_free(name)?;
        check_new(&self.lock().keys.list, pair)?;
        let identity = self.verify(name, pair).await?;
        let _gate = self.enter(Gate::Keys).await;
        self.check_free(name)?;
        check_new(&self.lock().keys.list, pair)?;
        self.check_not_replaced(&pair.id).await?;
        let key = AccessKey {
            name: name.clone(),
            id: pair.id.clone(),
            account_id: identity.account_id,
            user_arn: identity.arn,
            totp: None,
            created_at: None,
            added_at: Some(self.ports.clock.now()),
            reminded_at: None,
            replaced: Vec::new(),
        };
        self.note_keychain(self.store_secret(pair).await).await?;
        let list = |keys: &mut Vec<AccessKey>| {
            // Another instance of Rolecall may have listed it meanwhile.
            check_new(keys, pair)?;
            check_unlisted(keys, name)?;
            keys.push(key.clone());
            Ok(())
        };
        if let Err(problem) = self.edit_keys(&list).await {
            self.drop_unlisted_secret(&pair.id).await;
            return Err(problem);
        }
        Ok(KeyView::from(&key))
    }

    /// Gives an access key another name, and changes the source of the roles that name it.
    ///
    /// # Errors
    /// If there is no such key, the new name is in use, or a file cannot be written.
    pub(super) async fn rename_key(&self, name: &Name, new_name: &Name) -> Result<(), Problem> {
        self.key(name)?;
        if name == new_name {
            return Ok(());
        }
        let _gate = self.enter(Gate::Keys).await;
        self.check_free(new_name)?;
        self.check_not_moved(name).await?;
        let [before, renamed] = [name, new_name].map(|name| Subject::Key(name.clone()));
        self.copy_consent(&before, &renamed).await?;
        self.edit_keys(&|keys| {
            check_unlisted(keys, new_name)?;
            for key in keys.iter_mut().filter(|key| key.name == *name) {
                key.name = new_name.clone();
            }
            Ok(())
        })
        .await?;
        self.rename_source(name, new_name).await?;
        self.drop_consent(&before).await
    }

    /// Removes an access key: first its secret and its seed in the keychain, then its MFA sessions and its entry.
    /// Sessions of roles that were assumed with it stay.
    ///
    /// # Errors
    /// If there is no such key, or the keychain fails. The key is still listed then.
    pub(super) async fn remove_key(&self, name: &Name) -> Result<(), Problem> {
        let _gate = self.enter(Gate::Keys).await;
        let key = self.key(name)?;
        self.check_not_moved(name).await?;
        self.check_not_rotating(&key).await?;
        self.drop_seed(&key).await?;
        self.note_keychain(self.io(|ports| ports.keychain.remove(&key.id)).await)
            .await?;
        self.lock().keys.sessions.remove(&key.id);
        let _ = self.end_mfa_now(name);
        self.edit_keys(&|keys| {
            keys.retain(|key| key.name != *name);
            Ok(())
        })
        .await
    }

    /// Tries the keychain again, for example after it was unlocked, and reads the sessions that are encrypted with its
    /// key.
    ///
    /// # Errors
    /// What is still wrong with the keychain.
    pub(super) async fn retry_keychain(&self) -> Result<(), Problem> {
        let first = self.lock().keys.list.first().map(|key| key.id.clone());
        if let Some(id) = first {
            self.note_keychain(self.io(|ports| ports.keychain.fetch(&id)).await)
                .await?;
        }
        self.restore_sessions().await;
        Ok(())
    }

    /// Records that the keychain was opened: removes its problem, and reads the sessions that are encrypted with its
    /// key.
    pub(super) async fn keychain_opened(&self) {
        self.set_standing(Concern::Keychain, None);
        self.restore_sessions().await;
    }

    /// Reads the list of access keys again.
    pub(super) async fn reload_keys(&self) {
        let _gate = self.enter(Gate::Keys).await;
        self.reread_keys().await;
    }

    /// Reads the list of access keys, before AWS's files are read with them.
    pub(super) async fn read_keys(&self) {
        let _gate = self.enter(Gate::Keys).await;
        self.apply_keys().await;
    }

    async fn reread_keys(&self) {
        self.apply_keys().await;
        self.reload_aws_files().await;
    }

    async fn apply_keys(&self) {
        let read = self.io(|ports| ports.files.read_keys()).await;
        self.update(|state| match read {
            Ok(keys) => {
                state.keys.list = keys;
                state.problems.set(Concern::KeysFile, None);
            }
            Err(problem) => state.problems.set(Concern::KeysFile, Some(problem)),
        });
    }

    pub(super) fn key(&self, name: &Name) -> Result<AccessKey, Problem> {
        self.lock()
            .keys
            .list
            .iter()
            .find(|key| key.name == *name)
            .cloned()
            .ok_or_else(|| unknown_key(name))
    }

    pub(super) fn check_free(&self, name: &Name) -> Result<(), Problem> {
        let state = self.lock();
        let taken = state.keys.list.iter().any(|key| key.name == *name)
            || state.roles.catalogue.origin(name).is_some()
            // The session of a role that was removed still goes by this name.
            || state.sessions.by_role.contains_key(name);
        if taken { Err(name_taken(name)) } else { Ok(()) }
    }

    async fn verify(&self, name: &Name, pair: &KeyPair) -> Result<CallerIdentity, Problem> {
        let region = match self.lock().settings.current.region.clone() {
            Some(region) => region,
            None => Region::parse(PARTITIONS[0].home_region).map_err(Problem::from)?,
        };
        let caller = Caller::of_key(&pair.id, pair.secret.duplicate());
        let attempt = Attempt {
            role: None,
            source: name.as_str(),
            sent: None,
        };
        let sts = self.sts()?;
        let identity = self.io(|_| sts.caller_identity(&caller, &region)).await;
        let identity = identity.map_err(|error| explain(&error, attempt))?;
        if identity.arn.ends_with(":root") {
            let remedy =
                "Make an IAM user with permission for sts:AssumeRole only, and use its key.";
            return Err(InputError::new(
                "access_key_id",
                "This is the key of a root user, which cannot assume roles.",
                remedy,
            )
            .into());
        }
        Ok(identity)
    }

    /// Stores the secret and reads it back, because a keychain can fail silently.
    pub(super) async fn store_secret(&self, pair: &KeyPair) -> Result<(), KeychainError> {
        self.io(|ports| ports.keychain.store(&pair.id, &pair.secret))
            .await?;
        let back = self.io(|ports| ports.keychain.fetch(&pair.id)).await?;
        if back.expose() == pair.secret.expose() {
            Ok(())
        } else {
            Err(KeychainError::Corrupt)
        }
    }

    /// Removes the secret of a key that could not be listed.
    async fn drop_unlisted_secret(&self, id: &AccessKeyId) {
        let read = self.io(|ports| ports.files.read_keys()).await;
        let is_listed = read.is_ok_and(|keys| keys.iter().any(|key| key.id == *id));
        if !is_listed {
            let removed = self.io(|ports| ports.keychain.remove(id)).await;
            let _ = self.note_keychain(removed).await;
        }
    }

    /// Checks that no rotation of a key is to be continued, undone or ended.
    async fn check_not_rotating(&self, key: &AccessKey) -> Result<(), Problem> {
        match self.rotation_of(&key.id).await? {
            Some(_) => Err(rotating(&key.name)),
            None => Ok(()),
        }
    }

    /// Checks that a key is not the old or the new one of a rotation that is not over.
    async fn check_not_replaced(&self, id: &AccessKeyId) -> Result<(), Problem> {
        let Some(rotation) = self.rotation_of(id).await? else {
            return Ok(());
        };
        let state = self.lock();
        let mut keys = state.keys.list.iter();
        let key = keys.find(|key| rotation.is_about(&key.id));
        Err(being_replaced(key.map(|key| &key.name), &rotation))
    }

    /// Changes the list of access keys. The caller must hold [`Gate::Keys`].
    pub(super) async fn edit_keys(&self, edit: KeysEdit<'_>) -> Result<(), Problem> {
        let keys = self.io(|ports| ports.files.edit_keys(edit)).await?;
        self.update(|state| state.keys.list = keys);
        // Roles of profiles depend on which keys are in the keychain.
        self.reload_aws_files().await;
        Ok(())
    }
}

/// Checks that an access key is not listed yet.
fn check_new(keys: &[AccessKey], pair: &KeyPair) -> Result<(), Problem> {
    let Some(key) = keys.iter().find(|key| key.id == pair.id) else {
        return Ok(());
    };
    let name = sanitise::echo(key.name.as_str());
    let what = format!("This access key is here already as \"{name}\".");
    let remedy = "Remove it first to replace its secret.";
    Err(Problem::new(ProblemCode::NameTaken, what, remedy))
}

/// Checks that no access key has this name.
fn check_unlisted(keys: &[AccessKey], name: &Name) -> Result<(), Problem> {
    match keys.iter().any(|key| key.name == *name) {
        true => Err(name_taken(name)),
        false => Ok(()),
    }
}

/// Returns the problem of an unknown access key.
pub(super) fn unknown_key(name: &Name) -> Problem {
    let name = sanitise::echo(name.as_str());
    let what = format!("There is no access key called \"{name}\".");
    let remedy = "See the names with: rolecall keys list";
    Problem::new(ProblemCode::UnknownKey, what, remedy)
}
