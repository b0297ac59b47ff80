//! Handing a session to a container-credentials endpoint: what is at hand at once, and renewals behind its back.
//! An SDK gives an endpoint two seconds, so a request never waits for a person.

use super::hand_out::account_of;
use super::{Owner, State};
use crate::assume::Intent;
use crate::state::renewals::Renewals;
use rolecall_core::plan::{Plan, PlanPreference};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_core::value::secret::Secret;

impl Owner {
    /// Returns the body of an endpoint's answer if a session is live, even one that is due for renewal.
    pub(super) fn container_body(&self, role: &Name) -> Option<Secret> {
        let now = self.ports.clock.now();
        let state = self.lock();
        let session = state.live(role, now)?;
        Some(session.credentials.container_body(account_of(session)))
    }

    /// Returns the body of an endpoint's answer, assuming the role first if no session is live and nobody has to be
    /// asked for that.
    ///
    /// # Errors
    /// [`ProblemCode::CodeNeeded`] if a person has to be asked, else why the role could not be assumed.
    pub(super) async fn assume_for_container(&self, role: &Name) -> Result<Secret, Problem> {
        self.await_restored().await;
        if let Some(body) = self.container_body(role) {
            return Ok(body);
        }
        if self.needs_a_person(role) {
            return Err(code_needed(role));
        }
        self.renew_behind(role).await?;
        self.container_body(role)
            .ok_or_else(|| super::hand_out::no_session(role))
    }

    /// Returns whether the role has a session, live or over, that the user has not ended.
    pub(super) fn has_session(&self, role: &Name) -> bool {
        self.lock().sessions.contains_key(role)
    }

    /// Returns whether a renewal behind an endpoint's back should begin now, and counts it as begun.
    ///
    /// That is so if the session is due or over and nothing is under way. A person is asked once for each session
    /// that ends, so that a prompt that was cancelled does not come back with every request; what else failed is
    /// tried again after growing pauses.
    pub(super) fn begins_renewal(&self, role: &Name) -> bool {
        let now = self.ports.clock.now();
        let needs_a_person = self.needs_a_person(role);
        let mut state = self.lock();
        let is_under_way = state.attempts.has(|it| it.name == *role);
        let is_fresh = state
            .live(role, now)
            .is_some_and(|session| !session.is_due_for_renewal_at(now));
        if is_under_way || is_fresh {
            return false;
        }
        let session = state.sessions.get(role);
        let session = session.map_or(String::new(), |session| session.id().to_owned());
        let before = state.renewals.get(role).filter(|it| it.session == session);
        let begun = before.map_or(0, |before| before.begun);
        if before.is_some_and(|before| needs_a_person || now < before.next()) {
            return false;
        }
        let renewals = Renewals {
            session,
            begun: begun + 1,
            last: now,
        };
        state.renewals.insert(role.clone(), renewals);
        true
    }

    /// Renews the session of a role, unless it is fresh. Blocks, and a prompt asks for a code where that is needed.
    ///
    /// # Errors
    /// Why it could not be renewed; a session that is still live stays.
    pub(super) async fn renew_behind(&self, role: &Name) -> Result<(), Problem> {
        let now = self.ports.clock.now();
        let intent = Intent::of_tool(role, now);
        let fresh = |state: &State| {
            let live = state.live(role, now)?;
            (!live.is_due_for_renewal_at(now)).then(|| live.clone())
        };
        self.join(role, &intent, fresh).await.map(drop)
    }

    /// Returns whether assuming the role now would ask for a code.
    fn needs_a_person(&self, role: &Name) -> bool {
        let now = self.ports.clock.now();
        let state = self.lock();
        let Some(role) = state.catalogue.role(role) else {
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
