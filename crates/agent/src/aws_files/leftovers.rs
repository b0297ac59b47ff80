//! Temporary files that a crash during an edit leaves beside AWS's files or among the backups. They may contain a
//! secret, so the next start and the next edit remove them.
//!
//! The lock file lists the folders of unfinished edits, since the paths of AWS's files may differ on the next start.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The most bytes to read from the lock file.
const NOTES_MAX: u64 = 64 << 10;

/// Records the start of an edit in a folder. Needs the lock.
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

/// Removes the files with this name prefix in these folders and in the recorded ones. Needs the lock, so no edit is in progress.
pub(super) fn remove(lock: &File, dirs: impl IntoIterator<Item = PathBuf>, prefix: &str) {
    let noted = noted(lock).unwrap_or_default();
    let removed: Vec<bool> = dirs
        .into_iter()
        .chain(noted)
        .map(|dir| remove_in(&dir, prefix))
        .collect();
    // What could not be removed is retried next time.
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

/// Removes this user's files with this name prefix; `false` if one of them remains.
pub(super) fn remove_in(dir: &Path, prefix: &str) -> bool {
    let mut is_clean = true;
    for path in find(dir, prefix) {
        if let Err(error) = fs::remove_file(path) {
            tracing::warn!(%error, "an unfinished file was not removed");
            is_clean = false;
        }
    }
    is_clean
}

/// Returns this user's files with this name prefix.
pub(super) fn find(dir: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let unfinished = entries.filter(|entry| {
        let name = entry.file_name();
        name.as_encoded_bytes().starts_with(prefix.as_bytes())
            && entry.metadata().is_ok_and(|found| is_own_file(&found))
    });
    unfinished.map(|entry| entry.path()).collect()
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
