//! MFA sessions, which need one code for all roles that wait for it.

use jiff::{SignedDuration, Timestamp};

use super::assume::{check_expiry, ended_meanwhile};
use super::dead_signer::means_dead_signer;
use super::in_flight::Brought;
use super::{Owner, State};
use crate::intent::Intent;
use crate::state::mfa::TokenId;
use crate::state::prompt::{CodeRequest, Halt, Purpose};
use crate::state::unwritten::Row;
use rolecall_core::calls::sts::{Caller, SessionToken, StsError};
use rolecall_core::explain::diagnosis::{self, MfaProof, SentRequest};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::plan::{Plan, PlanPreference, PlannedCall, SIGNER_MIN_REMAINING, Situation};
use rolecall_core::role::Role;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::duration::{TOKEN_LONGEST_S, TokenDuration};
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::sanitise;

/// A code this recent is not too old for any trust policy, so an error has another reason.
pub(super) const FRESH: SignedDuration = SIGNER_MIN_REMAINING;

impl Owner {
    /// Returns the session token that signs for the plan's first role: an available one, or a new one, for which all
    /// concurrent callers share one code.
    pub(super) async fn mfa_session(
        &self,
        role: &Role,
        plan: &Plan,
        serial: &MfaSerial,
        region: &Region,
        intent: &Intent,
    ) -> Result<MfaSession, Halt> {
        let id = (plan.key.id.clone(), serial.clone());
        let planned = plan.calls.iter().find_map(|call| match call {
            PlannedCall::SessionToken { duration, .. } => Some(*duration),
            PlannedCall::AssumeRole { .. } => None,
        });
        let Some(duration) = planned else {
            let at_hand = self.lock().mfa.sessions.get(&id).cloned();
            return at_hand.ok_or(Halt::Replan(None));
        };
        let joined = self.update(|state| {
            let newer = state.mfa.sessions.get(&id);
            if let Some(newer) = newer.filter(|it| it.issued_at >= intent.begun_at) {
                return Err(newer.clone());
            }
            Ok(state.mfa.requests.join(&id, &role.name, Brought::default()))
        });
        let joined = match joined {
            Ok(joined) => joined,
            Err(newer) => return Ok(newer),
        };
        if joined.is_first {
            let unfinished = UnfinishedToken {
                owner: self,
                request: joined.id,
            };
            let asked = self.ask_for_token(joined.id, &id, role, plan, duration, region);
            let outcome = asked.await;
            self.settle_token(joined.id, self.without_denied_token(&plan.key, outcome));
            drop(unfinished);
        }
        let outcome = self.until(None, |_| joined.answer.get().cloned()).await;
        match outcome {
            Some(Err(Halt::Replan(_))) if !joined.is_first => Err(Halt::Replan(None)),
            Some(outcome) => outcome,
            None => Err(Halt::Failed(Problem::internal())),
        }
    }

    async fn ask_for_token(
        &self,
        request: u64,
        id: &TokenId,
        role: &Role,
        plan: &Plan,
        duration: TokenDuration,
        region: &Region,
    ) -> Result<MfaSession, Halt> {
        let question = self.question(role, plan, &id.1, Purpose::Token(request));
        let is_unattended = self.lock().is_unattended(&question.purpose);
        let caller = &match is_unattended {
            true => self.quiet_key_caller(&plan.key).await?,
            false => self.key_caller(&plan.key).await?,
        };
        let send = |code| async move {
            self.call_for_token(&plan.key, caller, duration, &id.1, code, region)
                .await
        };
        self.with_code(&question, send).await
    }

    /// Returns the outcome of a request for a token. A user who may not call GetSessionToken needs a code for each
    /// session.
    fn without_denied_token(
        &self,
        key: &AccessKey,
        outcome: Result<MfaSession, Halt>,
    ) -> Result<MfaSession, Halt> {
        match outcome {
            Err(Halt::Failed(problem)) if problem.code == ProblemCode::AccessDenied => {
                let mut state = self.lock();
                state.mfa.lessons.without_tokens.insert(key.id.clone());
                Err(Halt::Replan(None))
            }
            outcome => outcome,
        }
    }

