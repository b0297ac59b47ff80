//! The sessions of roles, and the attempts to get them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::in_flight::InFlight;
use crate::state::attempt::Outcome;
use crate::state::refused::Refused;
use crate::state::renewals::Renewals;
use rolecall_core::role::Role;
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};

/// How long an expired session is listed, so that it is visible the next morning.
pub(crate) const SHOWN_AFTER_END: SignedDuration = SignedDuration::from_hours(12);

/// The sessions of roles, and the attempts to get them.
#[derive(Default)]
pub(crate) struct Sessions {
    pub(crate) by_role: BTreeMap<Name, Session>,
    /// Sessions from disk that expired by a clock that nobody confirmed. They come back if it was wrong.
    pub(crate) doubtful: Vec<Session>,
    /// The running attempts to assume roles, each with the role as it was at the start.
    pub(crate) attempts: InFlight<Role, Outcome>,
    /// Why the last attempt for a role failed.
    pub(crate) failures: BTreeMap<Name, Problem>,
    /// Each role as it was last assumed, so that an explanation can show what changed since.
    pub(crate) worked: BTreeMap<Name, Role>,
    /// For each role, the session that signed its call, was new, and was denied: its denial is no revocation.
    pub(crate) denied_new_signers: BTreeMap<Name, String>,
    /// The failed request for each role, for follow-up calls.
    pub(crate) refused: BTreeMap<Name, Refused>,
    pub(crate) renewals: HashMap<Name, Renewals>,
    /// The attempts that Rolecall began by itself and that nobody else waits for.
    pub(crate) unattended: BTreeSet<u64>,
    /// The number of automatic renewals that are under way.
    pub(crate) renewing: usize,
    /// The IDs of the sessions that the user lets end.
    pub(crate) left_to_end: BTreeSet<String>,
    /// How often the clock had been set at the last tick.
    pub(crate) jumps: u64,
    /// When this machine last woke up, or its clock was set.
    pub(crate) woken_at: Option<Timestamp>,
    /// Whether the sessions of the last run were read, so that none of them is assumed again before it is restored.
    pub(crate) are_restored: bool,
}

impl Sessions {
    /// Takes over the result of an attempt and answers all that wait for it. Returns `false` if the attempt was stale.
    pub(crate) fn settle(
        &mut self,
        attempt: u64,
        role: &Role,
        result: &Result<Session, Problem>,
    ) -> bool {
        match result {
            Ok(session) => {
                self.by_role.insert(role.name.clone(), session.clone());
                self.worked.insert(role.name.clone(), role.clone());
            }
            Err(problem) if problem.code == ProblemCode::Cancelled => {}
            Err(problem) => drop(self.failures.insert(role.name.clone(), problem.clone())),
        }
        self.unattended.remove(&attempt);
        let outcome = Outcome::Done(Box::new(result.clone()));
        self.attempts.settle(attempt, outcome)
    }

    /// Ends the session of a role, and the attempts to get one. Returns whether there was anything to end.
    pub(crate) fn end(&mut self, role: &Name, outcome: impl Fn() -> Outcome) -> bool {
        let session = self.by_role.remove(role);
        let failure = self.failures.remove(role);
        let was_under_way = self
            .attempts
            .drop_where(|_, attempted| attempted.name == *role, outcome);
        session.is_some() || failure.is_some() || was_under_way
    }
}
