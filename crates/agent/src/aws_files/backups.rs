//! Copies of AWS's files as they were before Rolecall wrote them: the last three, for the user alone.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rolecall_core::aws_profile::AwsFile;

use crate::disk;

/// How many copies of a file are kept.
const RING: usize = 3;

/// The copies, in a folder of their own.
#[derive(Debug)]
pub(super) struct Backups {
    dir: PathBuf,
    /// The files that this run has copied.
    kept: Mutex<HashSet<AwsFile>>,
}

impl Backups {
    pub(super) fn in_dir(dir: PathBuf) -> Self {
        Self {
            dir,
            kept: Mutex::default(),
        }
    }

    /// Copies a file before its first edit in this run. That it cannot is no reason not to edit: the edit is atomic.
    pub(super) fn keep(&self, file: AwsFile, bytes: &[u8]) {
        let fresh = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(file);
        if !fresh || bytes.is_empty() {
            return;
        }
        for age in (1..RING).rev() {
            // A younger one that is not there leaves the older one in its place.
            let _ = fs::rename(self.path(file, age), self.path(file, age + 1));
        }
        if let Err(error) = disk::replace(&self.path(file, 1), bytes) {
            tracing::warn!(%error, "a file of AWS's was not copied before its edit");
        }
    }

    /// Removes the copies of a file that holds a secret no more.
    pub(super) fn forget(&self, file: AwsFile) {
        for age in 1..=RING {
            match fs::remove_file(self.path(file, age)) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(%error, "a copy of a file of AWS's was not removed"),
            }
        }
    }

    fn path(&self, file: AwsFile, age: usize) -> PathBuf {
        let name = match file {
            AwsFile::Config => "config",
            AwsFile::Credentials => "credentials",
        };
        self.dir.join(format!("{name}.{age}"))
    }
}
