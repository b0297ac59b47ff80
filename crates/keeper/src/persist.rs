//! Writes changes of the state to disk: in order, in the background, and with retries.

use jiff::{SignedDuration, Timestamp};

use super::{Concern, Owner, State};
use crate::state::unwritten::Row;
use rolecall_core::session::Session;
use rolecall_core::session::mfa_session::MfaSession;
use rolecall_core::value::duration::DurationLimit;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::usage::Usage;

/// The time between retries.
pub(super) const RETRY: SignedDuration = SignedDuration::from_secs(15);
/// How long a response waits for the disk. A working disk takes a few milliseconds. A failing disk, or a keychain that
/// asks for its password, must not delay the response.
const GRACE: SignedDuration = SignedDuration::from_millis(300);
/// How long the program waits for pending writes before it ends.
const LAST_WRITES: SignedDuration = SignedDuration::from_secs(3);

/// The new content of a row.
enum Write {
    Session(Session),
    Mfa(MfaSession),
    Usage(Usage),
    Limit(Option<DurationLimit>),
    Nothing,
}

impl Owner {
    /// Schedules a write of a row.
    pub(super) fn keep(&self, row: Row) {
        self.touch(|state| {
            state.unwritten.note(row);
            state.unwritten.tries += 1;
        });
        self.write_rest();
    }

    /// Begins to write what is not on disk, unless somebody does already.
    pub(super) fn write_rest(&self) {
        let begins = self.touch(|state| {
            let unwritten = &mut state.unwritten;
            unwritten.faulted_at = None;
            !unwritten.is_empty() && !std::mem::replace(&mut unwritten.is_writing, true)
        });
        let Some(owner) = self.me.upgrade().filter(|_| begins) else {
            return;
        };
        let started = self.start(async move { owner.write_all().await });
        if let Err(problem) = started {
            self.touch(|state| state.unwritten.is_writing = false);
            self.set_standing(Concern::Unwritten, Some(problem));
        }
    }

    /// Waits a short time until everything is on disk, so that a crash right after a response loses nothing.
    pub(super) async fn soon_written(&self) {
        let deadline = self.deadline(GRACE);
        self.until(Some(deadline), |state| {
            let unwritten = &state.unwritten;
            (unwritten.is_empty() || unwritten.is_failing).then_some(())
        })
        .await;
    }

    /// Waits until everything is on disk or has failed.
    pub(super) async fn all_written(&self) {
        let deadline = self.deadline(LAST_WRITES);
        let tries = self.touch(|state| {
            state.unwritten.tries += 1;
            state.unwritten.is_failing = false;
            state.unwritten.tries
        });
        self.until(Some(deadline), |state| {
            let unwritten = &state.unwritten;
            let gave_up = unwritten.is_failing && unwritten.tries == tries;
            (unwritten.is_empty() || gave_up).then_some(())
        })
        .await;
    }

    async fn write_all(&self) {
        let writing = Writing(self);
        while let Some((row, change)) = self.next_row() {
            let tries = self.lock().unwritten.tries;
            let written = self.write(&row).await;
            let failed = written.is_err();
            self.touch(|state| state.unwritten.is_failing = failed);
            match written {
                Ok(()) => self.is_written(&row, change),
                Err(problem) => {
                    self.set_standing(Concern::Unwritten, Some(problem));
                    let again = self.deadline(RETRY);
                    self.until(Some(again), |state| {
                        (state.unwritten.tries != tries).then_some(())
                    })
                    .await;
                }
            }
        }
        // Nothing is left to write, and that is noted.
        std::mem::forget(writing);
    }

    /// Returns the next row to write, or records that there is none.
    fn next_row(&self) -> Option<(Row, u64)> {
        let mut state = self.lock();
        let next = state.unwritten.next();
        state.unwritten.is_writing = next.is_some();
        next
    }

    fn is_written(&self, row: &Row, change: u64) {
        let is_done = self.touch(|state| {
            let last = state.unwritten.rows.get_mut(row);
            if let Some(last) = last.filter(|last| last.number == change) {
                last.is_written = true;
            }
            state.unwritten.is_empty()
        });
        if is_done && self.lock().problems.has(Concern::Unwritten) {
            self.set_standing(Concern::Unwritten, None);
        }
    }

    async fn write(&self, row: &Row) -> Result<(), Problem> {
        let clock = &self.ports.clock;
        // Only by a confirmed time an expired session is deleted.
        let now = clock.is_confirmed().then(|| clock.now());
        let wanted = self.lock().wanted_on_disk(row, now);
        self.io(|ports| match (&wanted, row) {
            (Write::Session(session), _) => ports.store.save(session),
            (Write::Mfa(session), _) => ports.store.save_mfa(session),
            (Write::Usage(usage), Row::Usage(role)) => {
                ports.store.note_usage(role, *usage);
                Ok(())
            }
            (Write::Limit(limit), Row::Limit(arn)) => ports.store.note_duration_limit(arn, *limit),
            (_, Row::Session(role)) => ports.store.forget(role),
            (_, Row::Mfa((key, serial))) => ports.store.forget_mfa(key, serial),
            (_, Row::Usage(_) | Row::Limit(_)) => Ok(()),
        })
        .await
    }
}

/// The writing, until a fault of the store ends it: then the next change or the next heartbeat begins it again.
struct Writing<'a>(&'a Owner);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let now = self.0.ports.clock.now();
        // The heartbeat notices it.
        self.0.update(|state| {
            state.unwritten.is_writing = false;
            state.unwritten.is_failing = true;
            state.unwritten.faulted_at = Some(now);
        });
    }
}

impl State {
    /// Returns the content of a row from memory.
    fn wanted_on_disk(&self, row: &Row, now: Option<Timestamp>) -> Write {
        match row {
            Row::Session(role) => {
                let session = self.sessions.by_role.get(role);
                let is_live =
                    |it: &&Session| now.is_none_or(|now| it.remaining_at(now).is_positive());
                let live = session.filter(is_live);
                live.map_or(Write::Nothing, |it| Write::Session(it.clone()))
            }
            Row::Mfa(id) => {
                let session = self.mfa.sessions.get(id);
                session.map_or(Write::Nothing, |it| Write::Mfa(it.clone()))
            }
            Row::Usage(role) => {
                let usage = self.usage.by_role.get(role);
                usage.map_or(Write::Nothing, |it| Write::Usage(*it))
            }
            Row::Limit(arn) => Write::Limit(self.durations.limits.get(arn).copied()),
        }
    }
}
