//! Assumes roles, with one attempt per role at a time that all callers share.

use std::sync::{Arc, OnceLock};

use jiff::{SignedDuration, Timestamp};

use super::in_flight::Brought;
use super::intent::{Asker, Intent};
use super::{Concern, Owner, State};
use crate::state::attempt::Outcome;
use crate::state::prompt::{Halt, Purpose};
use crate::state::unwritten::Row;
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

/// How far after the longest possible session an expiry may be.
const EXPIRY_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// Where the end of an attempt will be.
type Answer = Arc<OnceLock<Outcome>>;

impl Owner {
    /// Assumes a role for a person, or renews its session. `code` is an MFA code that was already entered; otherwise a
    /// prompt asks for one if the role needs it. Blocks until it is done.
    ///
    /// # Errors
    /// Why it could not be assumed. An earlier session that is still live is kept.
    pub(super) async fn assume(
        &self,
        name: &Name,
        code: Option<MfaCode>,
    ) -> Result<Session, Problem> {
        self.assume_because(name, code, &[]).await
    }

    /// Assumes a role for a person with these reasons. Each role of the chain uses the last reason that it accepts.
    ///
    /// # Errors
    /// As [`Owner::assume`], or if no role of the chain accepts one of the reasons.
    pub(super) async fn assume_because(
        &self,
        name: &Name,
        code: Option<MfaCode>,
        reasons: &[String],
    ) -> Result<Session, Problem> {
        self.check_reasons(name, reasons)?;
        let intent = Intent {
            attempt: 0,
            code,
            reasons: reasons.to_vec(),
            asker: Asker::Person,
            first_asker: Asker::Person,
            preference: PlanPreference::Default,
            wanted: name.clone(),
            begun_at: self.ports.clock.now(),
        };
        self.join(name, &intent, |_| None).await
    }

    /// Returns a suitable live session, or joins or starts the attempt for this role. An attempt continues even if its
    /// caller goes away.
    pub(super) async fn join(
        &self,
        name: &Name,
        intent: &Intent,
        suits: impl Fn(&State) -> Option<Session>,
    ) -> Result<Session, Problem> {
        let mut intent = intent.clone();
        loop {
            if let Some(session) = suits(&self.lock()) {
                return Ok(session);
            }
            let (role, running) = self.running(name, &intent)?;
            if let Some(running) = running {
                self.until(None, |_| running.get().map(drop)).await;
                continue;
            }
            let answer = self.join_or_start(role, &intent);
            let outcome = self.until(None, |_| answer.get().cloned()).await;
            if let Some(Outcome::Done(result)) = outcome {
                self.soon_written().await;
                return *result;
            }
            // AWS accepts each code once.
            intent.code = None;
        }
    }

    /// Returns the role, and an attempt for it that was started with other reasons than the caller's. Its session must
    /// not be used for this caller.
    fn running(&self, name: &Name, intent: &Intent) -> Result<(Role, Option<Answer>), Problem> {
        self.update(|state| {
            let found = state.roles.catalogue.role(name).cloned();
            let role = found.ok_or_else(|| state.roles.catalogue.refusal(name))?;
            let other = state
                .sessions
                .attempts
                .for_other_reasons(&role, &intent.reasons);
            Ok((role, other))
        })
    }

    fn join_or_start(&self, role: Role, intent: &Intent) -> Answer {
        let joined = self.update(|state| {
            let attempts = &mut state.sessions.attempts;
            let brought = Brought {
                code: intent.code.clone(),
                reasons: intent.reasons.clone(),
            };
            let joined = attempts.join(&role, &intent.wanted, brought);
            let unattended = &mut state.sessions.unattended;
            match (intent.asker, joined.is_first) {
                (Asker::Renewal, true) => drop(unattended.insert(joined.id)),
                (Asker::Renewal, false) => {}
                (Asker::Person | Asker::Tool, _) => drop(unattended.remove(&joined.id)),
            }
            if joined.is_first {
                let is_older = |id: u64, it: &Role| id != joined.id && it.name == role.name;
                attempts.drop_where(is_older, || Outcome::Superseded);
                state.sessions.failures.remove(&role.name);
            }
            joined
        });
        if joined.is_first {
            // The attempt has the code, so that it is used once.
            let intent = Intent {
                attempt: joined.id,
                code: None,
                ..intent.clone()
            };
            self.start_attempt(role, intent);
        }
        joined.answer
    }

