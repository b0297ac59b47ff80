//! Roles whose maximum is below their duration setting. The maximum is found out once, remembered and shown.

use super::{Owner, State};
use crate::state::unwritten::Row;
use rolecall_core::calls::sts::{AssumeRole, Assumed};
use rolecall_core::role::Role;
use rolecall_core::value::duration::{DurationLimit, KnownBy, ReducedDuration, SessionDuration};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::role_arn::RoleArn;

impl State {
    /// Returns the duration to request, which is the planned one limited to the role's known maximum.
    pub(super) fn within_limit(&self, role: &Role, planned: SessionDuration) -> SessionDuration {
        match self.durations.limits.get(role.arn.as_str()) {
            Some(limit) => planned.min(limit.allowed),
            None => planned,
        }
    }

    /// Returns what is known about the maximum duration of a role.
    pub(super) fn limit_of(&self, role: &Role) -> Option<DurationLimit> {
        self.durations.limits.get(role.arn.as_str()).copied()
    }

    /// Returns the duration settings of all roles, or nothing if no maximum is known.
    pub(super) fn durations_before(&self) -> Vec<(Name, Option<SessionDuration>)> {
        if self.durations.limits.is_empty() {
            return Vec::new();
        }
        let roles = self.roles.catalogue.roles().iter();
        roles
            .map(|role| (role.name.clone(), role.duration))
            .collect()
    }
}

impl Owner {
    /// Reads the maximum durations known from earlier runs.
    pub(super) async fn recall_limits(&self) {
        let known = self.io(|ports| ports.store.duration_limits()).await;
        let known = known.unwrap_or_else(|problem| {
            self.note_store(Err(problem));
            Vec::new()
        });
        let tries = self
            .io(|ports| ports.store.maximum_tries())
            .await
            .unwrap_or_else(|problem| {
                self.note_store(Err(problem));
                Vec::new()
            });
        self.update(|state| {
            state.durations.limits.extend(known);
            state.durations.maximum_tries.extend(tries);
        });
    }

    /// Sends a call. If AWS says that the role allows less, sends it again with the next lower duration, each once. A
    /// code is valid for one call, so the next call with a code requests one hour, which every role allows.
    pub(super) async fn call_within_limit<Sent>(
        &self,
        role: &Role,
        call: &AssumeRole,
        send: impl Fn(AssumeRole) -> Sent,
    ) -> Result<Assumed, Problem>
    where
        Sent: Future<Output = Result<Assumed, Problem>>,
    {
        let mut call = call.clone();
        let refused = call.duration;
        let known_by = KnownBy::Refusal(refused);
        loop {
            match send(call.clone()).await {
                Err(problem) if problem.code == ProblemCode::DurationTooLong => {
                    let Some(lower) = call.duration.next_lower() else {
                        return Err(problem);
                    };
                    if call.mfa.is_some() {
                        let allowed = SessionDuration::HOUR;
                        self.note_limit(&role.arn, DurationLimit { allowed, known_by });
                        return Err(again_with_the_next_code(problem, allowed));
                    }
                    call.duration = lower;
                }
                outcome => {
                    if outcome.is_ok() && call.duration != refused {
                        let allowed = call.duration;
                        self.note_limit(&role.arn, DurationLimit { allowed, known_by });
                    }
                    return outcome;
                }
            }
        }
    }

    /// Returns the duration setting of a role, if its known maximum is lower.
    pub(super) fn reduced_duration(&self, name: &Name) -> Option<ReducedDuration> {
        let state = self.lock();
        let role = state.roles.catalogue.role(name)?;
        let allowed = state.limit_of(role)?.allowed;
        let wanted = role.duration.filter(|wanted| *wanted > allowed)?;
        Some(ReducedDuration { wanted, allowed })
    }

    pub(super) fn note_limit(&self, role: &RoleArn, limit: DurationLimit) {
        let arn = role.to_string();
        self.update(|state| state.durations.limits.insert(arn.clone(), limit));
        self.keep(Row::Limit(arn));
    }

    /// Drops the known maximum of roles whose duration setting changed, so that the new one is tried. A
    /// `MaxSessionDuration` from IAM is kept if it allows the new one.
    pub(super) fn forget_limits(&self, before: &[(Name, Option<SessionDuration>)]) {
        let changed: Vec<String> = {
            let state = self.lock();
            let roles = before.iter().filter_map(|(name, earlier)| {
                let role = state.roles.catalogue.role(name)?;
                (role.duration != *earlier).then_some(role)
            });
            let known = |role: &&Role| {
                let limit = state.limit_of(role);
                limit.is_some_and(|limit| match limit.known_by {
                    KnownBy::Refusal(_) => true,
                    KnownBy::Role => role.duration.is_some_and(|wanted| wanted > limit.allowed),
                })
            };
            roles
                .filter(known)
                .map(|role| role.arn.to_string())
                .collect()
        };
        for arn in changed {
            self.update(|state| state.durations.limits.remove(&arn));
            self.keep(Row::Limit(arn));
        }
    }
}

fn again_with_the_next_code(problem: Problem, allowed: SessionDuration) -> Problem {
    Problem {
        remedy: format!(
            "Assume it again with the next code: {allowed} is asked for from now on. To try longer, edit the role's session life."
        ),
        ..problem
    }
}
