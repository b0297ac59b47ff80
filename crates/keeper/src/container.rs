//! Credentials for a container credentials endpoint: the session in memory at once, with renewals in the background. An
//! SDK waits two seconds for an endpoint, so a request never waits for the user.

use super::hand_out::account_of;
use super::{Owner, State};
use crate::intent::Intent;
use crate::state::renewals::Renewals;
use rolecall_core::plan::{Plan, PlanPreference};
use rolecall_core::role::renew::Renew;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_core::value::secret::Secret;

impl Owner {
    /// Returns the response body of an endpoint if a session is live, even if it is due for renewal.
    pub(super) fn container_body(&self, role: &Name) -> Option<Secret> {
        let now = self.ports.clock.now();
        let state = self.lock();
        let session = state.live(role, now)?;
        Some(session.credentials.container_body(account_of(session)))
    }

    /// Returns the response body of an endpoint. Assumes the role first if no session is live and the user need not be
    /// asked.
    ///
    /// # Errors
    /// [`ProblemCode::CodeNeeded`] if the user must be asked, or why the role could not be assumed.
    pub(super) async fn assume_for_container(&self, role: &Name) -> Result<Secret, Problem> {
        self.await_restored().await;
        if let Some(body) = self.container_body(role) {
            return Ok(body);
        }
        if self.needs_a_person(role) {
            return Err(code_needed(role));
        }
        self.renew_in_background(role).await?;
        self.container_body(role)
            .ok_or_else(|| super::hand_out::no_session(role))
    }

    /// Returns whether the role has a session, live or expired, that the user has not ended.
    pub(super) fn has_session(&self, role: &Name) -> bool {
        self.lock().sessions.by_role.contains_key(role)
    }

    /// Returns whether a renewal in the background should start now, and records that it starts.
    ///
    /// It should if the session is due for renewal or expired, and no attempt is running. The user is asked once for
    /// each session, so that a cancelled prompt does not reappear with every request. Other failures are retried after
    /// increasing pauses.
    pub(super) fn claims_renewal(&self, role: &Name) -> bool {
        let now = self.ports.clock.now();
        let needs_a_person = self.needs_a_person(role);
        let mut state = self.lock();
        let is_under_way = state.sessions.attempts.has(|it| it.name == *role);
        let is_fresh = state
            .live(role, now)
            .is_some_and(|it| !it.is_due_for_renewal_at(now) || state.renews(role) == Renew::Never);
        if is_under_way || is_fresh {
            return false;
        }
        let session = state.sessions.by_role.get(role);
        let session = session.map_or(String::new(), |session| session.id().to_owned());
        let before = state
            .sessions
            .renewals
            .get(role)
            .filter(|it| it.session == session);
        let begun = before.map_or(0, |before| before.begun);
        if before.is_some_and(|before| needs_a_person || now < before.next()) {
            return false;
        }
        let renewals = Renewals {
            session,
            begun: begun + 1,
            last: now,
            is_running: false,
        };
        state.sessions.renewals.insert(role.clone(), renewals);
        true
    }

    /// Renews the session of a role if it is due. Blocks, and prompts for a code if needed.
    ///
    /// # Errors
    /// Why it could not be renewed. A session that is still live is kept.
    pub(super) async fn renew_in_background(&self, role: &Name) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        let intent = Intent::of_tool(role, now);
        let fresh = |state: &State| {
            let live = state.live(role, now)?;
            (!live.is_due_for_renewal_at(now)).then(|| live.clone())
        };
        self.join(role, &intent, fresh).await.map(drop)
    }

    /// Returns whether assuming the role now needs a code.
    fn needs_a_person(&self, role: &Name) -> bool {
        let now = self.ports.clock.now();
        let state = self.lock();
        let Some(role) = state.roles.catalogue.role(role) else {
            return false;
        };
        let plan = Plan::of(role, &state.situation(now), PlanPreference::AvoidPrompt);
        plan.is_ok_and(|plan| plan.question().is_some())
    }
}

fn code_needed(role: &Name) -> Problem {
    let name = sanitise::echo(role.as_str());
    let what = format!("The role \"{name}\" waits for a code.");
    let remedy = "Enter it in Rolecall, then try again.";
    Problem::new(ProblemCode::CodeNeeded, what, remedy)
}
