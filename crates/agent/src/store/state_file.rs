//! The file of the store, and what is known of it while the program runs.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::Clock;

use super::database::{self, Database, Fault};
use crate::paths::Paths;

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
        if matches!(&result, Err(Fault::Damaged(_))) {
            state.database = None;
        }
        result.map_err(|fault| fault.problem(&self.paths.shown(&state.path)))
    }

    fn open<'a>(&self, state: &'a mut State) -> Result<&'a mut Database, Fault> {
        let database = match state.database.take() {
            Some(database) => database,
            None => match Database::open(&state.path) {
                Err(Fault::Damaged(detail)) => {
                    let aside = database::put_aside(&state.path, self.clock.now())?;
                    state.damage = Some(damaged(&self.paths.shown(&aside), detail));
                    Database::open(&state.path)?
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
