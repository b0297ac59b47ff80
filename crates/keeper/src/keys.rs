//! Access keys: verified, then kept in the keychain, then listed.

use super::{Concern, Keeper};
use rolecall_core::asker::consent::Subject;
use rolecall_core::aws_files::key_text::KeyPair;
use rolecall_core::calls::sts::{Caller, CallerIdentity};
use rolecall_core::catalogue::name_taken;
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::input::InputError;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::{PARTITIONS, Region};
use rolecall_core::value::sanitise;
use rolecall_core::view::snapshot::KeyView;

impl Keeper {
    /// Verifies an access key with GetCallerIdentity, keeps its secret in the keychain and lists it.
    ///
    /// # Errors
    /// If the name or key is taken, AWS does not know the key, it is a root user's, or the keychain refuses.
    /// Nothing was kept then.
    pub fn add_key(&self, name: &Name, pair: &KeyPair) -> Result<KeyView, Problem> {
        self.check_free(name)?;
        self.check_new(pair)?;
        let identity = self.verify(name, pair)?;
        let key = AccessKey {
            name: name.clone(),
            id: pair.id.clone(),
            account_id: identity.account_id,
            user_arn: identity.arn,
            totp: None,
        };
        self.note_keychain(self.keep(pair))?;
        if let Err(problem) = self.write_keys(|keys| keys.push(key.clone())) {
            let _ = self.note_keychain(self.ports.keychain.remove(&pair.id));
            return Err(problem);
        }
        Ok(KeyView::from(&key))
    }

    /// Gives an access key another name, and changes the source of the roles that name it.
    ///
    /// # Errors
    /// If there is no such key, the new name is taken, or a file cannot be written.
    pub fn rename_key(&self, name: &Name, new_name: &Name) -> Result<(), Problem> {
        self.key(name)?;
        if name == new_name {
            return Ok(());
        }
        self.check_free(new_name)?;
        self.check_not_moved(name)?;
        let [before, renamed] = [name, new_name].map(|name| Subject::Key(name.clone()));
        self.copy_consent(&before, &renamed)?;
        self.write_keys(|keys| {
            for key in keys.iter_mut().filter(|key| key.name == *name) {
                key.name = new_name.clone();
            }
        })?;
        self.rename_source(name, new_name)?;
        self.drop_consent(&before)
    }

    /// Forgets an access key: first its secret and its seed in the keychain, then its MFA sessions and its entry. Sessions of roles
    /// that it began go on.
    ///
    /// # Errors
    /// If there is no such key, or the keychain refuses; it is still listed then.
    pub fn remove_key(&self, name: &Name) -> Result<(), Problem> {
        let key = self.key(name)?;
        self.check_not_moved(name)?;
        self.drop_seed(&key)?;
        self.note_keychain(self.ports.keychain.remove(&key.id))?;
        self.lock().key_sessions.remove(&key.id);
        let _ = self.end_mfa(name);
        self.write_keys(|keys| keys.retain(|key| key.name != *name))
    }

    /// Asks the keychain again, as after unlocking it, and reads the sessions that it seals.
    ///
    /// # Errors
    /// What is still wrong with it.
    pub fn retry_keychain(&self) -> Result<(), Problem> {
        let first = self.lock().keys.first().map(|key| key.id.clone());
        if let Some(id) = first {
            self.note_keychain(self.ports.keychain.fetch(&id))?;
        }
        self.restore_sessions();
        Ok(())
    }

    /// Takes over that the keychain was opened: what stood against it is gone, and the sessions that it seals are read.
    pub fn keychain_opened(&self) {
        self.set_standing(Concern::Keychain, None);
        self.restore_sessions();
    }

    /// Reads the list of access keys again.
    pub fn reload_keys(&self) {
        let read = self.ports.files.read_keys();
        self.update(|state| match read {
            Ok(keys) => {
                state.keys = keys;
                state.standing.remove(&Concern::KeysFile);
            }
            Err(problem) => drop(state.standing.insert(Concern::KeysFile, problem)),
        });
        self.reload_aws_files();
    }

    pub(super) fn key(&self, name: &Name) -> Result<AccessKey, Problem> {
        self.lock()
            .keys
            .iter()
            .find(|key| key.name == *name)
            .cloned()
            .ok_or_else(|| unknown_key(name))
    }

    pub(super) fn check_free(&self, name: &Name) -> Result<(), Problem> {
        let state = self.lock();
        let taken = state.keys.iter().any(|key| key.name == *name)
            || state.catalogue.origin(name).is_some();
        if taken { Err(name_taken(name)) } else { Ok(()) }
    }

    fn check_new(&self, pair: &KeyPair) -> Result<(), Problem> {
        match self.lock().keys.iter().find(|key| key.id == pair.id) {
            Some(key) => {
                let what = format!(
                    "This access key is here already as \"{}\".",
                    sanitise::echo(key.name.as_str())
                );
                Err(Problem::new(
                    ProblemCode::NameTaken,
                    what,
                    "Remove it first to replace its secret.",
                ))
            }
            None => Ok(()),
        }
    }

    fn verify(&self, name: &Name, pair: &KeyPair) -> Result<CallerIdentity, Problem> {
        let region = match self.lock().settings.region.clone() {
            Some(region) => region,
            None => Region::parse(PARTITIONS[0].home_region).map_err(Problem::from)?,
        };
        let caller = Caller {
            access_key_id: pair.id.as_str().to_owned(),
            secret: pair.secret.duplicate(),
            token: None,
        };
        let attempt = Attempt {
            role: None,
            source: name.as_str(),
            asked: None,
        };
        let identity = self
            .sts()?
            .caller_identity(&caller, &region)
            .map_err(|error| explain(&error, attempt))?;
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

    /// Stores the secret and reads it back, since a keychain may fail silently.
    fn keep(&self, pair: &KeyPair) -> Result<(), KeychainError> {
        self.ports.keychain.store(&pair.id, &pair.secret)?;
        let back = self.ports.keychain.fetch(&pair.id)?;
        if back.expose() == pair.secret.expose() {
            Ok(())
        } else {
            Err(KeychainError::Corrupt)
        }
    }

    pub(super) fn write_keys(
        &self,
        change: impl FnOnce(&mut Vec<AccessKey>),
    ) -> Result<(), Problem> {
        let mut keys = self.lock().keys.clone();
        change(&mut keys);
        self.ports.files.write_keys(&keys)?;
        self.update(|state| state.keys = keys);
        // Whether a profile's key is kept has changed.
        self.reload_aws_files();
        Ok(())
    }
}

/// Returns the problem of an access key that is not here.
pub(super) fn unknown_key(name: &Name) -> Problem {
    let name = sanitise::echo(name.as_str());
    let what = format!("There is no access key called \"{name}\".");
    let remedy = "See the names with: rolecall keys list.";
    Problem::new(ProblemCode::UnknownKey, what, remedy)
}
