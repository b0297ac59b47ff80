//! The work of the heartbeat: due warnings, changed phases, and the time of the next tick.

use jiff::{SignedDuration, Timestamp};

use super::view::SHOWN_AFTER_END;
use super::{Owner, State};
use crate::persist::RETRY;
use crate::state::unwritten::Row;
use rolecall_core::session::{EXPIRING, Phase, Session};
use rolecall_core::value::duration::time_left_changes_in;
use rolecall_core::value::name::Name;
use rolecall_core::view::notice::{DIGEST_FROM, Notice};

/// How often displayed times change in the last minute of a session.
const LAST_MINUTE_STEP: SignedDuration = SignedDuration::from_secs(15);
/// The longest sleep while a session from disk looks expired to a clock that nobody confirmed.
const DOUBTFUL_SLEEP: SignedDuration = SignedDuration::from_hours(1);
/// The shortest sleep.
const SHORTEST_SLEEP: SignedDuration = SignedDuration::from_millis(200);

/// A due warning: the session and the lead time, which is zero if the session has expired.
struct Due {
    session: Session,
    lead: SignedDuration,
    /// Longer lead times, which this warning makes obsolete.
    passed: Vec<SignedDuration>,
}

/// The result of a tick: when the next one is due, unless something changes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// The maximum time to sleep, or `None` if there is nothing to wake up for.
    pub sleep: Option<SignedDuration>,
    pub(super) revision: u64,
    /// How often the clock had been set.
    pub(super) jumps: u64,
}

/// Why the heartbeat wakes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// Something changed, and more changes may follow.
    Changed,
    /// Its time to sleep is over.
    Due,
}

impl Owner {
    /// Shows due warnings, writes and removes temporary profiles, and publishes changes.
    pub(super) async fn tick(&self) -> Pulse {
        let jumps = self.ports.clock.jumps();
        let now = self.ports.clock.now();
        self.restore_doubtful(now);
        self.warn(now).await;
        let faulted_at = self.lock().unwritten.faulted_at;
        if faulted_at.is_none_or(|at| now.duration_since(at).abs() >= RETRY) {
            self.write_rest();
        }
        self.drop_stale_mfa(now);
        // Changes from here on, while files are written, need another tick.
        let revision = self.update(|state| {
            state.drop_stale_key_sessions(now);
            state.shown.revision
        });
        let own = self.follow_temporary_profiles(now).await;
        self.publish();
        let shows_times = self.ports.audience.shows_times();
        let (pulse, snapshot) = {
            let state = self.lock();
            let times = shows_times.then(|| times_change_in(&state, now)).flatten();
            (
                Pulse {
                    sleep: sleep(&state, times, now),
                    revision: revision + own,
                    jumps,
                },
                state.shown.snapshot.clone(),
            )
        };
        self.ports.audience.tick(&snapshot, now);
        pulse
    }

    /// Waits until something changes after `pulse`, the clock is set, or its time to sleep is over. Without a time, it
    /// waits indefinitely without waking up.
    pub(super) async fn wait_after(&self, pulse: Pulse) -> Woken {
        let deadline = pulse.sleep.map(|limit| self.deadline(limit));
        let changed = self.until(deadline, |state| {
            let is_set = self.ports.clock.jumps() != pulse.jumps;
            (is_set || state.shown.revision != pulse.revision).then_some(Woken::Changed)
        });
        changed.await.unwrap_or(Woken::Due)
    }

