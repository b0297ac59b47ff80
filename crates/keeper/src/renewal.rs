//! Automatic renewals: the heartbeat begins them in time, a few at once. They ask nobody for anything: where a renewal
//! needs a person, a notification asks first.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Owner, State};
use crate::intent::Intent;
use crate::ports::OwnFile;
use rolecall_core::calls::sts::Caller;
use rolecall_core::catalogue::{self, marks};
use rolecall_core::role::renew::Renew;
use rolecall_core::session::Session;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::OriginKind;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::notice::{Notice, Topic};

impl Owner {
    /// Sets what happens when a role's session comes to its end; `None` selects the default. The user's own roles have
    /// it in their file, others in the file of labels.
    ///
    /// # Errors
    /// If there is no such role, or the file is not valid or cannot be written.
    pub(super) async fn set_renew(&self, name: &Name, renew: Option<Renew>) -> Result<(), Problem> {
        let is_own = {
            let state = self.lock();
            let found = state.roles.catalogue.origin(name);
            let origin = found.ok_or_else(|| state.roles.catalogue.refusal(name))?;
            origin.kind == OriginKind::Own
        };
        if is_own {
            self.edit_file(OwnFile::Roles, |text, path| {
                catalogue::with_renew(text, path, name, renew)
            })
            .await?;
        }
        let marked = renew.filter(|_| !is_own);
        let has_mark = self.lock().marks.current.ending(name.as_str()).renew;
        if has_mark == marked {
            return Ok(());
        }
        self.edit_file(OwnFile::Marks, |text, path| {
            marks::with_renew(text, path, name.as_str(), marked)
        })
        .await
    }

    /// Starts the automatic renewals that are due, those of the sessions that end first first.
    pub(super) fn renew_due(&self, now: Timestamp) {
        let due = self.lock().due_renewals(now);
        for role in due {
            self.renew_by_itself(&role, now);
        }
    }

    fn renew_by_itself(&self, role: &Name, now: Timestamp) {
        /// Counts a renewal as under way until this is dropped.
        struct Renewing(Arc<Owner>, Name);
        impl Drop for Renewing {
            fn drop(&mut self) {
                self.0.update(|state| {
                    state.sessions.renewing -= 1;
                    if let Some(renewals) = state.sessions.renewals.get_mut(&self.1) {
                        renewals.is_running = false;
                    }
                });
            }
        }
        let Some(owner) = self.me.upgrade() else {
            return;
        };
        self.update(|state| {
            state.note_renewal(role, now);
            state.sessions.renewing += 1;
        });
        let renewing = Renewing(owner, role.clone());
        let role = role.clone();
        // Without a thread for it, it is tried again.
        let _ = self.start(async move {
            let intent = Intent::of_renewal(&role, now);
            let fresh = |state: &State| {
                let live = state.live(&role, now)?;
                (!live.is_due_for_renewal_at(now)).then(|| live.clone())
            };
            // A failure is shown with the role and in a notification.
            let _ = renewing.0.join(&role, &intent, fresh).await;
            drop(renewing);
        });
    }

    /// Says what came of a renewal that nobody asked for.
    pub(super) fn notify_renewal(&self, role: &Name, result: &Result<Session, Problem>) {
        let now = self.ports.clock.now();
        let Err(problem) = result else {
            return self.ports.notifier.withdraw(&Topic::Session(role.clone()));
        };
        if problem.code == ProblemCode::Cancelled {
            return;
        }
        let notice = {
            let state = self.lock();
            let tries = state.sessions.renewals.get(role).map_or(0, |it| it.begun);
            let Some(session) = state.sessions.by_role.get(role).filter(|_| tries <= 1) else {
                return;
            };
            let left = session.remaining_at(now);
            let situation = state.situation(now);
            let again = state.prospect(session, &situation, now).at();
            let again = again.map(|at| at.duration_since(now));
            let stake = state.stake(session, || &situation, now);
            Notice::not_renewed(&stake, problem, left, again)
        };
        self.ports.notifier.show(&notice);
    }

    /// Returns the access key as a signer, with its secret from the keychain, which opens no dialog.
    pub(super) async fn quiet_key_caller(&self, key: &AccessKey) -> Result<Caller, Problem> {
        let fetched = self.io(|ports| ports.keychain.fetch_quietly(&key.id)).await;
        let secret = self.note_keychain(fetched).await?;
        Ok(Caller::of_key(&key.id, secret))
    }
}
