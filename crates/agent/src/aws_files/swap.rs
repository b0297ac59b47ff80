//! Puts a new file in the place of an old one in one step, and keeps hold of the old one: another program may still be
//! writing it.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rolecall_core::aws_files::{AwsFile, FILE_MAX};
use rolecall_core::value::problem::Problem;
use tempfile::{NamedTempFile, TempPath};

use crate::disk;

use super::leftovers::TEMPORARY;
use super::place::{Place, State};

/// What became of a swap.
pub(super) enum Swap {
    /// The new file is in place; this is what it displaced.
    Done(Displaced),
    /// The file is not what was read any more; nothing was done.
    Changed,
}

/// The file that was swapped out, if there was one.
pub(super) struct Displaced {
    old: Option<File>,
    /// Its name, until it is known to hold nothing but what was read.
    name: Option<TempPath>,
    /// What was read of it last.
    pub(super) bytes: Vec<u8>,
}

impl Place<'_> {
    /// Puts `new` in the place of `old`.
    pub(super) fn swap(&self, old: &State, new: &[u8]) -> Result<Swap, Problem> {
        self.try_swap(old, new).map_err(|error| self.failed(&error))
    }

    fn try_swap(&self, old: &State, new: &[u8]) -> io::Result<Swap> {
        let mut fresh = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.dir)?;
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
        disk::sync_dir(&self.dir)?;
        Ok(Swap::Done(displaced))
    }

    fn keep_attributes(&self, file: &File) -> io::Result<()> {
        let old = fs::metadata(&self.path)?.permissions();
        file.set_permissions(kept(&old, self.file))
    }
}

/// Returns the old file's mode for the new one; what holds secrets is closed to others.
#[cfg(unix)]
fn kept(old: &Permissions, file: AwsFile) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    let old = old.mode() & 0o777;
    let mode = match file {
        AwsFile::Config => old,
        AwsFile::Credentials => old & 0o700,
    };
    Permissions::from_mode(mode | 0o400)
}

/// Returns the old file's attributes. Who may read it follows from its folder here.
#[cfg(not(unix))]
fn kept(old: &Permissions, _: AwsFile) -> Permissions {
    old.clone()
}

/// Swaps two files, so that whatever was in place, be it newer than what was read, is at hand afterwards.
#[cfg(target_os = "linux")]
fn exchange(fresh: NamedTempFile, path: &Path, old: &State) -> io::Result<Displaced> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let held = File::open(path)?;
    let name = fresh.into_temp_path();
    match renameat_with(CWD, &*name, CWD, path, RenameFlags::EXCHANGE) {
        Ok(()) => Displaced::of(File::open(&name)?, Some(name), old),
        // A file system that cannot exchange, such as an older NFS.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            name.persist(path).map_err(|error| error.error)?;
            Displaced::of(held, None, old)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(fresh: NamedTempFile, path: &Path, old: &State) -> io::Result<Displaced> {
    let held = File::open(path)?;
    fresh.persist(path).map_err(|error| error.error)?;
    Displaced::of(held, None, old)
}

impl Displaced {
    fn of(file: File, name: Option<TempPath>, old: &State) -> io::Result<Self> {
        let mut displaced = Self {
            old: Some(file),
            name,
            bytes: old.bytes.clone(),
        };
        if displaced.read()? == old.bytes {
            // Nothing is in it that is not in the new file, so a crash shall not leave it behind.
            displaced.name = None;
        }
        Ok(displaced)
    }

    /// Reads what is in it at present; nothing if there was no file.
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