    async fn warn(&self, now: Timestamp) {
        let candidates: Vec<Due> = {
            let state = self.lock();
            let leads = &state.settings.current.lead_times;
            let sessions = state.sessions.by_role.values();
            sessions
                .filter_map(|session| due(session, leads, now))
                .collect()
        };
        if candidates.is_empty() {
            return;
        }
        // A store that is still busy would record the warnings long after they are shown.
        self.soon_written().await;
        let warned = self.io(|ports| {
            let warned = candidates
                .iter()
                .map(|due| ports.store.was_warned(due.session.id(), due.lead.as_secs()));
            warned.collect::<Vec<bool>>()
        });
        let warned = warned.await;
        let unwarned = candidates
            .into_iter()
            .zip(warned)
            .filter(|(_, warned)| !warned);
        let fresh: Vec<Due> = {
            let state = self.lock();
            // A session that was renewed or ended meanwhile needs no warning.
            let is_current = |due: &Due| {
                let present = state.sessions.by_role.get(&due.session.role);
                present.is_some_and(|it| it.id() == due.session.id())
            };
            unwarned.map(|(due, _)| due).filter(is_current).collect()
        };
        if fresh.is_empty() {
            return;
        }
        for due in fresh.iter().filter(|due| due.lead.is_zero()) {
            self.keep(Row::Session(due.session.role.clone()));
        }
        // A crash in between would show them twice.
        self.io(|ports| {
            self.show_warnings(&fresh, now);
            for due in &fresh {
                let leads = due.passed.iter().chain([&due.lead]);
                leads.for_each(|lead| ports.store.note_warned(due.session.id(), lead.as_secs()));
            }
        })
        .await;
    }

    fn show_warnings(&self, due: &[Due], now: Timestamp) {
        let notifier = &self.ports.notifier;
        if due.len() >= DIGEST_FROM {
            let roles: Vec<&Name> = due.iter().map(|due| &due.session.role).collect();
            return notifier.show(&Notice::digest(&roles));
        }
        for Due { session, lead, .. } in due {
            let notice = match lead.is_zero() {
                true => Notice::expired(&session.role),
                false => Notice::expiring(&session.role, session.remaining_at(now)),
            };
            notifier.show(&notice);
        }
    }
}

/// Returns the warning with the shortest lead time that applies to `session`. A lead time as long as the session itself
/// is ignored.
fn due(session: &Session, leads: &[SignedDuration], now: Timestamp) -> Option<Due> {
    let left = session.remaining_at(now);
    let fitting = leads
        .iter()
        .copied()
        .filter(|lead| *lead < session.lifetime());
    let mut reached: Vec<SignedDuration> = fitting
        .chain([SignedDuration::ZERO])
        .filter(|lead| left <= *lead)
        .collect();
    reached.sort_unstable();
    let (lead, passed) = reached.split_first()?;
    Some(Due {
        session: session.clone(),
        lead: *lead,
        passed: passed.to_vec(),
    })
}

/// Returns the time until the displayed times change: those of the session that ends next. Those of the others change
/// with them, so that ten sessions cause no more wake-ups than one.
fn times_change_in(state: &State, now: Timestamp) -> Option<SignedDuration> {
    let sessions = state.sessions.by_role.values();
    let left = sessions.map(|session| session.remaining_at(now));
    let first = left.filter(SignedDuration::is_positive).min()?;
    Some(match first < SignedDuration::from_mins(1) {
        true => LAST_MINUTE_STEP,
        false => time_left_changes_in(first),
    })
}

/// Returns the time until the next warning or change of a phase, or until `times` change, or `None` if there is nothing
/// to wake up for.
fn sleep(state: &State, times: Option<SignedDuration>, now: Timestamp) -> Option<SignedDuration> {
    let live = state
        .sessions
        .by_role
        .values()
        .filter(|session| session.phase_at(now) != Phase::Expired);
    let marks = live.flat_map(|session| {
        let left = session.remaining_at(now);
        let marks = state.settings.current.lead_times.iter().copied();
        marks
            .chain([EXPIRING, session.lifetime() / 3, SignedDuration::ZERO])
            .map(move |mark| left - mark)
    });
    let codes = state.mfa.sessions.values().map(|it| it.remaining_at(now));
    let over = state.sessions.by_role.values();
    let over = over.map(|session| session.remaining_at(now) + SHOWN_AFTER_END);
    // What is due in the past has been done.
    let ahead = marks
        .chain(codes)
        .chain(over)
        .filter(SignedDuration::is_positive);
    let doubtful = (!state.sessions.doubtful.is_empty()).then_some(DOUBTFUL_SLEEP);
    // A fault of the store ended the writing.
    let unwritten = state.unwritten.faulted_at;
    let unwritten = unwritten.map(|at| RETRY - now.duration_since(at).abs());
    let next = ahead
        .chain(times)
        .chain(unwritten)
        .chain(state.next_key_session_end(now))
        .chain(doubtful)
        .min();
    next.map(|next| next.max(SHORTEST_SLEEP))
}
