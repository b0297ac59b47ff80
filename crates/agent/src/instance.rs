//! One running instance for each set of roles: a second start asks the first one to show its window. Works without
//! D-Bus.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rolecall_core::api::protocol::Call;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::{disk, socket};

/// How often and at what interval a second start tries to reach the first one, which may be starting or ending.
const TRIES: u32 = 100;
const RETRY_INTERVAL: Duration = Duration::from_millis(50);
/// The timeout for an answer of the first one.
pub(crate) const ANSWER: Duration = Duration::from_secs(2);

/// The lock of the only instance. It is released when this is dropped or the process ends.
#[derive(Debug)]
pub struct Instance {
    _lock: File,
}

/// Claims the only instance, without showing a window; `None` if another one is running and answers.
///
/// # Errors
/// If the folder cannot be used, or the other instance neither answers nor ends.
pub fn claim_quietly(dir: &Path) -> Result<Option<Instance>, Problem> {
    claim_or(dir, || socket::ask(dir, Call::Host, ANSWER).is_ok())
}

pub(crate) fn claim_or(
    dir: &Path,
    other_answers: impl Fn() -> bool,
) -> Result<Option<Instance>, Problem> {
    prepare(dir)?;
    for _ in 0..TRIES {
        if let Some(instance) = try_lock(dir)? {
            return Ok(Some(instance));
        }
        if other_answers() {
            return Ok(None);
        }
        pause();
    }
    let what = "Rolecall is already running, but it does not answer.";
    let remedy = "Quit it (or end its process rolecall-desktop), then start it again.";
    Err(Problem::new(ProblemCode::NotRunning, what, remedy))
}

fn try_lock(dir: &Path) -> Result<Option<Instance>, Problem> {
    let path = dir.join("instance.lock");
    let file = disk::open_lock(&path).map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Instance { _lock: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

pub(crate) fn failed(error: &std::io::Error) -> Problem {
    let what = "Rolecall cannot check whether it is already running.";
    let remedy = "Check the folder for the local socket, then start it again.";
    Problem::new(ProblemCode::StorageFailed, what, remedy).with_detail(error.to_string())
}

#[cfg(unix)]
pub(crate) fn prepare(dir: &Path) -> Result<(), Problem> {
    socket::prepare_dir(dir)
}

#[cfg(not(unix))]
pub(crate) fn prepare(dir: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(dir).map_err(|error| failed(&error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no signal when the first instance is ready"
)]
pub(crate) fn pause() {
    thread::sleep(RETRY_INTERVAL);
}
