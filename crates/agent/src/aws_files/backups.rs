//! Copies of AWS's files as they were before Rolecall wrote them: the last three, for the user alone.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rolecall_core::aws_files::{AwsFile, FILE_MAX};
use rolecall_core::value::secret::Secret;
use zeroize::Zeroizing;

use crate::disk;

use super::leftovers;

/// How many copies of a file are kept.
const RING: usize = 3;
/// What stands in a copy where a secret stood.
const PLACEHOLDER: &[u8] = b"(in the keychain of Rolecall)";

/// Where a copy goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    /// Before the others; the oldest leaves.
    New,
    /// In place of the latest, which the same edit made.
    Latest,
}

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

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn latest_path(&self, file: AwsFile) -> PathBuf {
        self.path(file, 1)
    }

    /// Removes copies that a crash left unfinished.
    pub(super) fn remove_leftovers(&self) {
        leftovers::remove_in(&self.dir, disk::TEMPORARY);
    }

    /// Copies a file before its first edit in this run. That it cannot is no reason not to edit: the edit is atomic.
    pub(super) fn keep(&self, file: AwsFile, bytes: &[u8]) {
        if !self.is_first(file) || bytes.is_empty() {
            return;
        }
        self.make_room(file);
        if let Err(error) = disk::replace(&self.latest_path(file), bytes) {
            tracing::warn!(%error, "a file of AWS's was not copied before its edit");
        }
    }

    /// Copies a file with a secret blanked out, which earlier copies of either file then lack as well.
    ///
    /// # Errors
    /// If the copy cannot be written, or an earlier one that has the secret neither written nor removed.
    pub(super) fn keep_without(
        &self,
        file: AwsFile,
        bytes: &[u8],
        secret: &Secret,
        slot: Slot,
    ) -> io::Result<()> {
        self.is_first(file);
        if matches!(slot, Slot::New) {
            self.make_room(file);
        }
        let secret = secret.expose().as_bytes();
        disk::replace(&self.latest_path(file), &blanked(bytes, secret))?;
        for file in [AwsFile::Config, AwsFile::Credentials] {
            for age in 1..=RING {
                blank(&self.path(file, age), secret)?;
            }
        }
        Ok(())
    }

    /// Returns whether this run has not copied the file before; from then on it has.
    fn is_first(&self, file: AwsFile) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(file)
    }

    /// Makes the place of the latest copy free.
    fn make_room(&self, file: AwsFile) {
        for age in (1..RING).rev() {
            // A younger one that is not there leaves the older one in its place.
            let _ = fs::rename(self.path(file, age), self.path(file, age + 1));
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

/// Blanks a secret out in a copy; one that cannot be read or written goes.
fn blank(path: &Path, secret: &[u8]) -> io::Result<()> {
    let written = match disk::read(path, FILE_MAX) {
        Ok(None) => Ok(()),
        Ok(Some(bytes)) => {
            let bytes = Zeroizing::new(bytes);
            let blanked = blanked(&bytes, secret);
            match *blanked == *bytes {
                true => Ok(()),
                false => disk::replace(path, &blanked),
            }
        }
        Err(fault) => Err(io::Error::other(fault)),
    };
    written.or_else(|error| {
        tracing::warn!(%error, "a copy of a file of AWS's is removed, since a secret may be in it");
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    })
}

/// Returns the text with a placeholder wherever the secret stood. It may hold other secrets.
fn blanked(bytes: &[u8], secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut blanked = Zeroizing::new(Vec::with_capacity(bytes.len() + PLACEHOLDER.len()));
    let mut rest = bytes;
    while !rest.is_empty() {
        match rest.strip_prefix(secret).filter(|_| !secret.is_empty()) {
            Some(behind) => {
                blanked.extend_from_slice(PLACEHOLDER);
                rest = behind;
            }
            None => {
                blanked.extend(rest.first());
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    blanked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blanked_wherever_it_stands_and_nothing_else() {
        let text = b"[a]\r\naws_secret_access_key=KEY\n# KEY and KE\nother = KEYKEY";
        let shown = String::from_utf8(blanked(text, b"KEY").to_vec()).expect("text");
        let place = "(in the keychain of Rolecall)";
        assert_eq!(
            shown,
            format!(
                "[a]\r\naws_secret_access_key={place}\n# {place} and KE\nother = {place}{place}"
            )
        );
        assert_eq!(*blanked(text, b""), text.to_vec());
    }
}
