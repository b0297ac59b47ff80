//! Removes an empty file that another program may be writing: it may have truncated it, or may write to it soon.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::time::Duration;

use rolecall_core::value::problem::Problem;
use tempfile::TempPath;

use super::place::Place;
use super::retry::{now, pause};

impl Place<'_> {
    /// Removes the file if it stays empty, and returns whether it was removed. It is renamed first and watched for this
    /// long, and gets its name back if another program writes to it. Needs the lock.
    ///
    /// # Errors
    /// If it cannot be removed, or cannot get its name back. What another program wrote is then beside it.
    pub(crate) fn remove_if_empty(&self, watch: Duration) -> Result<bool, Problem> {
        let old = self.read_when_stable()?;
        if !old.exists || !old.bytes.is_empty() {
            return Ok(false);
        }
        let failed = |error: io::Error| self.failed(&error);
        let name = self.rename_aside().map_err(failed)?;
        let mut file = match File::open(&name) {
            Ok(file) => file,
            Err(error) => {
                self.put_back(name, None)?;
                return Err(failed(error));
            }
        };
        let end = now() + watch;
        loop {
            let is_last = now() >= end;
            if !is_empty(&mut file) {
                self.put_back(name, Some(file))?;
                return Ok(false);
            }
            if is_last {
                break;
            }
            pause();
        }
        name.close().map_err(failed)?;
        Ok(true)
    }

    /// Renames the file to a new name beside it.
    fn rename_aside(&self) -> io::Result<TempPath> {
        let name = tempfile::Builder::new()
            .prefix(self.kind.temporary())
            .tempfile_in(self.dir())?
            .into_temp_path();
        fs::rename(&self.path, &name)?;
        Ok(name)
    }

    /// Gives the file its name back. If another program has created a new file there, the text is saved beside it.
    fn put_back(&self, name: TempPath, file: Option<File>) -> Result<(), Problem> {
        let Err(taken) = name.persist_noclobber(&self.path) else {
            return Ok(());
        };
        if taken.error.kind() == ErrorKind::AlreadyExists
            && let Some(mut file) = file
        {
            let text = read(&mut file).map_err(|error| self.failed(&error))?;
            self.set_aside(&text)?;
            return Err(self.keeps_changing());
        }
        // It stays under the other name.
        let _ = taken.path.keep();
        Err(self.failed(&taken.error))
    }
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut text)?;
    Ok(text)
}

/// Returns whether a file is empty; `false` if that is not known.
fn is_empty(file: &mut File) -> bool {
    file.metadata().is_ok_and(|found| found.len() == 0)
}
