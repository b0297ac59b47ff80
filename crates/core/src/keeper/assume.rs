//! Assuming a role: one flight per role at a time, shared by all who ask.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use super::{Concern, Keeper, State};
use crate::call_fields::MfaCode;
use crate::credentials::instant_text;
use crate::duration::LONGEST_S;
use crate::name::Name;
use crate::notice::{Notice, Topic};
use crate::plan::Plan;
use crate::ports::KeychainError;
use crate::problem::{Problem, ProblemCode};
use crate::refusal::{Attempt, explain};
use crate::region::Region;
use crate::role::Role;
use crate::session::Session;
use crate::sts::{AssumeRole, Assumed, Caller, StsError};

/// With less life left, a source's session is not used to assume another role.
const SOURCE_LEFT: SignedDuration = SignedDuration::from_mins(1);
/// How far beyond the longest session an expiry may lie before it is not believed.
const EXPIRY_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// An assumption in progress.
#[derive(Default)]
pub(super) struct Flight {
    outcome: Mutex<Option<Result<Session, Problem>>>,
}

/// Who asked for an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A person: the identity is confirmed, and a notice tells how it went.
    Person,
    /// A tool or another role: quiet.
    Tool,
}

impl Keeper {
    /// Assumes a role for a person, or renews its session. `code` is the authenticator's, if it was asked for already;
    /// otherwise a prompt asks for it where the role needs one. Blocks until it is done.
    ///
    /// # Errors
    /// Why it could not be assumed; an earlier session that is still live stays.
    pub fn assume(&self, name: &Name, code: Option<MfaCode>) -> Result<Session, Problem> {
        self.fly(name, code, Asker::Person, |_| None)
    }

    /// Joins the flight for this role, or leads one; unless a live session suits, which is looked
    /// for under the same lock, so that a flight that has just landed is not followed by another.
    pub(super) fn fly(
        &self,
        name: &Name,
        code: Option<MfaCode>,
        asker: Asker,
        suits: impl Fn(&State) -> Option<Session>,
    ) -> Result<Session, Problem> {
        let (role, flight, leads) = {
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
            (role, flight, leads)
        };
        if leads {
            self.lead(&role, &flight, code, asker);
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
    fn lead(&self, role: &Role, flight: &Flight, code: Option<MfaCode>, asker: Asker) {
        self.update(|state| drop(state.failures.remove(&role.name)));
        let attempt = std::panic::AssertUnwindSafe(|| self.assume_now(role, code, asker));
        let outcome = std::panic::catch_unwind(attempt).unwrap_or_else(|_| {
            let remedy = "Try again; if it goes on, restart Rolecall and report it.";
            Err(Problem::new(
                ProblemCode::Internal,
                "A fault in Rolecall stopped this.",
                remedy,
            ))
        });
        if let Ok(session) = &outcome {
            self.note_store(self.ports.store.save(session));
        }
        self.update(|state| {
            state.flights.remove(role);
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
        self.tell(&role.name, &outcome, asker);
    }

    fn tell(&self, name: &Name, outcome: &Result<Session, Problem>, asker: Asker) {
        let notifier = &self.ports.notifier;
        match (outcome, asker) {
            (Ok(session), Asker::Person) => {
                notifier.show(&Notice::assumed(
                    name,
                    &session.identity,
                    session.left_at(self.ports.clock.now()),
                ));
            }
            (Ok(_), Asker::Tool) => notifier.withdraw(&Topic::Session(name.clone())),
            (Err(problem), _) if problem.code == ProblemCode::Cancelled => {}
            (Err(problem), _) => notifier.show(&Notice::failed(name, problem)),
        }
    }

    fn assume_now(
        &self,
        role: &Role,
        code: Option<MfaCode>,
        asker: Asker,
    ) -> Result<Session, Problem> {
        let (plan, region) = {
            let state = self.lock();
            (
                Plan::of(role, &state.catalogue, &state.keys)?,
                region_of(role, state.settings.region.as_ref())?,
            )
        };
        let caller = self.caller(&plan)?;
        let call = self.call_of(role, &plan, region)?;
        let assumed = match &role.mfa_serial {
            Some(serial) => self.with_code(role, serial, &plan, code, |code| {
                self.call(
                    role,
                    &plan,
                    &caller,
                    &AssumeRole {
                        mfa: Some((serial.clone(), code)),
                        ..call.clone()
                    },
                )
            })?,
            None => self.call(role, &plan, &caller, &call)?,
        };
        let session = self.session_of(role, assumed);
        if asker == Asker::Person {
            self.confirm(role, &session, &call.region)?;
        }
        Ok(session)
    }

    /// Returns who signs the call for the plan's last role: the access key, or the session of the role before it.
    fn caller(&self, plan: &Plan) -> Result<Caller, Problem> {
        let [.., before, _] = plan.roles.as_slice() else {
            let fetched = self.ports.keychain.fetch(&plan.key.id);
            let secret = self.note_keychain(fetched)?;
            return Ok(Caller {
                access_key_id: plan.key.id.as_str().to_owned(),
                secret,
                token: None,
            });
        };
        let now = self.ports.clock.now();
        let session = self.fly(&before.name, None, Asker::Tool, |state| {
            state
                .live(&before.name, now)
                .filter(|session| session.left_at(now) > SOURCE_LEFT)
                .cloned()
        })?;
        Ok(Caller::from(&*session.credentials))
    }

    fn call(
        &self,
        role: &Role,
        plan: &Plan,
        caller: &Caller,
        call: &AssumeRole,
    ) -> Result<Assumed, Problem> {
        let asked = self.asked(role, plan, call);
        let attempt = Attempt {
            role: Some(role),
            source: role.source.as_str(),
            asked: Some(&asked),
        };
        let assumed = self
            .ports
            .sts
            .assume_role(caller, call)
            .map_err(|error| explain(&error, attempt))?;
        if !role.arn.is_role_of(&assumed.identity) {
            return Err(wrong_identity(&assumed.identity));
        }
        let unusable = |reason: String| explain(&StsError::Incomplete(reason), attempt);
        assumed
            .credentials
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        check_expiry(assumed.credentials.expires_at, self.ports.clock.now()).map_err(unusable)?;
        Ok(assumed)
    }

    fn session_of(&self, role: &Role, assumed: Assumed) -> Session {
        Session {
            role: role.name.clone(),
            role_arn: role.arn.to_string(),
            source: role.source.clone(),
            identity: assumed.identity,
            packed_policy_percent: assumed.packed_policy_percent,
            issued_at: self.ports.clock.now(),
            credentials: assumed.credentials.into(),
        }
    }

    /// Asks AWS who the new session is: the last step of every tutorial. No answer is no harm, another answer is.
    fn confirm(&self, role: &Role, session: &Session, region: &Region) -> Result<(), Problem> {
        match self
            .ports
            .sts
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
    .with_detail(crate::sanitise::echo(identity))
}

fn check_expiry(expires_at: Timestamp, now: Timestamp) -> Result<(), String> {
    let longest = SignedDuration::from_secs(i64::from(LONGEST_S)) + EXPIRY_SLACK;
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
