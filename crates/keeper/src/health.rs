//! Asks AWS whether it still accepts the sessions, with GetCallerIdentity, which needs no permission and changes nothing:
//! after the machine woke up, when the network is back, and when somebody wants to know.

use jiff::{SignedDuration, Timestamp};

use super::assume::region_of;
use super::{Concern, Owner, State};
use crate::state::health::Outage;
use crate::state::unwritten::Row;
use rolecall_core::calls::sts::Caller;
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::region::Region;
use rolecall_core::value::sanitise;
use rolecall_core::view::notice::Notice;

/// How many sessions are checked at once.
const AT_ONCE: usize = 4;
/// How long somebody who wants to know waits.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(60);
/// After how long sessions are checked again by themselves, at the earliest.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

impl Owner {
    /// Asks AWS about all live sessions, and drops those that it no longer accepts.
    ///
    /// # Errors
    /// If settings prevent calls to AWS.
    pub(super) async fn check_sessions(&self) -> Result<(), Problem> {
        self.check_destination()?;
        self.await_restored().await;
        self.start_checks();
        let deadline = self.deadline(TIMEOUT);
        self.until(Some(deadline), |state| {
            let health = &state.health;
            (health.waiting.is_empty() && health.checking == 0).then_some(())
        })
        .await;
        Ok(())
    }

    /// Does the same without waiting, unless that was done a moment ago.
    pub(super) fn check_soon(&self) {
        let now = self.ports.clock.now();
        let is_due = {
            let state = self.lock();
            let last = state.health.checked_at;
            last.is_none_or(|at| now.duration_since(at).abs() >= PAUSE)
        };
        if is_due && self.check_destination().is_ok() {
            self.start_checks();
        }
    }

    fn start_checks(&self) {
        let now = self.ports.clock.now();
        let starting = self.touch(|state| {
            state.health.checked_at = Some(now);
            state.queue_checks(now);
            let wanted = state.health.waiting.len().min(AT_ONCE);
            let starting = wanted.saturating_sub(state.health.checking);
            state.health.checking += starting;
            starting
        });
        for _ in 0..starting {
            let Some(owner) = self.me.upgrade() else {
                return;
            };
            let checking = Checking(owner);
            // Without a thread for it, nothing is known about the sessions, and they stay.
            let _ = self.start(async move {
                while let Some(role) = checking.0.next_to_check() {
                    checking.0.check(&role).await;
                }
                drop(checking);
            });
        }
    }

    fn next_to_check(&self) -> Option<Name> {
        self.lock().health.waiting.pop_front()
    }

    async fn check(&self, role: &Name) {
        let now = self.ports.clock.now();
        let found = {
            let state = self.lock();
            let session = state.live(role, now).cloned();
            session.and_then(|session| Some((state.check_region(role)?, session)))
        };
        let (Some((region, session)), Ok(sts)) = (found, self.sts()) else {
            return;
        };
        let caller = Caller::from(&*session.credentials);
        let Err(error) = self.io(|_| sts.caller_identity(&caller, &region)).await else {
            return;
        };
        let attempt = Attempt {
            role: None,
            source: role.as_str(),
            sent: None,
        };
        let problem = explain(&error, attempt);
        match problem.code {
            ProblemCode::ExpiredCredentials | ProblemCode::InvalidKey => {
                self.drop_refused(&session);
            }
            _ => self.note_outage(&problem, &region),
        }
    }

    /// Drops a session that AWS no longer accepts, and says so.
    fn drop_refused(&self, session: &Session) {
        let now = self.ports.clock.now();
        let notice = self.update(|state| {
            let present = state.sessions.by_role.get(&session.role);
            present.filter(|it| it.id() == session.id())?;
            let stake = {
                let situation = state.situation(now);
                state.stake(session, || &situation, now)
            };
            let problem = no_longer_accepted(&session.role);
            state.sessions.by_role.remove(&session.role);
            let notice = Notice::refused(&stake, &problem);
            state
                .sessions
                .failures
                .insert(session.role.clone(), problem);
            Some(notice)
        });
        if let Some(notice) = notice {
            self.keep(Row::Session(session.role.clone()));
            self.ports.notifier.show(&notice);
        }
    }

