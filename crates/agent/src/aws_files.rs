//! Writes AWS's two files. Other programs write them too, at any moment, without a lock, and some truncate the file
//! first.
//!
//! ```text
//! lock ─► read, once the file is stable ─► edit ─► swap atomically, if the file is unchanged
//!                  ▲                                   │
//!                  └──── another program wrote ◄── watch the old and the new file for a moment
//! ```
//!
//! A reader sees the old text or the new one, also after a crash. What another program writes to the old file is
//! merged; what it writes over the new file is edited again.

mod backups;
mod guard;
mod leftovers;
mod place;
mod retry;
mod swap;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use rolecall_core::aws_files::{AwsFile, Edited, FILE_MAX, TakenKey};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{AwsEdit, AwsWriter, Keeping};

use crate::disk::{self, Access};
use crate::paths::Paths;

use backups::{Backups, Slot};
use guard::Guard;
use place::Place;
use retry::{ATTEMPTS, now, pause};
use swap::Swap;

/// How long to watch for late writes of other programs after a swap.
const WATCH: Duration = Duration::from_millis(500);
/// How long to wait for the lock of another Rolecall.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// The file with the moved keys, in the state folder.
const MOVED_KEYS: &str = "moved-keys.json";

/// Writes AWS's files of one set.
#[derive(Debug)]
pub struct AwsFilesWriter {
    paths: Paths,
    backups: Backups,
    watch: Duration,
}

impl AwsFilesWriter {
    /// Returns the writer of the files at these paths. No file is accessed yet.
    pub fn new(paths: Paths) -> Self {
        Self::watching_for(paths, WATCH)
    }

    /// Returns the writer of the files at these paths, which watches for late writes for this long after each swap.
    pub fn watching_for(paths: Paths, watch: Duration) -> Self {
        Self {
            backups: Backups::in_dir(paths.state_dir.join("backups")),
            paths,
            watch,
        }
    }

    /// Takes the lock against other instances of Rolecall.
    fn lock(&self) -> Result<File, Problem> {
        let failed = |error: &std::io::Error| {
            disk::problem(
                error,
                &self.paths.shown(&self.paths.state_dir),
                Access::Write,
            )
        };
        disk::create_private_dir(&self.paths.state_dir).map_err(|error| failed(&error))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let path = self.paths.state_dir.join("aws-files.lock");
        let file = options.open(path).map_err(|error| failed(&error))?;
        let deadline = now() + LOCK_TIMEOUT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if now() < deadline => pause(),
                Err(TryLockError::WouldBlock) => return Err(locked()),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
    }

    /// Removes temporary files of a crash beside AWS's files and among the backups. Needs the lock.
    fn remove_leftovers(&self, lock: &File) {
        let files = [AwsFile::Config, AwsFile::Credentials];
        let dirs = files.map(|file| place::dir_of(self.paths.aws_path(file)));
        leftovers::remove(lock, dirs.into_iter().flatten());
        self.backups.remove_leftovers();
    }

    fn moved_keys_path(&self) -> PathBuf {
        self.paths.state_dir.join(MOVED_KEYS)
    }
}

impl AwsWriter for AwsFilesWriter {
    fn edit(
        &self,
        file: AwsFile,
        keeping: Keeping<'_>,
        edit: AwsEdit<'_>,
    ) -> Result<Edited, Problem> {
        let lock = self.lock()?;
        self.remove_leftovers(&lock);
        let shown = self.paths.shown(self.paths.aws_path(file));
        let place = Place::find(self.paths.aws_path(file), file, &shown)?;
        leftovers::note(&lock, &place.dir).map_err(|error| place.failed(&error))?;
        for attempt in 0..ATTEMPTS {
            let old = place.read_when_stable()?;
            let old_text = text(old.bytes.clone(), &shown)?;
            let edited = edit(old_text.expose())?;
            if edited.text.expose() == old_text.expose() {
                return Ok(edited);
            }
            match keeping {
                Keeping::Backup => self.backups.keep(file, &old.bytes),
                Keeping::Without(secret) => {
                    let place = match attempt {
                        0 => Slot::New,
                        _ => Slot::Latest,
                    };
                    let saved = self.backups.keep_without(file, &old.bytes, secret, place);
                    saved.map_err(|error| {
                        let dir = self.paths.shown(self.backups.dir());
                        disk::problem(&error, &dir, Access::Write)
                    })?;
                }
            }
            match place.swap(&old, edited.text.expose().as_bytes())? {
                Swap::Done(displaced) => {
                    Guard::new(&place, displaced, &edited, edit).watch(self.watch)?;
                    return Ok(edited);
                }
                Swap::Changed => {}
            }
        }
        Err(place.keeps_changing())
    }

    fn recover(&self) -> Result<(), Problem> {
        let lock = self.lock()?;
        self.remove_leftovers(&lock);
        self.backups.remove_sessions();
        Ok(())
    }

    fn backup_path(&self, file: AwsFile) -> String {
        self.paths.shown(&self.backups.latest_path(file))
    }

    fn command_line(&self) -> Result<String, Problem> {
        let name = if cfg!(windows) {
            "rolecall.exe"
        } else {
            "rolecall"
        };
        let program = std::env::current_exe().ok();
        let beside = program.and_then(|path| Some(path.parent()?.join(name)));
        let found = beside.filter(|path| path.is_file());
        let path = found.and_then(|path| path.to_str().map(str::to_owned));
        path.ok_or_else(|| {
            let what = "The command line of Rolecall is not installed beside this program.";
            let remedy = "Put the program rolecall in the same folder, then try again.";
            Problem::new(ProblemCode::StorageFailed, what, remedy)
        })
    }

    fn moved_keys(&self) -> Result<Vec<TakenKey>, Problem> {
        let path = self.moved_keys_path();
        let shown = self.paths.shown(&path);
        let bytes = disk::read(&path, FILE_MAX).map_err(|fault| fault.problem(&shown))?;
        let Some(bytes) = bytes else {
            return Ok(Vec::new());
        };
        serde_json::from_slice(&bytes).map_err(|error| {
            let what = format!("{shown} cannot be read.");
            let remedy = "Move the file away. Rolecall can then no longer move these keys back.";
            Problem::new(ProblemCode::InvalidFile, what, remedy).with_detail(error.to_string())
        })
    }

    fn note_moved_keys(&self, keys: &[TakenKey]) -> Result<(), Problem> {
        let path = self.moved_keys_path();
        let failed = |error| disk::problem(&error, &self.paths.shown(&path), Access::Write);
        let bytes = serde_json::to_vec_pretty(keys).map_err(|error| failed(error.into()))?;
        disk::replace(&path, &bytes).map_err(failed)
    }
}

fn text(bytes: Vec<u8>, shown: &str) -> Result<Secret, Problem> {
    String::from_utf8(bytes).map(Secret::new).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let what = format!("{shown} is not UTF-8 at byte {at}.");
        Problem::new(ProblemCode::InvalidFile, what, "Save it as UTF-8.")
    })
}

fn locked() -> Problem {
    let what = "Another instance of Rolecall is writing AWS's files.";
    Problem::new(ProblemCode::StorageFailed, what, "Try again in a moment.")
}
