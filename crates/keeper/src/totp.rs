//! Codes from a seed in the keychain, for users who chose that over typing them.

use jiff::SignedDuration;

use super::prompt::code_used;
use super::{Owner, State, ledger};
use crate::state::gate::Gate;
use crate::state::prompt::Question;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::session::totp::TotpSeed;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::input::InputError;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

/// How long a code is waited for that was not sent before: the rest of one step, and some for clocks.
const PATIENCE: SignedDuration = SignedDuration::from_secs(35);
impl Owner {
    /// Keeps the seed of an authenticator beside an access key of its user, once AWS took a code of it. The code counts
    /// for the user's roles as if it had been typed. The second factor is on the same machine as the first from then on.
    ///
    /// # Errors
    /// If there is no such key, it has a seed, the device is another account's, AWS refuses the code, or the keychain
    /// refuses. Nothing was kept then.
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

    /// Forgets the seed beside an access key: codes are asked for again.
    ///
    /// # Errors
    /// If there is no such key, it has none, or the keychain refuses; it is still there then.
    pub(super) async fn remove_totp(&self, key: &Name) -> Result<(), Problem> {
        let _gate = self.enter(Gate::Keys).await;
        let key = self.key(key)?;
        if key.totp.is_none() {
            return Err(no_seed(&key));
        }
        self.drop_seed(&key).await?;
        self.write_totp(&key, None).await
    }

    /// Takes the seed of an access key out of the keychain, if there is one.
    pub(super) async fn drop_seed(&self, key: &AccessKey) -> Result<(), Problem> {
        match key.totp {
            Some(_) => {
                self.note_keychain(self.io(|ports| ports.keychain.remove_seed(&key.id)).await)
                    .await
            }
            None => Ok(()),
        }
    }

    /// Returns a code of the device's seed, noted as used; `None` if no seed of it is kept.
    pub(super) async fn code_of_seed(
        &self,
        question: &Question,
    ) -> Option<Result<MfaCode, Problem>> {
        let key = {
            let state = self.lock();
            let of_device = |key: &&AccessKey| key.totp.as_ref() == Some(&question.serial);
            state.keys.iter().find(of_device).cloned()?
        };
        let fetched = self.io(|ports| ports.keychain.fetch_seed(&key.id)).await;
        let seed = match fetched {
            Ok(text) => TotpSeed::parse(&text).map_err(|_| lost_seed(&key)),
            Err(KeychainError::Empty | KeychainError::Corrupt) => Err(lost_seed(&key)),
            Err(error) => self.note_keychain(Err(error)).await,
        };
        Some(match seed {
            Ok(seed) => {
                self.fresh_code(&question.serial, &seed, Some(question))
                    .await
            }
            Err(problem) => Err(problem),
        })
    }

    /// Returns a code that was not sent before, noted as used. If the present one was, the next is waited for, and what
    /// waits for `question` is shown so.
    async fn fresh_code(
        &self,
        serial: &MfaSerial,
        seed: &TotpSeed,
        question: Option<&Question>,
    ) -> Result<MfaCode, Problem> {
        let begun = self.ports.clock.now();
        let mut now = begun;
        loop {
            let code = seed.code_at(now);
            if self.use_code(serial, &code).await.is_ok() {
                return Ok(code);
            }
            let next = ledger::next_step(now);
            if next.duration_since(begun) > PATIENCE {
                return Err(code_used());
            }
            let shown = question.map(|question| self.show_wait(question));
            self.until(Some(next), |_| None::<()>).await;
            if let Some(id) = shown {
                self.update(|state| drop(state.seed_waits.remove(&id)));
            }
            now = self.ports.clock.now();
            if now < next {
                return Err(code_used());
            }
        }
    }

    fn show_wait(&self, question: &Question) -> u64 {
        self.update(|state| {
            state.last_prompt += 1;
            state.seed_waits.insert(state.last_prompt, question.clone());
            state.last_prompt
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
        let duration = self.lock().settings.mfa_session;
        let code = self.fresh_code(serial, seed, None).await?;
        let taken = self
            .call_for_token(key, &caller, duration, serial, code, &region)
            .await;
        taken.map_err(|problem| match problem.code {
            ProblemCode::CodeRejected => wrong_seed(key),
            _ => problem,
        })
    }

    /// Stores the seed and reads it back, since a keychain may fail silently.
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
        self.write_keys(|keys| {
            for kept in keys.iter_mut().filter(|kept| kept.id == key.id) {
                kept.totp = serial.cloned();
            }
        })
        .await
    }
}

impl State {
    /// Returns whether a role waits for the next code of a seed.
    pub(super) fn waits_for_seed(&self, role: &Name) -> bool {
        let mut waits = self.seed_waits.values();
        waits.any(|question| question.roles(self).contains(role))
    }
}

fn check_device(key: &AccessKey, serial: &MfaSerial) -> Result<(), Problem> {
    let name = sanitise::echo(key.name.as_str());
    if key.totp.is_some() {
        return Err(Problem::new(
            ProblemCode::NameTaken,
            format!("The key \"{name}\" has a seed already."),
            format!("Remove it first with: rolecall keys remove-totp {name}"),
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
    let remedy = "Check that the seed and the serial are of the same device, which is this user's. Nothing was kept.";
    Problem::new(ProblemCode::CodeRejected, what, remedy)
}

fn lost_seed(key: &AccessKey) -> Problem {
    let name = sanitise::echo(key.name.as_str());
    let what = format!("The keychain no longer holds the seed of the key \"{name}\".");
    let remedy = format!(
        "Enter the code here. To keep the seed anew, first: rolecall keys remove-totp {name}"
    );
    Problem::new(ProblemCode::CodeNeeded, what, remedy)
}
