//! A lock that says that a program uses the state folder, whatever folder its socket is in.

use std::fs::{File, TryLockError};

use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::disk;
use crate::instance;
use crate::paths::Paths;

const NAME: &str = "in-use.lock";
/// How often a program that is ending is waited for.
const TRIES: u32 = 60;

/// Marks the state folder as used until the file is dropped. Without the mark, only a reset may not notice this program.
pub(crate) fn mark(paths: &Paths) -> Option<File> {
    disk::create_private_dir(&paths.state_dir).ok()?;
    let file = open(paths)?;
    file.try_lock_shared().ok()?;
    Some(file)
}

/// Takes the folder for this program alone; `None` if it does not exist or cannot be written.
///
/// # Errors
/// If another program uses it.
pub(crate) fn claim_alone(paths: &Paths) -> Result<Option<File>, Problem> {
    let Some(file) = open(paths) else {
        return Ok(None);
    };
    let mut tries = 0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if tries < TRIES => instance::pause(),
            Err(TryLockError::WouldBlock) => return Err(in_use(paths)),
        }
        tries += 1;
    }
}

fn in_use(paths: &Paths) -> Problem {
    let shown = paths.shown(&paths.state_dir);
    let what = format!(
        "Nothing was removed: another Rolecall uses {shown}, such as one in another login session."
    );
    let lock = paths.shown(&paths.state_dir.join(NAME));
    let remedy = format!("End it, then try again. To find it: fuser {lock}");
    Problem::new(ProblemCode::Cancelled, what, remedy)
}

/// Opens the lock file, if the folder exists.
fn open(paths: &Paths) -> Option<File> {
    if !paths.state_dir.is_dir() {
        return None;
    }
    let opened = disk::open_lock(&paths.state_dir.join(NAME));
    opened
        .inspect_err(|error| tracing::warn!(%error, "the state folder is not marked as used"))
        .ok()
}
