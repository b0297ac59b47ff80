//! Edits the files of Rolecall itself that a person may edit at the same time: roles, settings, labels, and the lists of
//! keys.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::file_edit::{self, Edit, NotLocked, Place};
use crate::paths::Paths;

/// How long to watch for late writes of other programs after a swap. An editor saves within a moment.
const WATCH: Duration = Duration::from_millis(200);

/// Edits files of one set.
pub(crate) struct OwnFileEditor<'a> {
    paths: &'a Paths,
    watch: Duration,
}

impl<'a> OwnFileEditor<'a> {
    /// Returns the editor of the files of a set. No file is accessed yet.
    pub(crate) fn new(paths: &'a Paths) -> Self {
        Self {
            paths,
            watch: WATCH,
        }
    }

    /// Returns the same editor for files that nobody but Rolecall writes.
    pub(crate) fn without_watch(self) -> Self {
        Self {
            watch: Duration::ZERO,
            ..self
        }
    }

    /// Replaces a file atomically with the result of `edit`, and returns what the file contains then. `edit` is called
    /// again if another program wrote meanwhile, so that no change of it is lost.
    ///
    /// # Errors
    /// The errors of `edit`, and if the file cannot be written or keeps changing.
    pub(crate) fn edit(&self, path: &Path, edit: Edit<'_, String>) -> Result<String, Problem> {
        let _lock = self.lock()?;
        let shown = self.paths.shown(path);
        let place = Place::find_own(path, &shown)?;
        let done = place.edit(self.watch, edit, |_, _| Ok(()))?;
        Ok(done.text.expose().to_owned())
    }

    /// Takes the lock against other instances of Rolecall, unless the state folder cannot be written.
    fn lock(&self) -> Result<Option<File>, Problem> {
        match file_edit::lock(&self.paths.state_dir.join("files.lock")) {
            Ok(lock) => Ok(Some(lock)),
            Err(NotLocked::Held) => {
                let what = "Another instance of Rolecall is writing its files.";
                let remedy = "Try again in a moment.";
                Err(Problem::new(ProblemCode::StorageFailed, what, remedy))
            }
            Err(NotLocked::Failed(error)) => {
                tracing::warn!(%error, "a file is edited without a lock");
                Ok(None)
            }
        }
    }
}
