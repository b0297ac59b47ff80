//! One running application for each set of roles: the first start stays, a later one asks it to show its window. It
//! works without a desktop bus.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rolecall_core::api::protocol::Call;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::socket;

/// How often and how long a later start looks for the first one, which may be starting or ending just now.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);
/// How long the first one may take to answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(2);

/// The right to be the one application. It ends when this is dropped, or with the process, however that ends.
#[derive(Debug)]
pub struct Instance {
    _lock: File,
}

/// Returns the right to be the one application of the set whose socket lies in `dir`; `None` if another one is, and it
/// has shown its window.
///
/// # Errors
/// If the folder cannot be used, or the other one neither answers nor ends.
pub fn claim(dir: &Path) -> Result<Option<Instance>, Problem> {
    claim_or(dir, || socket::ask(dir, Call::ShowWindow, ANSWER).is_ok())
}

/// Returns the right to be the one application, without a window to show; `None` if another one is, and answers.
///
/// # Errors
/// As [`claim`].
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
    let what = "Rolecall is running already, but it does not answer.";
    let remedy = "Quit it (or end its process rolecall-desktop), then start it again.";
    Err(Problem::new(ProblemCode::NotRunning, what, remedy))
}

fn try_lock(dir: &Path) -> Result<Option<Instance>, Problem> {
    let path = dir.join("instance.lock");
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let file = opened.map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Instance { _lock: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

pub(crate) fn failed(error: &std::io::Error) -> Problem {
    let what = "Rolecall cannot tell whether it is running already.";
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
    reason = "the first one tells nobody when it is ready"
)]
pub(crate) fn pause() {
    thread::sleep(PAUSE);
}