    /// Starts an attempt, which belongs to the keeper and not to a caller.
    fn start_attempt(&self, role: Role, intent: Intent) {
        let Some(owner) = self.me.upgrade() else {
            return;
        };
        let (id, name) = (intent.attempt, role.name.clone());
        let started = self.start(async move { owner.attempt(&role, &intent).await });
        if let Err(problem) = started {
            self.update(|state| {
                state.sessions.failures.insert(name, problem.clone());
                state.sessions.attempts.settle(id, Outcome::failed(problem))
            });
        }
    }

    /// Makes an attempt, and gives those who wait for it an answer whatever happens in between.
    async fn attempt(&self, role: &Role, intent: &Intent) {
        let unfinished = Unfinished {
            owner: self,
            intent,
        };
        let result = self.assume_now(role, intent).await;
        self.settle_attempt(role, intent, &result);
        drop(unfinished);
    }

    /// Takes over what came of an attempt, and tells who asked; unless it was made stale meanwhile.
    fn settle_attempt(&self, role: &Role, intent: &Intent, result: &Result<Session, Problem>) {
        let now = self.ports.clock.now();
        // Somebody may have joined what Rolecall began by itself.
        let is_unattended = self.lock().sessions.unattended.contains(&intent.attempt);
        let is_taken = self.update(|state| {
            if !state.sessions.attempts.is_running(intent.attempt) {
                return false;
            }
            state.note_asked(role, result, now);
            let present = state.roles.catalogue.role(&role.name);
            let is_same = |it: &Role| it.arn == role.arn && it.limited == role.limited;
            if !present.is_none_or(is_same) {
                return !state
                    .sessions
                    .attempts
                    .settle(intent.attempt, Outcome::Superseded);
            }
            state.sessions.settle(intent.attempt, role, result)
        });
        if !is_taken {
            return;
        }
        if result.is_ok() {
            self.keep(Row::Session(role.name.clone()));
        }
        self.note_reach(result.as_ref().map(drop), &role.name);
        match intent.asker {
            Asker::Renewal if is_unattended => self.notify_renewal(&role.name, result),
            Asker::Person | Asker::Tool | Asker::Renewal => {
                self.notify_result(&role.name, result, intent.asker);
            }
        }
    }

    fn notify_result(&self, name: &Name, result: &Result<Session, Problem>, asker: Asker) {
        let notifier = &self.ports.notifier;
        match (result, asker) {
            (Ok(session), Asker::Person) => {
                self.note_use(name);
                let left = session.remaining_at(self.ports.clock.now());
                let reduced = self.reduced_duration(name);
                let notice = Notice::assumed(name, &session.identity, left, reduced);
                self.tell(&notice);
            }
            (Ok(_), Asker::Tool | Asker::Renewal) => {
                notifier.withdraw(&Topic::Session(name.clone()));
            }
            (Err(problem), _) if problem.code == ProblemCode::Cancelled => {}
            (Err(problem), _) => self.tell(&Notice::failed(name, problem)),
        }
    }

    /// Checks that an attempt is not stale, so that no more calls and prompts are made for it.
    pub(super) fn check_running(&self, attempt: u64) -> Result<(), Problem> {
        match self.lock().sessions.attempts.is_running(attempt) {
            true => Ok(()),
            false => Err(ended_meanwhile()),
        }
    }

    /// Plans and executes the plan, and plans again if the plan must change.
    async fn assume_now(&self, role: &Role, intent: &Intent) -> Result<Session, Problem> {
        // Before the user is prompted for a code.
        self.check_destination()?;
        let mut preference = intent.preference;
        let mut was_replaced = false;
        loop {
            match self.assume_as_planned(role, intent, preference).await {
                Ok(session) => return Ok(session),
                Err(Halt::Failed(problem)) => return Err(problem),
                Err(Halt::Replan(next)) => preference = next.unwrap_or(preference),
                Err(Halt::DeadSigner(problem)) if was_replaced => return Err(problem),
                Err(Halt::DeadSigner(_)) => was_replaced = true,
            }
        }
    }

