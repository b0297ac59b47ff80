//! Restores what survives a restart.

use jiff::{SignedDuration, Timestamp};

use super::warnings::LEFT_TO_END_S;
use super::{Concern, Owner, State};
use crate::state::unwritten::Row;
use rolecall_core::session::Session;
use rolecall_core::value::region::Region;

/// How long a request for credentials waits for the restored sessions, which is how long the keychain may take to
/// respond.
const RESTORE_TIMEOUT: SignedDuration = SignedDuration::from_secs(6);
/// A session that ended at most this long ago is restored, so that its end is shown although the program crashed then.
pub(super) const JUST_ENDED: SignedDuration = SignedDuration::from_mins(5);

impl Owner {
    /// Reads the sessions that survived a restart. This may fetch their encryption key from the keychain, so it can
    /// take some time.
    pub(super) async fn restore_sessions(&self) {
        self.restore_usages().await;
        self.recall_limits().await;
        let loaded = self.io(|ports| ports.store.load()).await;
        let tokens = self.io(|ports| ports.store.load_mfa()).await;
        let now = self.ports.clock.now();
        let is_confirmed = self.ports.clock.is_confirmed();
        let left_to_end = self
            .io(|ports| {
                let sessions = loaded.iter().flatten();
                let ids = sessions.map(|it| it.id().to_owned());
                ids.filter(|id| ports.store.was_warned(id, LEFT_TO_END_S))
                    .collect::<Vec<String>>()
            })
            .await;
        self.update(|state| {
            state.sessions.are_restored = true;
            state.sessions.left_to_end.extend(left_to_end);
            match loaded {
                Ok(sessions) => {
                    state.sessions.doubtful.clear();
                    for session in sessions {
                        match session.remaining_at(now) > -JUST_ENDED {
                            true => state.restore(session),
                            false if !is_confirmed => state.sessions.doubtful.push(session),
                            false => {}
                        }
                    }
                    state.problems.set(Concern::Store, None);
                }
                Err(problem) => state.problems.set(Concern::Store, Some(problem)),
            }
            match tokens {
                Ok(tokens) => state.take_back(tokens),
                Err(problem) => state.problems.set(Concern::Store, Some(problem)),
            }
        });
    }

    /// Waits until the sessions of the last run are restored or cannot be read.
    pub(super) async fn await_restored(&self) {
        let deadline = self.deadline(RESTORE_TIMEOUT);
        self.until(Some(deadline), |state| {
            state.sessions.are_restored.then_some(())
        })
        .await;
    }
    /// Restores sessions that had expired only by a wrong clock. Once the clock is confirmed, the others are deleted.
    pub(super) fn restore_doubtful(&self, now: Timestamp) {
        if self.lock().sessions.doubtful.is_empty() {
            return;
        }
        let is_confirmed = self.ports.clock.is_confirmed();
        let over = self.update(|state| {
            let doubtful = std::mem::take(&mut state.sessions.doubtful);
            let is_live = |session: &Session| session.remaining_at(now).is_positive();
            let (live, over): (Vec<Session>, Vec<Session>) =
                doubtful.into_iter().partition(is_live);
            live.into_iter().for_each(|session| state.restore(session));
            match is_confirmed {
                true => over,
                false => {
                    state.sessions.doubtful = over;
                    Vec::new()
                }
            }
        });
        for session in over {
            self.keep(Row::Session(session.role));
        }
    }
}

impl State {
    /// Takes over a session of the last run, unless its role was assumed or ended in this one.
    fn restore(&mut self, session: Session) {
        let row = Row::Session(session.role.clone());
        if self.unwritten.was_changed(&row) {
            return;
        }
        if let Some(limited) = &session.limited {
            let added = self
                .roles
                .catalogue
                .add_limited(&limited.of, &limited.limits);
            if added.as_ref() != Ok(&session.role) {
                return;
            }
            let region = limited.limits.region.iter();
            let region = region.filter(|it| !self.usage.locked_regions.contains(it));
            let region: Vec<Region> = region.cloned().collect();
            self.usage.locked_regions.extend(region);
        }
        if let Some(reason) = &session.reason {
            self.take_reason_back(&session.role, reason, session.issued_at);
        }
        self.sessions.by_role.insert(session.role.clone(), session);
    }
}
