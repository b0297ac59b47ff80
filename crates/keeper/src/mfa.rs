//! MFA sessions: one code for every role that waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::assume::{Errand, check_expiry};
use super::prompt::{Halt, Purpose, Question};
use super::{Keeper, State};
use rolecall_core::calls::sts::{Caller, SessionToken, StsError};
use rolecall_core::explain::diagnosis::{self, Asked, MfaProof};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::plan::{Plan, PlanPreference, PlannedCall, SIGNER_MIN_REMAINING, Situation};
use rolecall_core::role::Role;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::access_key::{AccessKey, AccessKeyId};
use rolecall_core::value::duration::{TOKEN_LONGEST_S, TokenDuration};
use rolecall_core::value::mfa::{MfaCode, MfaSerial};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::sanitise;

/// A code this fresh is not too old for any trust policy: a refusal has another reason.
pub(super) const FRESH: SignedDuration = SIGNER_MIN_REMAINING;

/// A key and a device.
pub(super) type TokenId = (AccessKeyId, MfaSerial);

/// A session token that is being asked for.
#[derive(Default)]
pub(super) struct TokenFlight {
    outcome: Mutex<Option<Result<MfaSession, Halt>>>,
    /// The roles whose flights wait for it.
    waiting: Mutex<BTreeSet<Name>>,
}

/// What AWS has taught about roles; it is learnt anew after a restart.
#[derive(Default)]
pub(super) struct Lessons {
    /// The age at which a role's trust policy refused a code that it takes fresh.
    pub(super) refused_ages: BTreeMap<Name, SignedDuration>,
    /// The age at which a role refused a session token, until a fresh code tells whether that was the reason.
    suspected: BTreeMap<Name, SignedDuration>,
    /// Roles that refuse a fresh code as well.
    unmoved: BTreeSet<Name>,
}

