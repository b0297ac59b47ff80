//! Replaces a file atomically, and keeps the old one open, since another program may still write to it.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rolecall_core::aws_files::{AwsFile, FILE_MAX};
use rolecall_core::value::problem::Problem;
use tempfile::{NamedTempFile, TempPath};

use crate::disk;
use crate::file_attributes::{self, Readers};

use super::place::{Kind, Place, State};

/// The result of a swap.
pub(super) enum Swap {
    /// The new file is in place; this is the old one.
    Done(Displaced),
    /// The file has changed since it was read; nothing was done.
    Changed,
}

/// The old file after a swap, if there was one.
pub(super) struct Displaced {
    old: Option<File>,
    /// Its name, until it is known to be unchanged.
    name: Option<TempPath>,
    /// Its content at the last read.
    pub(super) bytes: Vec<u8>,
}

impl Place<'_> {
    /// Replaces `old` with `new`.
    pub(super) fn swap(&self, old: &State, new: &[u8]) -> Result<Swap, Problem> {
        self.try_swap(old, new).map_err(|error| self.failed(&error))
    }

    fn try_swap(&self, old: &State, new: &[u8]) -> io::Result<Swap> {
        let mut fresh = tempfile::Builder::new()
            .prefix(self.kind.temporary())
            .tempfile_in(self.dir())?;
        fresh.write_all(new)?;
        if old.exists {
            self.keep_attributes(fresh.as_file())?;
        }
        fresh.as_file().sync_all()?;
        if self.read().ok().as_ref() != Some(old) {
            return Ok(Swap::Changed);
        }
        let displaced = match old.exists {
            true => exchange(fresh, &self.path, old)?,
            false => match fresh.persist_noclobber(&self.path) {
                Ok(_) => Displaced {
                    old: None,
                    name: None,
                    bytes: Vec::new(),
                },
                Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
                    return Ok(Swap::Changed);
                }
                Err(error) => return Err(error.error),
            },
        };
        disk::sync_dir(self.dir())?;
        Ok(Swap::Done(displaced))
    }

    fn keep_attributes(&self, new: &File) -> io::Result<()> {
        let readers = match self.kind {
            Kind::Aws(AwsFile::Credentials) => Readers::Named,
            Kind::Aws(AwsFile::Config) | Kind::Own => Readers::Same,
        };
        file_attributes::keep(&File::open(&self.path)?, new, readers)
    }
}

/// Exchanges two files, so that a text that is newer than the last read is not lost.
#[cfg(target_os = "linux")]
fn exchange(fresh: NamedTempFile, path: &Path, old: &State) -> io::Result<Displaced> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let old_file = File::open(path)?;
    let name = fresh.into_temp_path();
    match renameat_with(CWD, &*name, CWD, path, RenameFlags::EXCHANGE) {
        Ok(()) => Displaced::of(File::open(&name)?, Some(name), old),
        // The file system cannot exchange files, such as an older NFS.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            name.persist(path).map_err(|error| error.error)?;
            Displaced::of(old_file, None, old)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(fresh: NamedTempFile, path: &Path, old: &State) -> io::Result<Displaced> {
    let old_file = File::open(path)?;
    fresh.persist(path).map_err(|error| error.error)?;
    Displaced::of(old_file, None, old)
}

impl Displaced {
    fn of(file: File, name: Option<TempPath>, old: &State) -> io::Result<Self> {
        let mut displaced = Self {
            old: Some(file),
            name,
            bytes: old.bytes.clone(),
        };
        if displaced.read()? == old.bytes {
            // It contains nothing new, so it is removed at once and not left behind by a crash.
            displaced.name = None;
        }
        Ok(displaced)
    }

    /// Reads its current content; empty if there was no file.
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.bytes.len() + 1);
        if let Some(file) = &mut self.old {
            file.seek(SeekFrom::Start(0))?;
            let most = u64::try_from(FILE_MAX).unwrap_or(u64::MAX);
            file.take(most).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }
}
