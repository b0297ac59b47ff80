//! The work of the heartbeat: due warnings, changed phases, and the time of the next tick.

use jiff::{SignedDuration, Timestamp};

use super::{Owner, State};
use crate::persist::RETRY;
use crate::prospect::PATIENCE;
use crate::state::sessions::SHOWN_AFTER_END;
use rolecall_core::session::{EXPIRING, Phase, Session};
use rolecall_core::value::duration::time_left_changes_in;

/// How often displayed times change in the last minute of a session.
const LAST_MINUTE_STEP: SignedDuration = SignedDuration::from_secs(15);
/// The longest sleep while a session from disk looks expired to a clock that nobody confirmed.
const DOUBTFUL_SLEEP: SignedDuration = SignedDuration::from_hours(1);
/// The shortest sleep.
const SHORTEST_SLEEP: SignedDuration = SignedDuration::from_millis(200);

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
        self.note_jumps(jumps, now);
        self.renew_due(now);
        self.follow_outage(now);
        self.warn(now).await;
        let faulted_at = self.lock().unwritten.faulted_at;
        if faulted_at.is_none_or(|at| now.duration_since(at).abs() >= RETRY) {
            self.write_rest();
        }
        self.drop_stale_mfa(now);
        self.remind_of_keys(now).await;
        // Changes from here on, while files are written, need another tick.
        let revision = self.update(|state| {
            state.drop_stale_key_sessions(now);
            state.shown.revision
        });
        let own = self.follow_temporary_profiles(now).await;
        self.publish();
        let shows_times = self.ports.audience.shows_times();
        let quiet = self.quiet_left(now);
        let (pulse, snapshot) = {
            let state = self.lock();
            let times = shows_times.then(|| times_change_in(&state, now)).flatten();
            let is_recent = |it: &Session| it.remaining_at(now) > -SHOWN_AFTER_END;
            let quiet = quiet.filter(|_| state.sessions.by_role.values().any(is_recent));
            let next = times.into_iter().chain(quiet).min();
            (
                Pulse {
                    sleep: sleep(&state, next, now).map(|it| it.max(state.beats.pause(now))),
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
        let woken = changed.await.unwrap_or(Woken::Due);
        if woken == Woken::Due {
            let now = self.ports.clock.now();
            self.lock().beats.note(now);
        }
        woken
    }

    /// Notes that the clock was set, or that the machine woke up, since the last tick.
    fn note_jumps(&self, jumps: u64, now: Timestamp) {
        let is_woken = self.touch(|state| {
            let is_woken = std::mem::replace(&mut state.sessions.jumps, jumps) != jumps;
            if is_woken {
                state.sessions.woken_at = Some(now);
            }
            is_woken
        });
        if is_woken {
            self.check_soon();
        }
    }
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
        let marks = state.lead_times(&session.role).into_iter();
        marks
            .chain([EXPIRING, session.lifetime() / 3, SignedDuration::ZERO])
            .map(move |mark| left - mark)
    });
    let renewals = state.sessions.by_role.values().flat_map(|session| {
        let ends_in = session.remaining_at(now);
        let at = state.next_renewal(session, now);
        let at = at.map(|at| at.duration_since(now));
        let waits = at.map(|at| {
            [
                at,
                at.max(ends_in) + PATIENCE,
                ends_in - session.renewal_margin(),
            ]
        });
        waits.into_iter().flatten()
    });
    let codes = state.mfa.sessions.values().map(|it| it.remaining_at(now));
    let over = state.sessions.by_role.values();
    let over = over.map(|session| session.remaining_at(now) + SHOWN_AFTER_END);
    // What is due in the past has been done.
    let ahead = marks
        .chain(renewals)
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
        .chain(state.next_kept_warning(now))
        .chain(state.next_reach(now))
        .chain(state.next_key_session_end(now))
        .chain(doubtful)
        .min();
    next.map(|next| next.max(SHORTEST_SLEEP))
}
