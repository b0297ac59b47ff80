//! MFA codes from a seed in the keychain, for users who prefer this to typing them.

use super::{Owner, State};
use crate::state::gate::Gate;
use crate::state::prompt::CodeRequest;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::session::totp::TotpSeed;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::input::InputError;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_core::value::shell_word::shell_word;

impl Owner {
    /// Stores the seed of an MFA device for an access key of its user, after AWS accepted a code of it. The code is
    /// used for the user's roles as if it had been typed. From then on, both factors are on the same machine.
    ///
    /// # Errors
    /// If there is no such key, it already has a seed, the device belongs to another account, AWS rejects the code, or the keychain fails. Nothing is stored then.
    pub(super) async fn add_totp(
        &self,
        key: &Name,
        serial: &MfaSerial,
        seed: &TotpSeed,
    ) -> Result<(), Problem> {
        let key = self.key(key)?;
        check_device(&key, serial)?;
        let session = self.session_of_seed(&key, serial, seed).await?;
        let _gate = self.enter(Gate::Keys).await;
        let key = self.key(&key.name)?;
        check_device(&key, serial)?;
        self.note_keychain(self.keep_seed(&key, seed).await).await?;
        if let Err(problem) = self.write_totp(&key, Some(serial)).await {
            let _ = self
                .note_keychain(self.io(|ports| ports.keychain.remove_seed(&key.id)).await)
                .await;
            return Err(problem);
        }
        self.take_mfa_session(session);
        Ok(())
    }

    /// Removes the seed for an access key. Rolecall prompts for codes again.
    ///
    /// # Errors
    /// If there is no such key, it has no seed, or the keychain fails. The seed is kept then.
    pub(super) async fn remove_totp(&self, key: &Name) -> Result<(), Problem> {
        let _gate = self.enter(Gate::Keys).await;
        let key = self.key(key)?;
        if key.totp.is_none() {
            return Err(no_seed(&key));
        }
        self.drop_seed(&key).await?;
        self.write_totp(&key, None).await
    }

    /// Removes the seed for an access key from the keychain, if there is one.
    pub(super) async fn drop_seed(&self, key: &AccessKey) -> Result<(), Problem> {
        match key.totp {
            Some(_) => {
                self.note_keychain(self.io(|ports| ports.keychain.remove_seed(&key.id)).await)
                    .await
            }
            None => Ok(()),
        }
    }

    /// Returns a code from the device's seed and records it as used. Returns `None` if there is no seed.
    pub(super) async fn code_of_seed(
        &self,
        question: &CodeRequest,
    ) -> Option<Result<MfaCode, Problem>> {
        let key = {
            let state = self.lock();
            let of_device = |key: &&AccessKey| key.totp.as_ref() == Some(&question.serial);
            state.keys.list.iter().find(of_device).cloned()?
        };
        let fetched = self.io(|ports| ports.keychain.fetch_seed(&key.id)).await;
        let seed = match fetched {
            Ok(text) => TotpSeed::parse(&text).map_err(|_| lost_seed(&key)),
            Err(KeychainError::Empty | KeychainError::Corrupt) => Err(lost_seed(&key)),
            Err(error) => self.note_keychain(Err(error)).await,
        };
        Some(match seed {
            Ok(seed) => {
                let code = async || Ok(seed.code_at(self.ports.clock.now()));
                self.unused_code(&question.serial, Some(question), code)
                    .await
            }
            Err(problem) => Err(problem),
        })
    }

    async fn session_of_seed(
        &self,
        key: &AccessKey,
        serial: &MfaSerial,
        seed: &TotpSeed,
    ) -> Result<MfaSession, Problem> {
        let caller = self.key_caller(key).await?;
        let region = self.region_of_key(key)?;
        let duration = self.lock().settings.current.mfa_session;
        let code = async || Ok(seed.code_at(self.ports.clock.now()));
        let code = self.unused_code(serial, None, code).await?;
        let taken = self
            .call_for_token(key, &caller, duration, serial, code, &region)
            .await;
        taken.map_err(|problem| match problem.code {
            ProblemCode::CodeRejected => wrong_seed(key),
            _ => problem,
        })
    }

    /// Stores the seed and reads it back, because a keychain can fail silently.
    async fn keep_seed(&self, key: &AccessKey, seed: &TotpSeed) -> Result<(), KeychainError> {
        self.io(|ports| ports.keychain.store_seed(&key.id, seed.text()))
            .await?;
        let back = self.io(|ports| ports.keychain.fetch_seed(&key.id)).await?;
        match back.expose() == seed.text().expose() {
            true => Ok(()),
            false => Err(KeychainError::Corrupt),
        }
    }

    async fn write_totp(&self, key: &AccessKey, serial: Option<&MfaSerial>) -> Result<(), Problem> {
        self.edit_keys(&|keys| {
            for kept in keys.iter_mut().filter(|kept| kept.id == key.id) {
                kept.totp = serial.cloned();
            }
            Ok(())
        })
        .await
    }
}

impl State {
    /// Returns whether a role waits for the next code of a seed.
    pub(super) fn waits_for_seed(&self, role: &Name) -> bool {
        let mut waits = self.mfa.seed_waits.values();
        waits.any(|question| question.roles(self).contains(role))
    }
}

fn check_device(key: &AccessKey, serial: &MfaSerial) -> Result<(), Problem> {
    let name = sanitise::echo(key.name.as_str());
    if key.totp.is_some() {
        return Err(Problem::new(
            ProblemCode::NameTaken,
            format!("The key \"{name}\" has a seed already."),
            format!(
                "Remove it first with: rolecall keys remove-totp {}",
                shell_word(&name)
            ),
        ));
    }
    match serial.account_id() {
        Some(account) if account != key.account_id => Err(InputError::new(
            "mfa_serial",
            "This device is of another account than the key.",
            format!("The key \"{name}\" is of {}.", key.account_id),
        )
        .into()),
        Some(_) | None => Ok(()),
    }
}

fn no_seed(key: &AccessKey) -> Problem {
    let name = sanitise::echo(key.name.as_str());
    let what = format!("No seed is kept for the key \"{name}\".");
    Problem::new(ProblemCode::InvalidInput, what, "Nothing changed.")
}

fn wrong_seed(key: &AccessKey) -> Problem {
    let name = sanitise::echo(key.name.as_str());
    let what = format!("AWS refused the code that this seed gives for the key \"{name}\".");
    let remedy = "Check that the seed and the serial belong to the same device of this user. Nothing was stored.";
    Problem::new(ProblemCode::CodeRejected, what, remedy)
}

fn lost_seed(key: &AccessKey) -> Problem {
    let name = sanitise::echo(key.name.as_str());
    let what = format!("The keychain no longer has the seed of the key \"{name}\".");
    let remedy = format!(
        "Enter the code here. To store the seed again, first run: rolecall keys remove-totp {}",
        shell_word(&name)
    );
    Problem::new(ProblemCode::CodeNeeded, what, remedy)
}
