//! Restores what survives a restart.

use jiff::SignedDuration;

use super::{Concern, Owner};
use crate::state::unwritten::Row;
use rolecall_core::value::region::Region;

/// How long a request for credentials waits for the restored sessions, which is how long the keychain may take to
/// respond.
const RESTORE_TIMEOUT: SignedDuration = SignedDuration::from_secs(6);

impl Owner {
    /// Reads the sessions that survived a restart. This may fetch their encryption key from the keychain, so it can
    /// take some time.
    pub(super) async fn restore_sessions(&self) {
        self.restore_usages().await;
        self.recall_limits().await;
        let loaded = self.io(|ports| ports.store.load()).await;
        let tokens = self.io(|ports| ports.store.load_mfa()).await;
        let now = self.ports.clock.now();
        self.update(|state| {
            state.sessions.are_restored = true;
            match loaded {
                Ok(sessions) => {
                    for session in sessions {
                        let row = Row::Session(session.role.clone());
                        let is_over = !session.remaining_at(now).is_positive();
                        if is_over || state.unwritten.was_changed(&row) {
                            continue;
                        }
                        if let Some(limited) = &session.limited {
                            let added = state
                                .roles
                                .catalogue
                                .add_limited(&limited.of, &limited.limits);
                            if added.as_ref() != Ok(&session.role) {
                                continue;
                            }
                            let region = limited.limits.region.iter();
                            let region =
                                region.filter(|it| !state.usage.locked_regions.contains(it));
                            let region: Vec<Region> = region.cloned().collect();
                            state.usage.locked_regions.extend(region);
                        }
                        if let Some(reason) = &session.reason {
                            state.take_reason_back(&session.role, reason, session.issued_at);
                        }
                        state.sessions.by_role.insert(session.role.clone(), session);
                    }
                    state.problems.set(Concern::Store, None);
                }
                Err(problem) => state.problems.set(Concern::Store, Some(problem)),
            }
            match tokens {
                Ok(tokens) => state.take_back(tokens, now),
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
}
