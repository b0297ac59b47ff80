//! Makes Rolecall use another key of the same user: the list of keys, the seed, the sessions, and the records of moved
//! keys. Roles and profiles name the key by its name, so they follow.

use crate::Owner;
use crate::state::gate::Gate;
use crate::state::mfa::TokenId;
use crate::state::unwritten::Row;
use jiff::Timestamp;
use rolecall_core::aws_files::TakenKey;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;

use super::problems;

/// A change of the key that Rolecall uses.
pub(super) struct Switch<'a> {
    pub(super) from: &'a AccessKeyId,
    pub(super) to: &'a AccessKeyId,
    /// When the key was created that is used from then on, if that is known.
    pub(super) created_at: Option<Timestamp>,
    pub(super) way: Way,
}

/// Which way it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To a key that replaces another.
    Forward,
    /// To the key that was replaced.
    Back,
}

impl Owner {
    /// Makes the switch, or what is left to do of it.
    ///
    /// # Errors
    /// If neither key is listed any more, or the keychain or a file fails.
    pub(super) async fn switch_key(&self, switch: &Switch<'_>) -> Result<(), Problem> {
        let gate = self.enter(Gate::Keys).await;
        let listed = self.lock().keys.list.clone();
        let current = listed.iter().find(|key| key.id == *switch.from);
        if let Some(current) = current {
            self.copy_seed(current, switch.to).await?;
        }
        self.edit_keys(&|keys| {
            let is_listed = keys.iter().any(|key| key.id == *switch.to);
            match keys.iter_mut().find(|key| key.id == *switch.from) {
                Some(key) => replace(key, switch),
                None if is_listed => {}
                None => return Err(problems::unlisted()),
            }
            Ok(())
        })
        .await?;
        drop(gate);
        self.take_sessions_along(switch);
        self.note_moved_key(switch).await
    }

    async fn copy_seed(&self, key: &AccessKey, to: &AccessKeyId) -> Result<(), Problem> {
        if key.totp.is_none() {
            return Ok(());
        }
        let copied = self.io(|ports| {
            let seed = match ports.keychain.fetch_seed(&key.id) {
                // A seed that is lost is asked for when a code is needed.
                Err(KeychainError::Empty | KeychainError::Corrupt) => return Ok(()),
                fetched => fetched?,
            };
            ports.keychain.store_seed(to, &seed)?;
            let back = ports.keychain.fetch_seed(to)?;
            match back.expose() == seed.expose() {
                true => Ok(()),
                false => Err(KeychainError::Corrupt),
            }
        });
        self.note_keychain(copied.await).await
    }

    /// Keeps the MFA sessions and the session of the key. They are the user's, and AWS accepts them whatever becomes of
    /// the key that they were requested with.
    fn take_sessions_along(&self, switch: &Switch<'_>) {
        let moved: Vec<TokenId> = self.update(|state| {
            if let Some(session) = state.keys.sessions.remove(switch.from) {
                state.keys.sessions.insert(switch.to.clone(), session);
            }
            let is_of_key = |(id, _): &&TokenId| id == switch.from;
            let ids: Vec<TokenId> = state
                .mfa
                .sessions
                .keys()
                .filter(is_of_key)
                .cloned()
                .collect();
            for id in &ids {
                let Some(session) = state.mfa.sessions.remove(id) else {
                    continue;
                };
                let session = MfaSession {
                    key: switch.to.clone(),
                    ..session
                };
                let to = (switch.to.clone(), id.1.clone());
                state.mfa.sessions.insert(to, session);
            }
            ids
        });
        for (from, serial) in moved {
            self.keep(Row::Mfa((from, serial.clone())));
            self.keep(Row::Mfa((switch.to.clone(), serial)));
        }
    }

    /// Makes an undo of a key move put back the key that is used.
    async fn note_moved_key(&self, switch: &Switch<'_>) -> Result<(), Problem> {
        let _gate = self.enter(Gate::MovedKeys).await;
        let change = |moved: &mut Vec<TakenKey>| {
            for taken in moved.iter_mut().filter(|it| it.key_id == *switch.from) {
                *taken = taken.with_key(switch.to);
            }
        };
        let moved = self.io(|ports| ports.aws.moved_keys()).await?;
        if moved.iter().any(|it| it.key_id == *switch.from) {
            self.io(|ports| ports.aws.edit_moved_keys(&change)).await?;
        }
        Ok(())
    }
}

fn replace(key: &mut AccessKey, switch: &Switch<'_>) {
    key.id = switch.to.clone();
    key.created_at = switch.created_at;
    key.reminded_at = None;
    match switch.way {
        Way::Forward => {
            key.added_at = switch.created_at;
            key.replaced.push(switch.from.clone());
        }
        Way::Back => {
            key.added_at = None;
            key.replaced.retain(|id| id != switch.to);
        }
    }
}
