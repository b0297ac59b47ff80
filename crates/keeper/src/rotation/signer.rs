//! Calls of IAM that a key signs: alone, or with a session that had MFA if IAM wants that.

use crate::Owner;
use crate::ports::Iam;
use crate::state::prompt::{CodeRequest, Halt, Purpose};
use rolecall_core::asker::consent::Subject;
use rolecall_core::calls::sts::{Caller, StsError};
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::Partition;
use rolecall_core::value::sanitise::echo;

/// A key that signs calls of IAM.
pub(super) struct KeySigner {
    pub(super) key: AccessKey,
    mfa: Mfa,
}

/// The session that signs instead of the key.
enum Mfa {
    /// None was needed so far.
    Untried,
    /// One from before. Its code may be too old for the policy.
    Kept(MfaSession),
    /// One of a code that was just given.
    Fresh(MfaSession),
}

/// Why a call failed.
pub(super) enum CallFailed {
    /// AWS refused it, or did not answer.
    Aws(StsError),
    /// It was not sent, for example because no code was given.
    NotSent(Problem),
}

impl From<Problem> for CallFailed {
    fn from(problem: Problem) -> Self {
        Self::NotSent(problem)
    }
}

impl KeySigner {
    /// Returns a signer that uses no session yet.
    pub(super) fn of(key: &AccessKey) -> Self {
        Self {
            key: key.clone(),
            mfa: Mfa::Untried,
        }
    }

    fn session(&self) -> Option<&MfaSession> {
        match &self.mfa {
            Mfa::Untried => None,
            Mfa::Kept(session) | Mfa::Fresh(session) => Some(session),
        }
    }
}

impl Owner {
    /// Makes a call of IAM. If it is denied and the user has an MFA device, a session with MFA signs it again: one that
    /// is still valid, then one of a new code.
    pub(super) async fn signed<T>(
        &self,
        by: &mut KeySigner,
        call: impl Fn(&dyn Iam, &Caller, Partition) -> Result<T, StsError>,
    ) -> Result<T, CallFailed> {
        loop {
            let caller = match by.session() {
                Some(session) => Caller::from(&*session.credentials),
                None => self.key_caller(&by.key).await?,
            };
            self.note_aws_call(Subject::Key(by.key.name.clone()));
            let (iam, partition) = (self.iam()?, by.key.known_partition());
            let error = match self.io(|_| call(iam, &caller, partition)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wants_mfa = match &by.mfa {
                Mfa::Untried => error.is_denied(),
                Mfa::Kept(_) => error.is_denied() || error.is_unknown_key(),
                Mfa::Fresh(_) => false,
            };
            let next = match wants_mfa {
                true => self.next_session(by).await?,
                false => None,
            };
            by.mfa = next.ok_or(CallFailed::Aws(error))?;
        }
    }

    /// Returns the session to try next; `None` if the user has no device that is known.
    async fn next_session(&self, by: &KeySigner) -> Result<Option<Mfa>, Problem> {
        let Some(serial) = self.device_of(by).await else {
            return Ok(None);
        };
        let id = (by.key.id.clone(), serial.clone());
        let now = self.ports.clock.now();
        let kept = self.lock().mfa.sessions.get(&id).cloned();
        let kept = kept.filter(|it| it.remaining_at(now).is_positive());
        match (&by.mfa, kept) {
            (Mfa::Untried, Some(kept)) => Ok(Some(Mfa::Kept(kept))),
            _ => {
                let fresh = self.session_with_code(&by.key, &serial).await?;
                Ok(Some(Mfa::Fresh(fresh)))
            }
        }
    }

    /// Gets a session with a code, which a person, a stored seed or a program gives.
    async fn session_with_code(
        &self,
        key: &AccessKey,
        serial: &MfaSerial,
    ) -> Result<MfaSession, Problem> {
        let caller = &self.key_caller(key).await?;
        let region = &self.region_of_key(key)?;
        let duration = self.lock().settings.current.mfa_session;
        let question = CodeRequest {
            serial: serial.clone(),
            purpose: Purpose::Key(key.name.clone()),
            plan: format!(
                "AWS wants MFA for changes of the access keys of {}.",
                echo(key.user_name())
            ),
            alternative: None,
        };
        let send = |code| async move {
            self.call_for_token(key, caller, duration, serial, code, region)
                .await
        };
        let session = self.with_code(&question, send).await;
        let session = session.map_err(|halt| match halt {
            Halt::Failed(problem) | Halt::DeadSigner(problem) => problem,
            Halt::Replan(_) => Problem::internal(),
        })?;
        self.take_mfa_session(session.clone());
        Ok(session)
    }

    /// Returns the user's MFA device: that of a stored seed, of an MFA session, of a role, or what IAM lists.
    async fn device_of(&self, by: &KeySigner) -> Option<MfaSerial> {
        let known = {
            let state = self.lock();
            let sessions = state.mfa.sessions.keys();
            let mut used = sessions.filter(|(id, _)| *id == by.key.id);
            let roles = state.roles.catalogue.roles().iter();
            let own = roles.filter(|role| role.source == by.key.name);
            let mut of_roles = own.filter_map(|role| role.mfa_serial.clone());
            let seed = by.key.totp.clone();
            seed.or_else(|| used.next().map(|(_, serial)| serial.clone()))
                .or_else(|| of_roles.next())
        };
        if known.is_some() {
            return known;
        }
        let caller = self.key_caller(&by.key).await.ok()?;
        let (iam, partition) = (self.iam().ok()?, by.key.known_partition());
        let listed = self
            .io(|_| iam.mfa_devices(&caller, partition))
            .await
            .ok()?;
        listed.iter().find_map(|it| MfaSerial::parse(it).ok())
    }
}
