//! What becomes of sessions by themselves: when each is renewed, and whether that needs a person.

use jiff::{SignedDuration, Timestamp};

use super::State;
use crate::state::prompt::Purpose;
use crate::state::reason::REASON_LIFE;
use crate::state::renewals::Renewals;
use crate::state::sessions::SHOWN_AFTER_END;
use rolecall_core::plan::{Chain, Plan, PlanPreference, Question, Situation};
use rolecall_core::role::Role;
use rolecall_core::role::renew::Renew;
use rolecall_core::session::Session;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::ProblemCode;

/// How many sessions are renewed at once.
const AT_ONCE: usize = 4;
/// Renewals after suspend are spread over this time, so that not all calls are made at once.
const SPREAD_AFTER_WAKING: SignedDuration = SignedDuration::from_secs(30);
/// How long a session that is being renewed may be over before a notification says so.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// What becomes of a session by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prospect {
    /// Nothing renews it.
    Ends,
    /// It is renewed at this time.
    RenewedAt(Timestamp),
    /// It was not renewed, and the next try is at this time.
    TriedAgainAt(Timestamp),
    /// Somebody must enter something to renew it.
    NeedsPerson,
}

impl Prospect {
    /// Returns when the next renewal starts.
    pub(super) fn at(self) -> Option<Timestamp> {
        match self {
            Self::RenewedAt(at) | Self::TriedAgainAt(at) => Some(at),
            Self::Ends | Self::NeedsPerson => None,
        }
    }
}

impl State {
    /// Returns what happens when a role's session comes to its end.
    pub(super) fn renews(&self, name: &Name) -> Renew {
        let role = self.roles.catalogue.role(name);
        let unlimited = role.map_or(name, |role| role.unlimited_name());
        let marked = self.marks.current.ending(unlimited.as_str()).renew;
        marked
            .or_else(|| role.and_then(|role| role.renew))
            .unwrap_or_default()
    }

    /// Returns how long before the end of a role's session to warn, longest first.
    pub(super) fn lead_times(&self, name: &Name) -> Vec<SignedDuration> {
        let role = self.roles.catalogue.role(name);
        let unlimited = role.map_or(name, |role| role.unlimited_name());
        let marked = self.marks.current.ending(unlimited.as_str()).lead_times;
        marked
            .or_else(|| role.and_then(|role| role.lead_times.clone()))
            .unwrap_or_else(|| self.settings.current.lead_times.clone())
    }

    /// Returns whether an attempt or a request for a code waits for nobody but Rolecall itself.
    pub(super) fn is_unattended(&self, purpose: &Purpose) -> bool {
        let sessions = &self.sessions;
        match purpose {
            Purpose::Key(_) => false,
            Purpose::Attempt(attempt) => sessions.unattended.contains(attempt),
            Purpose::Token(request) => {
                let roles = self.mfa.requests.waiting(|id, _| id == *request);
                let attempts = sessions.attempts.numbered();
                let mut waiting = attempts.filter(|(_, role)| roles.contains(&role.name));
                waiting.all(|(id, _)| sessions.unattended.contains(&id))
            }
        }
    }

    /// Returns what becomes of a session by itself.
    pub(super) fn prospect(
        &self,
        session: &Session,
        situation: &Situation<'_>,
        now: Timestamp,
    ) -> Prospect {
        let Some(at) = self.next_renewal(session, now) else {
            return Prospect::Ends;
        };
        let Some(role) = self.roles.catalogue.role(&session.role) else {
            return Prospect::Ends;
        };
        if self.renewal_needs_person(role, situation, now) {
            return Prospect::NeedsPerson;
        }
        match self.tried(session) {
            Some(tried) if tried.is_running => Prospect::RenewedAt(tried.last),
            Some(_) => Prospect::TriedAgainAt(at),
            None => Prospect::RenewedAt(at),
        }
    }

    pub(super) fn due_renewals(&self, now: Timestamp) -> Vec<Name> {
        let free = AT_ONCE.saturating_sub(self.sessions.renewing);
        let sessions = self.sessions.by_role.values();
        let mut due: Vec<&Session> = sessions
            .filter(|it| self.next_renewal(it, now).is_some_and(|at| at <= now))
            .filter(|it| !self.tried(it).is_some_and(|tried| tried.is_running))
            .filter(|it| !self.sessions.attempts.has(|role| role.name == it.role))
            .collect();
        if due.is_empty() || free == 0 {
            return Vec::new();
        }
        due.sort_by_key(|session| session.expires_at());
        let situation = self.situation(now);
        let alone = due.into_iter().filter(|session| {
            let role = self.roles.catalogue.role(&session.role);
            role.is_some_and(|role| !self.renewal_needs_person(role, &situation, now))
        });
        alone.take(free).map(|it| it.role.clone()).collect()
    }