    /// Notes that AWS cannot be reached, or that it can.
    pub(super) fn note_reach(&self, result: Result<(), &Problem>, role: &Name) {
        match result {
            Ok(()) => self.end_outage(),
            Err(problem) => {
                let region = self.lock().check_region(role);
                if let Some(region) = region {
                    self.note_outage(problem, &region);
                }
            }
        }
    }

    fn note_outage(&self, problem: &Problem, region: &Region) {
        let is_outage = matches!(
            problem.code,
            ProblemCode::Offline | ProblemCode::NotAws | ProblemCode::TimedOut
        );
        if !is_outage {
            return;
        }
        let now = self.ports.clock.now();
        let what = self.touch(|state| {
            let holds = state.what_holds(now)?;
            let outage = state.health.outage.get_or_insert_with(|| Outage::new(now));
            outage.region = Some(region.clone());
            Some(holds)
        });
        let Some(what) = what else { return };
        let standing = Problem {
            remedy: what,
            diagnosis: None,
            ..problem.clone()
        };
        self.set_standing(Concern::Network, Some(standing));
    }

    /// Looks from time to time whether AWS can be reached again, while there are sessions that could need it.
    pub(super) fn follow_outage(&self, now: Timestamp) {
        let due = {
            let mut state = self.lock();
            let has_live = state.has_live(now);
            let outage = state.health.outage.as_mut();
            outage.and_then(|it| it.take_due(now, has_live))
        };
        let (Some(region), Some(owner)) = (due, self.me.upgrade()) else {
            return;
        };
        // Without a thread for it, the next tick looks again.
        let _ = self.start(async move {
            let Ok(sts) = owner.sts() else { return };
            if owner.io(|_| sts.reach(&region)).await.is_ok() {
                owner.end_outage();
            }
        });
    }

    /// Ends an outage, and checks what AWS thinks of the sessions.
    fn end_outage(&self) {
        let was_out = self.touch(|state| state.health.outage.take().is_some());
        if was_out {
            self.set_standing(Concern::Network, None);
            self.check_soon();
        }
    }
}

impl State {
    fn queue_checks(&mut self, now: Timestamp) {
        let endpoint = self.settings.current.endpoint_url.clone();
        let roles: Vec<Name> = self.sessions.by_role.keys().cloned().collect();
        for role in roles {
            let is_here = self
                .live(&role, now)
                .is_some_and(|it| it.endpoint_url == endpoint);
            if is_here && !self.health.waiting.contains(&role) {
                self.health.waiting.push_back(role);
            }
        }
    }

    fn check_region(&self, role: &Name) -> Option<Region> {
        let role = self.roles.catalogue.role(role)?;
        region_of(role, self.settings.current.region.as_ref()).ok()
    }

    fn has_live(&self, now: Timestamp) -> bool {
        let mut sessions = self.sessions.by_role.values();
        sessions.any(|it| it.remaining_at(now).is_positive())
    }

    /// Says what keeps working while AWS cannot be reached, and until when; `None` without live sessions.
    fn what_holds(&self, now: Timestamp) -> Option<String> {
        let sessions = self.sessions.by_role.values();
        let live = sessions.filter(|it| it.remaining_at(now).is_positive());
        let mut ends: Vec<Timestamp> = live.map(Session::expires_at).collect();
        ends.sort_unstable();
        let first = ends.first()?.strftime("%H:%M UTC");
        Some(match ends.len() {
            1 => format!("Your session keeps working until {first}."),
            count => format!("Your {count} sessions keep working; the first ends at {first}."),
        })
    }

    /// Returns the time until Rolecall looks again whether AWS can be reached.
    pub(super) fn next_reach(&self, now: Timestamp) -> Option<SignedDuration> {
        let outage = self.health.outage.as_ref().filter(|_| self.has_live(now))?;
        Some(outage.next.duration_since(now))
    }
}

/// A worker that asks about one session after the other, until this is dropped.
struct Checking(std::sync::Arc<Owner>);

impl Drop for Checking {
    fn drop(&mut self) {
        self.0.touch(|state| state.health.checking -= 1);
    }
}

fn no_longer_accepted(role: &Name) -> Problem {
    let name = sanitise::echo(role.as_str());
    let what = format!("AWS no longer accepts the session of \"{name}\".");
    let remedy = "Assume the role again. Its role or key may have been changed or removed in AWS.";
    Problem::new(ProblemCode::ExpiredCredentials, what, remedy)
}
