//! Assuming a role: one flight per role at a time, shared by all who ask.

use std::collections::BTreeSet;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use super::prompt::{Halt, Purpose};
use super::{Concern, Keeper, State};
use rolecall_core::asker::consent::Subject;
use rolecall_core::calls::sts::{AssumeRole, Assumed, Caller, StsError};
use rolecall_core::plan::{Plan, PlanPreference, SIGNER_MIN_REMAINING, Signer};
use rolecall_core::role::Role;
use rolecall_core::role::reason::Reason;
use rolecall_core::session::Session;
use rolecall_core::value::access_key::AccessKey;
use rolecall_core::value::credentials::instant_text;
use rolecall_core::value::duration::LONGEST_S;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::view::notice::{Notice, Topic};

/// How far beyond the longest session an expiry may lie before it is not believed.
const EXPIRY_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// An assumption in progress.
#[derive(Default)]
pub(super) struct Flight {
    outcome: Mutex<Option<Result<Session, Problem>>>,
    /// The roles that were asked for by name and that wait for this one.
    wanted: Mutex<BTreeSet<Name>>,
}

/// Who asked for an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A person: the identity is confirmed, and a notice tells how it went.
    Person,
    /// A tool or another role: quiet.
    Tool,
}

/// What an assumption is made for.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    /// The authenticator's code, if it was asked for already.
    pub(super) code: Option<MfaCode>,
    /// Who asked.
    pub(super) asker: Asker,
    /// Who asked first, of those who wait: they are asked why, also for a role on the way.
    pub(super) first_asker: Asker,
    /// What they prefer.
    pub(super) preference: PlanPreference,
    /// The role they named; this one may be on the way to it.
    pub(super) wanted: Name,
    /// When they asked.
    pub(super) begun_at: Timestamp,
}

impl Errand {
    /// Returns the errand of a tool that needs a session of a role.
    pub(super) fn of_tool(role: &Name, now: Timestamp) -> Self {
        Self {
            code: None,
            asker: Asker::Tool,
            first_asker: Asker::Tool,
            preference: PlanPreference::AvoidPrompt,
            wanted: role.clone(),
            begun_at: now,
        }
    }
}

impl Keeper {
    /// Assumes a role for a person, or renews its session. `code` is the authenticator's, if it was asked for already;
    /// otherwise a prompt asks for it where the role needs one. Blocks until it is done.
    ///
    /// # Errors
    /// Why it could not be assumed; an earlier session that is still live stays.
    pub fn assume(&self, name: &Name, code: Option<MfaCode>) -> Result<Session, Problem> {
        let errand = Errand {
            code,
            asker: Asker::Person,
            first_asker: Asker::Person,
            preference: PlanPreference::Default,
            wanted: name.clone(),
            begun_at: self.ports.clock.now(),
        };
        self.fly(name, &errand, |_| None)
    }