    async fn assume_as_planned(
        &self,
        role: &Role,
        intent: &Intent,
        preference: PlanPreference,
    ) -> Result<Session, Halt> {
        let now = self.ports.clock.now();
        let (plan, region) = {
            let state = self.lock();
            (
                Plan::of(role, &state.situation(now), preference)?,
                region_of(role, state.settings.current.region.as_ref())?,
            )
        };
        let reason = self.reason_for(role, intent).await?;
        let call = self.call_of(role, &plan, region, reason.as_ref())?;
        let assumed = match plan.signer() {
            Signer::Key => {
                let caller = self.key_caller_for(&plan.key, intent.attempt).await?;
                self.call(role, &plan, &caller, &call, intent.attempt)
                    .await?
            }
            Signer::KeyWithCode(serial) => {
                let caller = self.key_caller_for(&plan.key, intent.attempt).await?;
                let purpose = Purpose::Attempt(intent.attempt);
                let question = self.question(role, &plan, serial, purpose);
                let (plan, caller, call) = (&plan, &caller, &call);
                let send = |code| async move {
                    let mfa = Some((serial.clone(), code));
                    let call = AssumeRole {
                        mfa,
                        ..call.clone()
                    };
                    self.call(role, plan, caller, &call, intent.attempt).await
                };
                let outcome = self.with_code(&question, send).await;
                self.learn(role, &outcome);
                outcome?
            }
            Signer::MfaSession(serial) => {
                let token = self
                    .mfa_session(role, &plan, serial, &call.region, intent)
                    .await?;
                let caller = Caller::from(&*token.credentials);
                let assumed = self.call(role, &plan, &caller, &call, intent.attempt);
                assumed
                    .await
                    .map_err(|problem| self.after_refusal(role, &plan, &token, problem))?
            }
            Signer::Role(before) => {
                let session = self.source_session(before, intent, preference).await?;
                let caller = Caller::from(&*session.credentials);
                let assumed = self.call(role, &plan, &caller, &call, intent.attempt);
                assumed
                    .await
                    .map_err(|problem| self.after_refusal_of(role, &plan, &session, problem))?
            }
        };
        let session = self.session_of(role, &plan, assumed, reason.as_ref());
        if intent.asker == Asker::Person {
            self.confirm(role, &session, &call.region).await?;
        }
        Ok(session)
    }

    /// Returns the access key as a signer, with its secret from the keychain.
    pub(super) async fn key_caller(&self, key: &AccessKey) -> Result<Caller, Problem> {
        let fetched = self.io(|ports| ports.keychain.fetch(&key.id)).await;
        let secret = self.note_keychain(fetched).await?;
        Ok(Caller::of_key(&key.id, secret))
    }

    /// Returns the same for an attempt. One that Rolecall began by itself opens no dialog of the keychain.
    async fn key_caller_for(&self, key: &AccessKey, attempt: u64) -> Result<Caller, Problem> {
        let is_unattended = self.lock().sessions.unattended.contains(&attempt);
        match is_unattended {
            true => self.quiet_key_caller(key).await,
            false => self.key_caller(key).await,
        }
    }

    /// Returns a session of the role before the requested one in a chain.
    async fn source_session(
        &self,
        name: &Name,
        intent: &Intent,
        preference: PlanPreference,
    ) -> Result<Session, Problem> {
        let now = self.ports.clock.now();
        let code = self
            .lock()
            .sessions
            .attempts
            .take_code(|id, _| id == intent.attempt);
        let asker = match intent.asker {
            Asker::Person | Asker::Tool => Asker::Tool,
            Asker::Renewal => Asker::Renewal,
        };
        let intent = Intent {
            code,
            asker,
            preference: preference.for_source(),
            ..intent.clone()
        };
        self.join(name, &intent, |state| {
            state
                .live(name, now)
                .filter(|session| session.remaining_at(now) > SIGNER_MIN_REMAINING)
                .cloned()
        })
        .await
    }