    /// Applies the outcome of a request for a token, unless the request is stale.
    fn settle_token(&self, request: u64, outcome: Result<MfaSession, Halt>) {
        let kept = self.update(|state| {
            if !state.mfa.requests.settle(request, outcome.clone()) {
                return None;
            }
            let session = outcome.ok()?;
            let id = (session.key.clone(), session.serial.clone());
            state.mfa.sessions.insert(id.clone(), session);
            Some(id)
        });
        if let Some(id) = kept {
            self.keep(Row::Mfa(id));
        }
    }

    /// Keeps an MFA session in memory and in the store.
    pub(super) fn take_mfa_session(&self, session: MfaSession) {
        let id = (session.key.clone(), session.serial.clone());
        self.update(|state| drop(state.mfa.sessions.insert(id.clone(), session)));
        self.keep(Row::Mfa(id));
    }

    pub(super) async fn call_for_token(
        &self,
        key: &AccessKey,
        caller: &Caller,
        duration: TokenDuration,
        serial: &MfaSerial,
        code: MfaCode,
        region: &Region,
    ) -> Result<MfaSession, Problem> {
        let sent = SentRequest {
            signer: diagnosis::Signer::User(key.user_arn.clone()),
            access_key_id: key.id.as_str().to_owned(),
            mfa: MfaProof::Code {
                serial: serial.clone(),
            },
            region: region.as_str().to_owned(),
            ..SentRequest::by(key.name.as_str())
        };
        let attempt = Attempt {
            role: None,
            source: key.name.as_str(),
            sent: Some(&sent),
        };
        let call = SessionToken {
            duration,
            mfa: Some((serial.clone(), code)),
            region: region.clone(),
        };
        let sts = self.sts()?;
        let given = self.io(|_| sts.session_token(caller, &call)).await;
        let credentials = given.map_err(|error| explain(&error, attempt))?;
        let unusable = |reason: String| explain(&StsError::Incomplete(reason), attempt);
        credentials
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        let now = self.ports.clock.now();
        check_expiry(credentials.expires_at, now, TOKEN_LONGEST_S).map_err(unusable)?;
        Ok(MfaSession {
            key: key.id.clone(),
            serial: serial.clone(),
            issued_at: now,
            credentials: credentials.into(),
        })
    }

    /// Returns what to do about a failed call that a session token signed. If its code may be too old for the role's
    /// trust policy, the role gets its own code. A token from before that AWS no longer accepts is dropped.
    pub(super) fn after_refusal(
        &self,
        role: &Role,
        plan: &Plan,
        token: &MfaSession,
        problem: Problem,
    ) -> Halt {
        if plan.signer_is_at_hand() && means_dead_signer(&problem) {
            self.drop_dead_mfa(token);
            return Halt::DeadSigner(problem);
        }
        let age = token.age_at(self.ports.clock.now());
        if age <= FRESH {
            return Halt::Failed(problem);
        }
        match problem.code {
            ProblemCode::AccessDenied => {
                let mut state = self.lock();
                if state.mfa.lessons.denied_with_fresh_mfa.contains(&role.name) {
                    return Halt::Failed(problem);
                }
                state.mfa.lessons.suspected.insert(role.name.clone(), age);
                Halt::Replan(Some(PlanPreference::OwnCode))
            }
            _ => Halt::Failed(problem),
        }
    }

    /// Learns from the outcome of a call with a recent code.
    pub(super) fn learn<T>(&self, role: &Role, outcome: &Result<T, Halt>) {
        let mut state = self.lock();
        let lessons = &mut state.mfa.lessons;
        match outcome {
            Ok(_) => {
                lessons.denied_with_fresh_mfa.remove(&role.name);
                if let Some(age) = lessons.suspected.remove(&role.name) {
                    lessons.refused_ages.insert(role.name.clone(), age);
                }
            }
            Err(Halt::Failed(problem)) if problem.code == ProblemCode::AccessDenied => {
                lessons.suspected.remove(&role.name);
                lessons.denied_with_fresh_mfa.insert(role.name.clone());
            }
            Err(_) => {}
        }
    }

    fn drop_dead_mfa(&self, token: &MfaSession) {
        let id = (token.key.clone(), token.serial.clone());
        let is_same = {
            let state = self.lock();
            let present = state.mfa.sessions.get(&id);
            present
                .is_some_and(|it| it.credentials.access_key_id == token.credentials.access_key_id)
        };
        if is_same {
            self.forget_mfa(&id);
        }
    }