    /// Joins the flight for this role, or leads one; unless a live session suits, which is looked
    /// for under the same lock, so that a flight that has just landed is not followed by another.
    pub(super) fn fly(
        &self,
        name: &Name,
        errand: &Errand,
        suits: impl Fn(&State) -> Option<Session>,
    ) -> Result<Session, Problem> {
        let (role, flight, leads, is_named_anew) = {
            let mut state = self.lock();
            if let Some(session) = suits(&state) {
                return Ok(session);
            }
            let role = state
                .catalogue
                .role(name)
                .cloned()
                .ok_or_else(|| state.catalogue.refusal(name))?;
            let leads = !state.flights.contains_key(&role);
            let flight = state.flights.entry(role.clone()).or_default().clone();
            let mut wanted = flight.wanted.lock().unwrap_or_else(|e| e.into_inner());
            let is_named_anew = wanted.insert(errand.wanted.clone());
            drop(wanted);
            (role, flight, leads, is_named_anew)
        };
        if leads {
            self.lead(&role, &flight, errand);
        } else if is_named_anew {
            self.update(|_| ());
        }
        let landed =
            |outcome: &Mutex<Option<_>>| outcome.lock().unwrap_or_else(|e| e.into_inner()).clone();
        let mut state = self.lock();
        loop {
            if let Some(outcome) = landed(&flight.outcome) {
                return outcome;
            }
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    /// Flies and lands, whatever happens in between: those who wait must not wait for ever.
    fn lead(&self, role: &Role, flight: &Flight, errand: &Errand) {
        self.update(|state| drop(state.failures.remove(&role.name)));
        let attempt = std::panic::AssertUnwindSafe(|| self.assume_now(role, errand));
        let outcome =
            std::panic::catch_unwind(attempt).unwrap_or_else(|_| Err(Problem::internal()));
        if let Ok(session) = &outcome {
            self.note_store(self.ports.store.save(session));
        }
        let now = self.ports.clock.now();
        self.update(|state| {
            state.flights.remove(role);
            state.note_asked(role, &outcome, now);
            match &outcome {
                Ok(session) => {
                    state.sessions.insert(role.name.clone(), session.clone());
                    state.worked.insert(role.name.clone(), role.clone());
                }
                Err(problem) if problem.code == ProblemCode::Cancelled => {}
                Err(problem) => drop(state.failures.insert(role.name.clone(), problem.clone())),
            }
            *flight.outcome.lock().unwrap_or_else(|e| e.into_inner()) = Some(outcome.clone());
        });
        self.tell(&role.name, &outcome, errand.asker);
    }

    fn tell(&self, name: &Name, outcome: &Result<Session, Problem>, asker: Asker) {
        let notifier = &self.ports.notifier;
        match (outcome, asker) {
            (Ok(session), Asker::Person) => {
                self.note_use(name);
                let left = session.remaining_at(self.ports.clock.now());
                let unmet = self.reduced_duration(name);
                let notice = Notice::assumed(name, &session.identity, left, unmet);
                notifier.show(&match self.is_production(name) {
                    true => notice.about_production(),
                    false => notice,
                });
            }
            (Ok(_), Asker::Tool) => notifier.withdraw(&Topic::Session(name.clone())),
            (Err(problem), _) if problem.code == ProblemCode::Cancelled => {}
            (Err(problem), _) => notifier.show(&Notice::failed(name, problem)),
        }
    }

    /// Plans and carries the plan out; anew where the plan changes on the way.
    fn assume_now(&self, role: &Role, errand: &Errand) -> Result<Session, Problem> {
        // Before anybody is asked for a code.
        self.check_destination()?;
        let mut preference = errand.preference;
        loop {
            match self.assume_as_planned(role, errand, preference) {
                Ok(session) => return Ok(session),
                Err(Halt::Failed(problem)) => return Err(problem),
                Err(Halt::Replan(next)) => preference = next.unwrap_or(preference),
            }
        }
    }

    fn assume_as_planned(
        &self,
        role: &Role,
        errand: &Errand,
        preference: PlanPreference,
    ) -> Result<Session, Halt> {
        let now = self.ports.clock.now();
        let (plan, region) = {
            let state = self.lock();
            (
                Plan::of(role, &state.situation(now), preference)?,
                region_of(role, state.settings.region.as_ref())?,
            )
        };
        let reason = self.reason_for(role, errand.first_asker)?;
        let call = self.call_of(role, &plan, region, reason.as_ref())?;
        let assumed = match plan.signer() {
            Signer::Key => self.call(role, &plan, &self.key_caller(&plan.key)?, &call)?,
            Signer::KeyWithCode(serial) => {
                let caller = self.key_caller(&plan.key)?;
                let purpose = Purpose::Role(role.name.clone());
                let question = self.question(role, &plan, serial, purpose);
                let outcome = self.with_code(&question, errand.code.clone(), |code| {
                    let mfa = Some((serial.clone(), code));
                    self.call(
                        role,
                        &plan,
                        &caller,
                        &AssumeRole {
                            mfa,
                            ..call.clone()
                        },
                    )
                });
                self.learn(role, &outcome);
                outcome?
            }
            Signer::MfaSession(serial) => {
                let token = self.mfa_session(role, &plan, serial, &call.region, errand)?;
                let caller = Caller::from(&*token.credentials);
                let assumed = self.call(role, &plan, &caller, &call);
                assumed.map_err(|problem| self.after_refusal(role, &token, problem))?
            }
            Signer::Role(before) => {
                let session = self.source_session(before, errand, preference)?;
                self.call(role, &plan, &Caller::from(&*session.credentials), &call)?
            }
        };
        let session = self.session_of(role, assumed, reason.as_ref());
        if errand.asker == Asker::Person {
            self.confirm(role, &session, &call.region)?;
        }
        Ok(session)
    }

    /// Returns the access key as a signer; its secret comes from the keychain.
    pub(super) fn key_caller(&self, key: &AccessKey) -> Result<Caller, Problem> {
        let fetched = self.ports.keychain.fetch(&key.id);
        let secret = self.note_keychain(fetched)?;
        Ok(Caller {
            access_key_id: key.id.as_str().to_owned(),
            secret,
            token: None,
        })
    }

    /// Returns a session of the role before the wanted one in a chain.
    fn source_session(
        &self,
        name: &Name,
        errand: &Errand,
        preference: PlanPreference,
    ) -> Result<Session, Problem> {
        let now = self.ports.clock.now();
        let errand = Errand {
            asker: Asker::Tool,
            preference: preference.for_source(),
            ..errand.clone()
        };
        self.fly(name, &errand, |state| {
            state
                .live(name, now)
                .filter(|session| session.remaining_at(now) > SIGNER_MIN_REMAINING)
                .cloned()
        })
    }

    fn call(
        &self,
        role: &Role,
        plan: &Plan,
        caller: &Caller,
        call: &AssumeRole,
    ) -> Result<Assumed, Problem> {
        self.call_within_limit(role, call, |call| self.call_once(role, plan, caller, call))
    }

    fn call_once(
        &self,
        role: &Role,
        plan: &Plan,
        caller: &Caller,
        call: &AssumeRole,
    ) -> Result<Assumed, Problem> {
        let asked = self.asked(role, plan, call);
        self.note_aws_call(Subject::Role(role.name.clone()));
        let assumed = self
            .sts()?
            .assume_role(caller, call)
            .map_err(|error| self.explained(role, &error, &asked))?;
        if !role.arn.is_role_of(&assumed.identity) {
            return Err(wrong_identity(&assumed.identity));
        }
        let unusable = |reason: String| self.explained(role, &StsError::Incomplete(reason), &asked);
        assumed
            .credentials
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        let now = self.ports.clock.now();
        check_expiry(assumed.credentials.expires_at, now, LONGEST_S).map_err(unusable)?;
        Ok(assumed)
    }

    fn session_of(&self, role: &Role, assumed: Assumed, reason: Option<&Reason>) -> Session {
        Session {
            role: role.name.clone(),
            limited: role.limited.clone(),
            role_arn: role.arn.to_string(),
            source: role.source.clone(),
            identity: assumed.identity,
            packed_policy_percent: assumed.packed_policy_percent,
            reason: reason.map(|reason| reason.as_str().to_owned()),
            issued_at: self.ports.clock.now(),
            credentials: assumed.credentials.into(),
        }
    }

    /// Asks AWS who the new session is: the last step of every tutorial. No answer is no harm, another answer is.
    fn confirm(&self, role: &Role, session: &Session, region: &Region) -> Result<(), Problem> {
        match self
            .sts()?
            .caller_identity(&Caller::from(&*session.credentials), region)
        {
            Ok(identity) if !role.arn.is_role_of(&identity.arn) => {
                Err(wrong_identity(&identity.arn))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Notes what state the keychain is in, and passes the result on as a person reads it.
    pub(super) fn note_keychain<T>(&self, result: Result<T, KeychainError>) -> Result<T, Problem> {
        let result = result.map_err(Problem::from);
        let standing = result
            .as_ref()
            .err()
            .filter(|problem| problem.code != ProblemCode::KeychainEmpty)
            .cloned();
        let recovered = standing.is_none() && self.lock().standing.contains_key(&Concern::Store);
        self.set_standing(Concern::Keychain, standing);
        if recovered && result.is_ok() {
            self.restore_sessions();
        }
        result
    }
}

impl State {
    /// Returns the roles that were asked for by name and that wait for the flight of `role`.
    pub(super) fn wanted_through(&self, role: &Name) -> Vec<Name> {
        let flights = self.flights.iter().filter(|(it, _)| it.name == *role);
        let wanted = flights.flat_map(|(_, flight)| {
            let wanted = flight.wanted.lock().unwrap_or_else(|e| e.into_inner());
            wanted.iter().cloned().collect::<Vec<Name>>()
        });
        wanted.collect()
    }
}

/// Returns the region whose endpoint is called: the role's, else the one of the settings if it is in the role's
/// partition, else the partition's home.
fn region_of(role: &Role, default: Option<&Region>) -> Result<Region, Problem> {
    let partition = role.arn.partition();
    let chosen = role
        .region
        .as_ref()
        .or(default.filter(|region| partition.has(region)));
    match chosen {
        Some(region) => Ok(region.clone()),
        None => Region::parse(partition.home_region).map_err(Problem::from),
    }
}

fn wrong_identity(identity: &str) -> Problem {
    Problem::new(
        ProblemCode::WrongIdentity,
        "AWS returned a different role than was asked for.",
        "The credentials were dropped. Check the endpoint and proxy in settings.toml.",
    )
    .with_detail(rolecall_core::value::sanitise::echo(identity))
}

/// Checks an expiry against the present and the longest life that was possible.
pub(super) fn check_expiry(
    expires_at: Timestamp,
    now: Timestamp,
    longest_s: u32,
) -> Result<(), String> {
    let longest = SignedDuration::from_secs(i64::from(longest_s)) + EXPIRY_SLACK;
    let left = expires_at.duration_since(now);
    if left.is_positive() && left <= longest {
        return Ok(());
    }
    Err(format!(
        "the expiry {} does not fit the present time {}",
        instant_text(expires_at),
        instant_text(now)
    ))
}
