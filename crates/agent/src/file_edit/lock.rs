//! The lock against other instances of Rolecall.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use crate::disk;

use super::retry::{now, pause};

/// How long to wait for the lock of another Rolecall.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no lock.
pub(crate) enum NotLocked {
    /// Another Rolecall holds it.
    Held,
    /// The lock file cannot be opened or locked.
    Failed(io::Error),
}

/// Takes the lock, which ends when the file is dropped. Creates the lock file and its folder.
///
/// # Errors
/// If another Rolecall holds it for too long, or the lock file cannot be opened or locked.
pub(crate) fn lock(path: &Path) -> Result<File, NotLocked> {
    let file = open(path).map_err(NotLocked::Failed)?;
    let deadline = now() + TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if now() < deadline => pause(),
            Err(TryLockError::WouldBlock) => return Err(NotLocked::Held),
            Err(TryLockError::Error(error)) => return Err(NotLocked::Failed(error)),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let dir = path
        .parent()
        .ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
    disk::create_private_dir(dir)?;
    disk::open_lock(path)
}
