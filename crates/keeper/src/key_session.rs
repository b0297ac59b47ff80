//! Sessions of access keys, which a profile gets if its key was moved to the keychain. They have the user's own
//! permissions for an hour, from GetSessionToken, and are never the key itself. They are only in memory, so an ended
//! session never reappears.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::assume::check_expiry;
use super::{Owner, State, hand_out};
use crate::state::gate::Gate;
use crate::state::key_session::Live;
use rolecall_core::asker::consent::Subject;
use rolecall_core::calls::sts::{SessionToken, StsError};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::session::RENEWAL_MARGIN;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId, masked};
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::duration::{HOUR_S, TokenDuration};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::region::{PARTITIONS, Region};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::KeySessionView;

impl Owner {
    /// Returns the line of a `credential_process` for an access key: a session of its user, which can do what the user
    /// can, except IAM calls and most of STS.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
    ///
    /// # Errors
    /// If there is no such key, the keychain fails, AWS returns an error, or the user ended the session meanwhile.
    pub(super) async fn key_credentials(&self, name: &Name) -> Result<Secret, Problem> {
        let key = self.key(name)?;
        // Concurrent requests share one call.
        let _gate = self.enter(Gate::KeySession(key.id.clone())).await;
        // It may have been replaced meanwhile.
        let key = self.key(name)?;
        let now = self.ports.clock.now();
        let (left, ended) = {
            let state = self.lock();
            let session = state.keys.sessions.get(&key.id);
            session.map_or((SignedDuration::ZERO, 0), |it| (it.left(now), it.ended))
        };
        if left <= RENEWAL_MARGIN {
            match self.call_session_token(&key).await {
                Ok(fresh) => self.keep_key_session(&key.id, fresh, now, ended),
                // A session that is still live is returned if the renewal fails.
                Err(_) if left.is_positive() => {}
                Err(problem) => return Err(problem),
            }
        }
        let state = self.lock();
        let live = state
            .keys
            .sessions
            .get(&key.id)
            .and_then(|it| it.live.as_ref());
        let live = live.ok_or_else(|| hand_out::no_key_session(name))?;
        Ok(live.credentials.process_line(&key.account_id))
    }

    /// Returns the same line at once, without calling AWS, if the session in memory needs no renewal.
    pub(super) fn key_credentials_at_hand(&self, name: &Name) -> Option<Secret> {
        let key = self.key(name).ok()?;
        let now = self.ports.clock.now();
        let state = self.lock();
        let session = state.keys.sessions.get(&key.id)?;
        let live = session.live.as_ref()?;
        (session.left(now) > RENEWAL_MARGIN).then(|| live.credentials.process_line(&key.account_id))
    }

    /// Ends the session of an access key. Programs no longer get it, and allowed programs need a new permission. AWS
    /// accepts it until it expires.
    ///
    /// # Errors
    /// If there is nothing to end.
    pub(super) fn end_key(&self, name: &Name) -> Result<(), Problem> {
        let key = self.key(name)?;
        let now = self.ports.clock.now();
        let was_live = self.update(|state| {
            let ended = Subject::Key(name.clone());
            let permissions = &mut state.questions.permissions;
            permissions.retain(|subject| *subject != ended);
            let session = state.keys.sessions.entry(key.id.clone()).or_default();
            let was_live = session.left(now).is_positive();
            session.ended += 1;
            session.live = None;
            was_live
        });
        match was_live {
            true => Ok(()),
            false => Err(hand_out::no_key_session(name)),
        }
    }

    fn keep_key_session(&self, id: &AccessKeyId, fresh: Credentials, now: Timestamp, ended: u64) {
        self.update(|state| {
            let session = state.keys.sessions.entry(id.clone()).or_default();
            if session.ended == ended {
                session.live = Some(Live {
                    issued_at: now,
                    credentials: Arc::new(fresh),
                });
            }
        });
    }

    async fn call_session_token(&self, key: &AccessKey) -> Result<Credentials, Problem> {
        let sts = self.sts()?;
        let caller = self.key_caller(key).await?;
        let attempt = Attempt {
            role: None,
            source: key.name.as_str(),
            sent: None,
        };
        let call = SessionToken {
            duration: TokenDuration::HOUR,
            mfa: None,
            region: self.region_of_key(key)?,
        };
        self.note_aws_call(Subject::Key(key.name.clone()));
        let given = self.io(|_| sts.session_token(&caller, &call)).await;
        let credentials = given.map_err(|error| explain(&error, attempt))?;
        let unusable = |reason: String| explain(&StsError::Incomplete(reason), attempt);
        credentials
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        check_expiry(credentials.expires_at, self.ports.clock.now(), HOUR_S).map_err(unusable)?;
        Ok(credentials)
    }

    pub(super) fn region_of_key(&self, key: &AccessKey) -> Result<Region, Problem> {
        self.region_of_partition(key.partition())
    }

    /// Returns the region of the settings, if it is in this partition, else the partition's own.
    pub(super) fn region_of_partition(&self, name: &str) -> Result<Region, Problem> {
        let found = PARTITIONS.iter().find(|it| it.name == name);
        let partition = found.unwrap_or(&PARTITIONS[0]);
        let chosen = self.lock().settings.current.region.clone();
        match chosen.filter(|region| partition.has(region)) {
            Some(region) => Ok(region),
            None => Ok(Region::parse(partition.home_region)?),
        }
    }
}

impl State {
    /// Returns the live sessions of access keys, soonest expiry first.
    pub(super) fn key_session_views(&self, now: Timestamp) -> Vec<KeySessionView> {
        let keys = self.keys.list.iter();
        let mut views: Vec<KeySessionView> = keys
            .filter_map(|key| {
                let session = self.keys.sessions.get(&key.id)?;
                let live = session.live.as_ref()?;
                session.left(now).is_positive().then(|| KeySessionView {
                    key: key.name.to_string(),
                    account_id: key.account_id.clone(),
                    user_arn: key.user_arn.clone(),
                    access_key_id: masked(&live.credentials.access_key_id),
                    issued_at: live.issued_at,
                    expires_at: live.credentials.expires_at,
                })
            })
            .collect();
        views.sort_by_key(|view| (view.expires_at, view.key.clone()));
        views
    }

    /// Drops the credentials of expired sessions.
    pub(super) fn drop_stale_key_sessions(&mut self, now: Timestamp) {
        for session in self.keys.sessions.values_mut() {
            if !session.left(now).is_positive() {
                session.live = None;
            }
        }
    }

    /// Returns the time left of the session of a key that expires next.
    pub(super) fn next_key_session_end(&self, now: Timestamp) -> Option<SignedDuration> {
        let live = self.keys.sessions.values().filter(|it| it.live.is_some());
        live.map(|session| session.left(now)).min()
    }
}