    async fn call(
        &self,
        role: &Role,
        plan: &Plan,
        caller: &Caller,
        call: &AssumeRole,
        attempt: u64,
    ) -> Result<Assumed, Problem> {
        let send = |call: AssumeRole| async move {
            self.check_running(attempt)?;
            self.call_once(role, plan, caller, &call).await
        };
        self.call_within_limit(role, call, send).await
    }

    async fn call_once(
        &self,
        role: &Role,
        plan: &Plan,
        caller: &Caller,
        call: &AssumeRole,
    ) -> Result<Assumed, Problem> {
        let sent = self.sent_request(role, plan, call);
        let sts = self.sts()?;
        self.note_aws_call(Subject::Role(role.name.clone()));
        let assumed = self.io(|_| sts.assume_role(caller, call)).await;
        let assumed = assumed.map_err(|error| self.explained(role, &error, &sent))?;
        if !role.arn.is_role_of(&assumed.identity) {
            return Err(wrong_identity(&assumed.identity));
        }
        let unusable = |reason: String| self.explained(role, &StsError::Incomplete(reason), &sent);
        assumed
            .credentials
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        let now = self.ports.clock.now();
        check_expiry(assumed.credentials.expires_at, now, LONGEST_S).map_err(unusable)?;
        Ok(assumed)
    }

    fn session_of(
        &self,
        role: &Role,
        plan: &Plan,
        assumed: Assumed,
        reason: Option<&Reason>,
    ) -> Session {
        Session {
            role: role.name.clone(),
            limited: role.limited.clone(),
            role_arn: role.arn.to_string(),
            source: role.source.clone(),
            identity: assumed.identity,
            packed_policy_percent: assumed.packed_policy_percent,
            endpoint_url: assumed.endpoint_url,
            reason: reason.map(|reason| reason.as_str().to_owned()),
            is_direct: matches!(plan.signer(), Signer::Key | Signer::KeyWithCode(_)),
            issued_at: self.ports.clock.now(),
            credentials: assumed.credentials.into(),
        }
    }

    /// Asks AWS who the new session is: the last step of every tutorial. No answer is no harm, another answer is.
    async fn confirm(
        &self,
        role: &Role,
        session: &Session,
        region: &Region,
    ) -> Result<(), Problem> {
        let sts = self.sts()?;
        let caller = Caller::from(&*session.credentials);
        match self.io(|_| sts.caller_identity(&caller, region)).await {
            Ok(identity) if !role.arn.is_role_of(&identity.arn) => {
                Err(wrong_identity(&identity.arn))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Notes what state the keychain is in, and passes the result on as a person reads it.
    pub(super) async fn note_keychain<T>(
        &self,
        result: Result<T, KeychainError>,
    ) -> Result<T, Problem> {
        let result = result.map_err(Problem::from);
        let standing = result
            .as_ref()
            .err()
            .filter(|problem| problem.code != ProblemCode::KeychainEmpty)
            .cloned();
        let recovered = standing.is_none() && self.lock().problems.has(Concern::Store);
        self.set_standing(Concern::Keychain, standing);
        if recovered && result.is_ok() {
            self.restore_sessions().await;
        }
        result
    }
}

/// Settles an attempt that panicked.
struct Unfinished<'a> {
    owner: &'a Owner,
    intent: &'a Intent,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let id = self.intent.attempt;
        let outcome = Outcome::failed(Problem::internal());
        self.owner.update(|state| {
            state.sessions.unattended.remove(&id);
            state.sessions.attempts.settle(id, outcome)
        });
    }
}

/// Returns the region whose endpoint is called: the role's, else the one of the settings if it is in the role's
/// partition, else the partition's home.
pub(super) fn region_of(role: &Role, default: Option<&Region>) -> Result<Region, Problem> {
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

/// Returns the problem of an attempt whose role was ended meanwhile.
pub(super) fn ended_meanwhile() -> Problem {
    let what = "The session was ended while it was being assumed.";
    Problem::new(ProblemCode::Cancelled, what, "Assume the role again.")
}

/// Checks an expiry against the current time and the longest possible duration.
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
