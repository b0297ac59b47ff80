//! Files that a crash in the middle of an edit leaves beside AWS's files or among their copies. They may hold a secret,
//! so the next start removes them, and so does the next edit.
//!
//! The file of the lock names the folders in which edits were begun: a later run may be told other paths of AWS's files.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How the names of unfinished files start, beside the file that they are to become.
pub(super) const TEMPORARY: &str = ".rolecall-unfinished-aws-";
/// The most bytes that are read of the file of the lock.
const NOTES_MAX: u64 = 64 << 10;

/// Notes that an edit begins in a folder. The lock is held.
///
/// # Errors
/// If it cannot be written.
pub(super) fn note(lock: &File, dir: &Path) -> io::Result<()> {
    let line = format!("{}\n", dir.to_str().unwrap_or_default());
    let mut notes = lock;
    notes.seek(SeekFrom::End(0))?;
    notes.write_all(line.as_bytes())?;
    notes.sync_data()
}

/// Removes what is left in these folders and in those that were noted. The lock is held, so no edit is under way.
pub(super) fn remove(lock: &File, dirs: impl IntoIterator<Item = PathBuf>) {
    let noted = noted(lock).unwrap_or_default();
    let removed: Vec<bool> = dirs
        .into_iter()
        .chain(noted)
        .map(|dir| remove_in(&dir, TEMPORARY))
        .collect();
    // What could not be removed is tried again next time.
    if removed.into_iter().all(|done| done) {
        let _ = lock.set_len(0);
    }
}

fn noted(lock: &File) -> io::Result<Vec<PathBuf>> {
    let (mut notes, mut text) = (lock, String::new());
    notes.seek(SeekFrom::Start(0))?;
    notes.take(NOTES_MAX).read_to_string(&mut text)?;
    let paths = text.lines().map(PathBuf::from);
    Ok(paths.filter(|path| path.is_absolute()).collect())
}

/// Removes this user's files in a folder whose names start so; `false` if one of them is still there.
pub(super) fn remove_in(dir: &Path, prefix: &str) -> bool {
    let Ok(entries) = fs::read_dir(dir) else {
        return true;
    };
    let mut is_clean = true;
    for entry in entries.flatten() {
        let is_unfinished = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(prefix.as_bytes());
        if is_unfinished
            && entry.metadata().is_ok_and(|found| is_own_file(&found))
            && let Err(error) = fs::remove_file(entry.path())
        {
            tracing::warn!(%error, "an unfinished file was not removed");
            is_clean = false;
        }
    }
    is_clean
}

#[cfg(unix)]
fn is_own_file(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.is_file() && found.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own_file(found: &Metadata) -> bool {
    found.is_file()
}
