//! The file of the store, and what is known of it while the program runs.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::Clock;

use super::database::{self, Database, Fault};
use crate::paths::Paths;

/// How long to wait for another process that uses the file, such as a backup.
const BUSY_LIMIT: Duration = Duration::from_secs(2);
/// The same after it was waited for in vain, until the file can be used again, so that calls in a row do not add up.
const BUSY_LIMIT_AGAIN: Duration = Duration::from_millis(20);

/// The file, opened on first use.
pub(super) struct StateFile {
    paths: Paths,
    pub(super) clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

pub(super) struct State {
    path: PathBuf,
    database: Option<Database>,
    /// The problem for the next load: the file was damaged and replaced.
    pub(super) damage: Option<Problem>,
    /// The warnings since the start, in case the disk fails.
    pub(super) warned: HashSet<(SessionHash, i64)>,
    pub(super) loaded: bool,
    /// Whether another process used the file at the last call.
    is_busy: bool,
    /// Whether the last call failed for a reason that passes: another process, or the disk.
    is_failing: bool,
}

/// The hash of a session ID in the log of warnings.
pub(super) type SessionHash = [u8; 32];

impl StateFile {
    /// Returns the file at these paths. It is opened by the first call.
    pub(super) fn new(paths: Paths, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            path: paths.state_path(),
            database: None,
            damage: None,
            warned: HashSet::new(),
            loaded: false,
            is_busy: false,
            is_failing: false,
        };
        Self {
            paths,
            clock,
            state: Mutex::new(state),
        }
    }

    /// Keeps all of it in another file from here on.
    pub(super) fn move_to(&self, path: PathBuf) {
        let mut state = self.lock();
        state.path = path;
        state.database = None;
    }

    /// Runs `act` on the file, opening it if needed. A damaged file is closed, so that the next call puts it aside.
    pub(super) fn with<T>(
        &self,
        act: impl FnOnce(&mut Database) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        let mut state = self.lock();
        let result = self.open(&mut state).and_then(act);
        state.is_busy = matches!(&result, Err(Fault::Busy));
        state.is_failing = matches!(&result, Err(Fault::Busy | Fault::Disk(_)));
        if matches!(&result, Err(Fault::Damaged(_))) {
            state.database = None;
        }
        result.map_err(|fault| fault.problem(&self.paths.shown(&state.path)))
    }

    /// Returns whether the last call failed for a reason that passes.
    pub(super) fn is_failing(&self) -> bool {
        self.lock().is_failing
    }

    fn open<'a>(&self, state: &'a mut State) -> Result<&'a mut Database, Fault> {
        let busy_limit = if state.is_busy {
            BUSY_LIMIT_AGAIN
        } else {
            BUSY_LIMIT
        };
        let database = match state.database.take() {
            Some(database) => {
                database.wait_at_most(busy_limit)?;
                database
            }
            None => match Database::open(&state.path, busy_limit) {
                Err(Fault::Damaged(detail)) => {
                    let aside = database::put_aside(&state.path, self.clock.now())?;
                    state.damage = Some(damaged(&self.paths.shown(&aside), detail));
                    Database::open(&state.path, busy_limit)?
                }
                result => result?,
            },
        };
        Ok(state.database.insert(database))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn damaged(aside: &str, detail: String) -> Problem {
    Problem::new(
        ProblemCode::StorageFailed,
        format!("The session file was damaged. It was put aside as {aside}, and Rolecall created a new one."),
        "Assume your roles again. Access keys and roles are not affected.",
    )
    .with_detail(detail)
}
