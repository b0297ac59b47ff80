//! Writes AWS's two files, with a backup of what was there before, and the records of the keys that were moved out of
//! them.

mod backups;
mod leftovers;
pub(crate) mod notes;
mod program;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rolecall_core::aws_files::{AwsFile, Edited, FILE_MAX, TakenKey};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::{AwsEdit, AwsWriter, Keeping, MovedKeysEdit};

use crate::disk::{self, Access};
use crate::file_edit::{self, Kind, NotLocked, Place};
use crate::own_file::OwnFileEditor;
use crate::paths::{self, Paths};

use backups::{Backups, Slot};

/// How long to watch for late writes of other programs after a swap.
const WATCH: Duration = Duration::from_millis(500);
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

    /// Edits a file as [`AwsWriter::edit`], without a backup.
    ///
    /// # Errors
    /// As [`AwsWriter::edit`].
    pub(crate) fn edit_without_backup(
        &self,
        file: AwsFile,
        edit: AwsEdit<'_>,
    ) -> Result<Edited, Problem> {
        self.edit_after(file, edit, |_, _| Ok(()))
    }

    /// Removes a file if it stays empty, and returns whether it was removed.
    ///
    /// # Errors
    /// If another program or user could be writing it, or it cannot be removed.
    pub(crate) fn remove_if_empty(&self, file: AwsFile) -> Result<bool, Problem> {
        let lock = self.lock()?;
        let path = self.paths.aws_path(file);
        let shown = self.paths.shown(path);
        let place = Place::find_aws(path, file, self.paths.home(), &shown)?;
        leftovers::note(&lock, place.dir()).map_err(|error| place.failed(&error))?;
        place.remove_if_empty(self.watch)
    }

    /// Edits a file. `back_up` gets the number of the attempt and the old text.
    fn edit_after(
        &self,
        file: AwsFile,
        edit: AwsEdit<'_>,
        back_up: impl Fn(usize, &[u8]) -> Result<(), Problem>,
    ) -> Result<Edited, Problem> {
        let lock = self.lock()?;
        self.remove_leftovers(&lock);
        let shown = self.paths.shown(self.paths.aws_path(file));
        notes::note_edit(&self.paths.state_dir, file, self.paths.aws_path(file));
        let home = self.paths.home();
        let place = Place::find_aws(self.paths.aws_path(file), file, home, &shown)?;
        leftovers::note(&lock, place.dir()).map_err(|error| place.failed(&error))?;
        let done = place.edit(self.watch, edit, back_up)?;
        Ok(done.edited)
    }

    /// Takes the lock against other instances of Rolecall.
    fn lock(&self) -> Result<File, Problem> {
        let path = self.paths.state_dir.join("aws-files.lock");
        file_edit::lock(&path).map_err(|fault| match fault {
            NotLocked::Held => locked(),
            NotLocked::Failed(error) => {
                let dir = self.paths.shown(&self.paths.state_dir);
                disk::problem(&error, &dir, Access::Write)
            }
        })
    }

    /// Removes temporary files of a crash beside AWS's files and among the backups. Needs the lock.
    fn remove_leftovers(&self, lock: &File) {
        let files = [AwsFile::Config, AwsFile::Credentials];
        let dirs = files.map(|file| file_edit::dir_of(self.paths.aws_path(file)));
        let prefix = Kind::Aws(AwsFile::Config).temporary();
        leftovers::remove(lock, dirs.into_iter().flatten(), prefix);
        self.backups.remove_leftovers();
    }

    /// Backs up a file before an edit.
    fn back_up(
        &self,
        file: AwsFile,
        keeping: Keeping<'_>,
        attempt: usize,
        old: &[u8],
    ) -> Result<(), Problem> {
        let secret = match keeping {
            Keeping::Backup => {
                self.backups.keep(file, old);
                return Ok(());
            }
            Keeping::Without(secret) => secret,
        };
        let slot = match attempt {
            0 => Slot::New,
            _ => Slot::Latest,
        };
        let saved = self.backups.keep_without(file, old, secret, slot);
        saved.map_err(|error| {
            let dir = self.paths.shown(self.backups.dir());
            disk::problem(&error, &dir, Access::Write)
        })
    }

    /// Returns the temporary files of a crash beside AWS's files.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let files = [AwsFile::Config, AwsFile::Credentials];
        let dirs = files.map(|file| file_edit::dir_of(self.paths.aws_path(file)));
        let prefix = Kind::Aws(AwsFile::Config).temporary();
        let dirs = dirs.into_iter().flatten();
        dirs.flat_map(|dir| leftovers::find(&dir, prefix)).collect()
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
        self.edit_after(file, edit, |attempt, old| {
            self.back_up(file, keeping, attempt, old)
        })
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
        let path = program::path(&paths::home());
        let path = path.and_then(|path| path.to_str().map(str::to_owned));
        path.ok_or_else(|| {
            let what = "The command line of Rolecall is not installed beside this program.";
            let remedy = "Put the program rolecall in the same folder, then try again.";
            Problem::new(ProblemCode::StorageFailed, what, remedy)
        })
    }

    fn has_program(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }

    fn moved_keys(&self) -> Result<Vec<TakenKey>, Problem> {
        let path = self.moved_keys_path();
        let shown = self.paths.shown(&path);
        let bytes = disk::read(&path, FILE_MAX).map_err(|fault| fault.problem(&shown))?;
        let text = file_edit::text(bytes.unwrap_or_default(), &shown)?;
        parse_moved_keys(text.expose(), &shown)
    }

    fn edit_moved_keys(&self, edit: MovedKeysEdit<'_>) -> Result<(), Problem> {
        let path = self.moved_keys_path();
        let shown = self.paths.shown(&path);
        let editor = OwnFileEditor::new(&self.paths);
        let edited = editor.edit(&path, &|text| {
            let mut keys = parse_moved_keys(text, &shown)?;
            edit(&mut keys);
            serde_json::to_string_pretty(&keys)
                .map_err(|error| disk::problem(&error.into(), &shown, Access::Write))
        });
        edited.map(drop)
    }
}

fn parse_moved_keys(text: &str, shown: &str) -> Result<Vec<TakenKey>, Problem> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(|error| {
        let what = format!("{shown} cannot be read.");
        let remedy = "Move the file away. Rolecall can then no longer move these keys back.";
        Problem::new(ProblemCode::InvalidFile, what, remedy).with_detail(error.to_string())
    })
}

fn locked() -> Problem {
    let what = "Another instance of Rolecall is writing AWS's files.";
    Problem::new(ProblemCode::StorageFailed, what, "Try again in a moment.")
}