impl Keeper {
    /// Returns the session token that signs for the plan's first role: the one at hand, else a new one for which one
    /// code is asked, whoever needs it at the time.
    pub(super) fn mfa_session(
        &self,
        role: &Role,
        plan: &Plan,
        serial: &MfaSerial,
        region: &Region,
        errand: &Errand,
    ) -> Result<MfaSession, Halt> {
        let id = (plan.key.id.clone(), serial.clone());
        let planned = plan.calls.iter().find_map(|call| match call {
            PlannedCall::SessionToken { duration, .. } => Some(*duration),
            PlannedCall::AssumeRole { .. } => None,
        });
        let Some(duration) = planned else {
            let at_hand = self.lock().mfa_sessions.get(&id).cloned();
            return at_hand.ok_or(Halt::Replan(None));
        };
        let (flight, leads) = {
            let mut state = self.lock();
            let newer = state.mfa_sessions.get(&id);
            if let Some(newer) = newer.filter(|it| it.issued_at >= errand.begun_at) {
                return Ok(newer.clone());
            }
            let leads = !state.token_flights.contains_key(&id);
            let flight = state.token_flights.entry(id.clone()).or_default().clone();
            (flight, leads)
        };
        self.update(|_| {
            let mut waiting = flight.waiting.lock().unwrap_or_else(|e| e.into_inner());
            waiting.insert(role.name.clone());
        });
        if leads {
            self.lead_token(&id, &flight, role, plan, duration, region, errand);
        }
        let mut state = self.lock();
        loop {
            let landed = flight.outcome.lock().unwrap_or_else(|e| e.into_inner());
            match landed.clone() {
                Some(Err(Halt::Replan(_))) if !leads => return Err(Halt::Replan(None)),
                Some(outcome) => return outcome,
                None => drop(landed),
            }
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one errand")]
    fn lead_token(
        &self,
        id: &TokenId,
        flight: &Arc<TokenFlight>,
        role: &Role,
        plan: &Plan,
        duration: TokenDuration,
        region: &Region,
        errand: &Errand,
    ) {
        let attempt = std::panic::AssertUnwindSafe(|| {
            let caller = self.key_caller(&plan.key)?;
            let question = self.question(role, plan, &id.1, Purpose::Token(id.0.clone()));
            self.with_code(&question, errand.code.clone(), |code| {
                self.call_for_token(&plan.key, &caller, duration, &id.1, code, region)
            })
        });
        let outcome = std::panic::catch_unwind(attempt)
            .unwrap_or_else(|_| Err(Halt::Failed(Problem::internal())));
        if let Ok(session) = &outcome {
            self.take_mfa_session(session.clone());
        }
        self.update(|state| {
            state.token_flights.remove(id);
            *flight.outcome.lock().unwrap_or_else(|e| e.into_inner()) = Some(outcome.clone());
        });
    }

    /// Keeps an MFA session, here and in the store.
    pub(super) fn take_mfa_session(&self, session: MfaSession) {
        self.note_store(self.ports.store.save_mfa(&session));
        let id = (session.key.clone(), session.serial.clone());
        self.update(|state| drop(state.mfa_sessions.insert(id, session)));
    }

    pub(super) fn call_for_token(
        &self,
        key: &AccessKey,
        caller: &Caller,
        duration: TokenDuration,
        serial: &MfaSerial,
        code: MfaCode,
        region: &Region,
    ) -> Result<MfaSession, Problem> {
        let asked = Asked {
            signer: diagnosis::Signer::User(key.user_arn.clone()),
            access_key_id: key.id.as_str().to_owned(),
            mfa: MfaProof::Code {
                serial: serial.clone(),
            },
            region: region.as_str().to_owned(),
            ..Asked::by(key.name.as_str())
        };
        let attempt = Attempt {
            role: None,
            source: key.name.as_str(),
            asked: Some(&asked),
        };
        let call = SessionToken {
            duration,
            mfa: Some((serial.clone(), code)),
            region: region.clone(),
        };
        let given = self.sts()?.session_token(caller, &call);
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

    /// Returns what becomes of a call that was signed by a session token and refused. A token whose code may be too
    /// old for the role's trust policy is followed by a code of the role's own; a dead token by a new one.
    pub(super) fn after_refusal(&self, role: &Role, token: &MfaSession, problem: Problem) -> Halt {
        let age = token.age_at(self.ports.clock.now());
        if age <= FRESH {
            return Halt::Failed(problem);
        }
        match problem.code {
            ProblemCode::InvalidKey | ProblemCode::ExpiredCredentials => {
                self.forget_mfa(&(token.key.clone(), token.serial.clone()));
                Halt::Replan(None)
            }
            ProblemCode::AccessDenied => {
                let mut state = self.lock();
                if state.lessons.unmoved.contains(&role.name) {
                    return Halt::Failed(problem);
                }
                state.lessons.suspected.insert(role.name.clone(), age);
                Halt::Replan(Some(PlanPreference::OwnCode))
            }
            _ => Halt::Failed(problem),
        }
    }

    /// Learns from a call that went with a fresh code.
    pub(super) fn learn<T>(&self, role: &Role, outcome: &Result<T, Halt>) {
        let mut state = self.lock();
        let lessons = &mut state.lessons;
        match outcome {
            Ok(_) => {
                lessons.unmoved.remove(&role.name);
                if let Some(age) = lessons.suspected.remove(&role.name) {
                    lessons.refused_ages.insert(role.name.clone(), age);
                }
            }
            Err(Halt::Failed(problem)) if problem.code == ProblemCode::AccessDenied => {
                lessons.suspected.remove(&role.name);
                lessons.unmoved.insert(role.name.clone());
            }
            Err(_) => {}
        }
    }

    /// Forgets an MFA session, here and in the store.
    pub(super) fn forget_mfa(&self, id: &TokenId) {
        self.update(|state| drop(state.mfa_sessions.remove(id)));
        self.note_store(self.ports.store.forget_mfa(&id.0, &id.1));
    }

    /// Forgets the MFA sessions that are over.
    pub(super) fn drop_stale_mfa(&self, now: Timestamp) {
        let over: Vec<TokenId> = {
            let state = self.lock();
            let sessions = state.mfa_sessions.iter();
            let over = sessions.filter(|(_, session)| !session.remaining_at(now).is_positive());
            over.map(|(id, _)| id.clone()).collect()
        };
        over.iter().for_each(|id| self.forget_mfa(id));
    }

    /// Ends the MFA sessions of an access key: the next role asks for a code again. AWS goes on accepting them until
    /// they expire.
    ///
    /// # Errors
    /// If there is no such key, or it has none.
    pub fn end_mfa(&self, key: &Name) -> Result<(), Problem> {
        let key = self.key(key)?;
        let ids: Vec<TokenId> = {
            let state = self.lock();
            let ids = state.mfa_sessions.keys();
            ids.filter(|(id, _)| *id == key.id).cloned().collect()
        };
        if ids.is_empty() {
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

    /// Returns what a prompt says of this plan.
    pub(super) fn question(
        &self,
        role: &Role,
        plan: &Plan,
        serial: &MfaSerial,
        purpose: Purpose,
    ) -> Question {
        let now = self.ports.clock.now();
        let state = self.lock();
        Question {
            serial: serial.clone(),
            purpose,
            plan: plan.sentence(),
            alternative: plan.alternative(role, &state.situation(now)),
        }
    }
}

impl State {
    /// Returns the present as the planner sees it.
    pub(super) fn situation(&self, now: Timestamp) -> Situation<'_> {
        let mut situation = Situation::new(&self.catalogue, &self.keys, now);
        let live = self.sessions.keys();
        situation.sessions = live
            .filter_map(|name| Some((name.clone(), self.live(name, now)?.expires_at())))
            .collect();
        let tokens = self.mfa_sessions.iter();
        situation.tokens = tokens.map(|(id, it)| (id.clone(), it.lifetime())).collect();
        situation.token_duration = self.settings.mfa_session;
        situation.limits.clone_from(&self.limits);
        situation.refused_ages = self.lessons.refused_ages.clone();
        situation
    }

    /// Takes the MFA sessions of the last run back, as far as they are not over.
    pub(super) fn take_back(&mut self, sessions: Vec<MfaSession>, now: Timestamp) {
        for session in sessions {
            if session.remaining_at(now).is_positive() {
                let id = (session.key.clone(), session.serial.clone());
                self.mfa_sessions.entry(id).or_insert(session);
            }
        }
    }

    /// Returns the roles whose flights wait for a session token.
    pub(super) fn waiting_for_token(&self, key: &AccessKeyId, serial: &MfaSerial) -> Vec<Name> {
        let flight = self.token_flights.get(&(key.clone(), serial.clone()));
        let waiting = flight.map(|flight| flight.waiting.lock().unwrap_or_else(|e| e.into_inner()));
        waiting
            .map(|names| names.iter().cloned().collect())
            .unwrap_or_default()
    }
}