    /// Returns when the automatic renewal of a session starts, or is tried again, if nobody is needed for it. It starts
    /// at some time in the first half of the margin in which tools get a renewed session as well.
    pub(super) fn next_renewal(&self, session: &Session, now: Timestamp) -> Option<Timestamp> {
        if self.renews(&session.role) != Renew::Automatic
            || self.sessions.left_to_end.contains(session.id())
            || session.remaining_at(now) <= -SHOWN_AFTER_END
            || !self.is_role_of(session)
        {
            return None;
        }
        if let Some(tried) = self.tried(session) {
            let failure = self.sessions.failures.get(&session.role);
            let may_pass = failure.is_none_or(|problem| may_pass(problem.code));
            return may_pass.then(|| tried.next());
        }
        let margin = session.renewal_margin();
        let part = i32::try_from(spread(session.id())).unwrap_or_default();
        let start = session.expires_at() - margin + margin * part / 2_000;
        let woken = self.sessions.woken_at.filter(|woken| start < *woken);
        let after_waking = woken.map(|woken| woken + SPREAD_AFTER_WAKING * part / 1_000);
        Some(after_waking.unwrap_or(start))
    }

    /// Returns the renewals that were started for this session and did not succeed so far.
    fn tried(&self, session: &Session) -> Option<&Renewals> {
        let tried = self.sessions.renewals.get(&session.role);
        tried.filter(|it| it.session == session.id())
    }

    fn is_role_of(&self, session: &Session) -> bool {
        let role = self.roles.catalogue.role(&session.role);
        role.is_some_and(|role| {
            role.arn.as_str() == session.role_arn && role.limited == session.limited
        })
    }

    pub(super) fn note_renewal(&mut self, role: &Name, now: Timestamp) {
        let session = self.sessions.by_role.get(role);
        let session = session.map_or(String::new(), |it| it.id().to_owned());
        let before = self.sessions.renewals.get(role);
        let begun = before.filter(|it| it.session == session);
        let renewals = Renewals {
            begun: begun.map_or(0, |it| it.begun) + 1,
            session,
            last: now,
            is_running: true,
        };
        self.sessions.renewals.insert(role.clone(), renewals);
    }

    /// Returns whether somebody must enter a code or a reason to renew a role's session. A code from a seed needs
    /// nobody.
    fn renewal_needs_person(&self, role: &Role, situation: &Situation<'_>, now: Timestamp) -> bool {
        let has_seed = |serial: &MfaSerial| {
            let mut keys = self.keys.list.iter();
            keys.any(|key| key.totp.as_ref() == Some(serial))
        };
        let chain = Chain::of(role, &self.roles.catalogue, &self.keys.list);
        let has_device = |chain: Chain| chain.roles.iter().any(|it| it.mfa_serial.is_some());
        let plan = chain
            .is_ok_and(has_device)
            .then(|| Plan::of(role, situation, PlanPreference::AvoidPrompt));
        let asks = plan
            .as_ref()
            .and_then(|plan| plan.as_ref().ok())
            .and_then(Plan::question);
        let asks = asks.is_some_and(|question| match question {
            Question::Shared(serial) | Question::Own(serial) => !has_seed(serial),
        });
        let used = self.questions.used_reasons.get(role.unlimited_name());
        let has_reason = used.is_some_and(|used| now.duration_since(used.at) <= REASON_LIFE);
        asks || (role.reason.is_some() && !has_reason)
    }
}

/// Returns whether what failed may work later, without anybody doing anything.
fn may_pass(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::Offline
            | ProblemCode::TimedOut
            | ProblemCode::Throttled
            | ProblemCode::AwsFailed
            | ProblemCode::NotAws
            | ProblemCode::KeychainLocked
            | ProblemCode::KeychainAbsent
            | ProblemCode::KeychainFrozen
            | ProblemCode::KeysSealed
            | ProblemCode::ClockSkewed
            | ProblemCode::NoResources
            | ProblemCode::Internal
    )
}

/// Returns a number below 1,000 that differs between sessions and is always the same for one.
fn spread(id: &str) -> u64 {
    let hash = id.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    hash % 1_000
}