    /// Removes an MFA session from memory and from the store.
    pub(super) fn forget_mfa(&self, id: &TokenId) {
        self.update(|state| drop(state.mfa.sessions.remove(id)));
        self.keep(Row::Mfa(id.clone()));
    }

    /// Removes expired MFA sessions, if the clock is confirmed.
    pub(super) fn drop_stale_mfa(&self, now: Timestamp) {
        if !self.ports.clock.is_confirmed() {
            return;
        }
        let over: Vec<TokenId> = {
            let state = self.lock();
            let sessions = state.mfa.sessions.iter();
            let over = sessions.filter(|(_, session)| !session.remaining_at(now).is_positive());
            over.map(|(id, _)| id.clone()).collect()
        };
        over.iter().for_each(|id| self.forget_mfa(id));
    }

    /// Ends the MFA sessions of an access key. The next role needs a new code. AWS accepts the sessions until they
    /// expire.
    ///
    /// # Errors
    /// If there is no such key, or it has no MFA session.
    pub(super) async fn end_mfa(&self, key: &Name) -> Result<(), Problem> {
        let ended = self.end_mfa_now(key);
        self.soon_written().await;
        ended
    }

    /// Does what [`Owner::end_mfa`] does, at once.
    pub(super) fn end_mfa_now(&self, key: &Name) -> Result<(), Problem> {
        let key = self.key(key)?;
        let ids: Vec<TokenId> = {
            let state = self.lock();
            let ids = state.mfa.sessions.keys();
            ids.filter(|(id, _)| *id == key.id).cloned().collect()
        };
        let was_under_way = self.update(|state| {
            let is_of_key = |_, (id, _): &TokenId| *id == key.id;
            let ended = || Err(Halt::Failed(ended_meanwhile()));
            state.mfa.requests.drop_where(is_of_key, ended)
        });
        if ids.is_empty() && !was_under_way {
            let name = sanitise::echo(key.name.as_str());
            let what = format!("No code was given for the key \"{name}\".");
            return Err(Problem::new(
                ProblemCode::NoSession,
                what,
                "Nothing changed.",
            ));
        }
        ids.iter().for_each(|id| self.forget_mfa(id));
        Ok(())
    }

    /// Returns the question for a prompt of this plan.
    pub(super) fn question(
        &self,
        role: &Role,
        plan: &Plan,
        serial: &MfaSerial,
        purpose: Purpose,
    ) -> CodeRequest {
        let now = self.ports.clock.now();
        let state = self.lock();
        CodeRequest {
            serial: serial.clone(),
            purpose,
            plan: plan.sentence(),
            alternative: plan.alternative(role, &state.situation(now)),
        }
    }
}

impl State {
    /// Returns the planner's input for this time.
    pub(super) fn situation(&self, now: Timestamp) -> Situation<'_> {
        let mut situation = Situation::new(&self.roles.catalogue, &self.keys.list, now);
        let live = self.sessions.by_role.keys();
        situation.sessions = live
            .filter_map(|name| Some((name.clone(), self.live(name, now)?.expires_at())))
            .collect();
        let tokens = self.mfa.sessions.iter();
        situation.tokens = tokens.map(|(id, it)| (id.clone(), it.lifetime())).collect();
        situation.token_duration = self.settings.current.mfa_session;
        situation.limits.clone_from(&self.durations.limits);
        situation.refused_ages = self.mfa.lessons.refused_ages.clone();
        situation.without_tokens = self.mfa.lessons.without_tokens.clone();
        let duration = self.settings.current.production_duration;
        situation.production = duration.map(|duration| (&self.marks.current, duration));
        situation
    }

    /// Restores the MFA sessions of the last run. Expired ones cannot sign, and are removed once the clock is confirmed.
    pub(super) fn take_back(&mut self, sessions: Vec<MfaSession>) {
        for session in sessions {
            let id = (session.key.clone(), session.serial.clone());
            if !self.unwritten.was_changed(&Row::Mfa(id.clone())) {
                self.mfa.sessions.insert(id, session);
            }
        }
    }
}

/// Settles a request for a token if its attempt panicked or was dropped.
struct UnfinishedToken<'a> {
    owner: &'a Owner,
    request: u64,
}

impl Drop for UnfinishedToken<'_> {
    fn drop(&mut self) {
        let failed = Err(Halt::Failed(Problem::internal()));
        self.owner.settle_token(self.request, failed);
    }
}
