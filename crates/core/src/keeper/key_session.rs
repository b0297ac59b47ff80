//! Sessions of access keys: what a profile whose key was moved to the keychain gets in its place. They are the user's
//! own rights for an hour, by GetSessionToken, and never the key itself.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;

use super::Keeper;
use super::assume::check_expiry;
use crate::access_key::AccessKey;
use crate::credentials::Credentials;
use crate::duration::{HOUR_S, TokenDuration};
use crate::name::Name;
use crate::problem::Problem;
use crate::refusal::{Attempt, explain};
use crate::region::{PARTITIONS, Region};
use crate::secret::Secret;
use crate::sts::{Caller, SessionToken, StsError};

/// With less life left, a session is renewed before it is handed out: botocore asks again on every request under 15
/// minutes.
const RENEW_LEFT: SignedDuration = SignedDuration::from_mins(20);

/// The session of one key. It is locked while AWS is asked, so that many who ask at once share one call.
pub(super) type KeySession = Arc<Mutex<Option<Credentials>>>;

impl Keeper {
    /// Returns the line of a `credential_process` for an access key: a session of its user, which can do what the user
    /// can, except IAM calls and most of STS.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
    ///
    /// # Errors
    /// If there is no such key, the keychain does not give it, or AWS refuses.
    pub fn key_credentials(&self, name: &Name) -> Result<Secret, Problem> {
        let key = self.key(name)?;
        let cell = {
            let mut state = self.lock();
            state
                .key_sessions
                .entry(key.id.clone())
                .or_default()
                .clone()
        };
        let mut session = super::lock(&cell);
        let now = self.ports.clock.now();
        let left = |credentials: &Credentials| credentials.expires_at.duration_since(now);
        if session
            .as_ref()
            .is_none_or(|at_hand| left(at_hand) <= RENEW_LEFT)
        {
            match self.call_session_token(&key) {
                Ok(fresh) => *session = Some(fresh),
                // What still lives is better than nothing.
                Err(_) if session.as_ref().is_some_and(|it| left(it).is_positive()) => {}
                Err(problem) => return Err(problem),
            }
        }
        let line = session
            .as_ref()
            .map(|session| session.process_line(&key.account_id));
        line.ok_or_else(|| super::keys::unknown_key(name))
    }

    fn call_session_token(&self, key: &AccessKey) -> Result<Credentials, Problem> {
        let secret = self.note_keychain(self.ports.keychain.fetch(&key.id))?;
        let caller = Caller {
            access_key_id: key.id.as_str().to_owned(),
            secret,
            token: None,
        };
        let attempt = Attempt {
            role: None,
            source: key.name.as_str(),
            asked: None,
        };
        let call = SessionToken {
            duration: TokenDuration::HOUR,
            mfa: None,
            region: self.region_of_key(key)?,
        };
        let given = self.ports.sts.session_token(&caller, &call);
        let credentials = given.map_err(|error| explain(&error, attempt))?;
        let unusable = |reason: String| explain(&StsError::Incomplete(reason), attempt);
        credentials
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        check_expiry(credentials.expires_at, self.ports.clock.now(), HOUR_S).map_err(unusable)?;
        Ok(credentials)
    }

    pub(super) fn region_of_key(&self, key: &AccessKey) -> Result<Region, Problem> {
        let found = PARTITIONS.iter().find(|it| it.name == key.partition());
        let partition = found.unwrap_or(&PARTITIONS[0]);
        let chosen = self.lock().settings.region.clone();
        match chosen.filter(|region| partition.has(region)) {
            Some(region) => Ok(region),
            None => Ok(Region::parse(partition.home_region)?),
        }
    }
}
