//! Backups of AWS's files from before Rolecall wrote them: the last three, readable by the user only.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rolecall_core::aws_files::{AwsFile, Editor, FILE_MAX};
use rolecall_core::value::secret::Secret;
use zeroize::Zeroizing;

use crate::disk;

use super::leftovers;

/// How many backups of a file are kept.
const COPIES: usize = 3;
/// Replaces a secret in a backup.
const PLACEHOLDER: &[u8] = b"(in the keychain of Rolecall)";

/// The position of a backup.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    /// A new latest one; the oldest is removed.
    New,
    /// Replaces the latest, which the same edit made.
    Latest,
}

/// The backups in their folder.
#[derive(Debug)]
pub(super) struct Backups {
    dir: PathBuf,
    /// The files that were backed up since the start.
    copied: Mutex<HashSet<AwsFile>>,
}

impl Backups {
    pub(super) fn in_dir(dir: PathBuf) -> Self {
        Self {
            dir,
            copied: Mutex::default(),
        }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn latest_path(&self, file: AwsFile) -> PathBuf {
        self.path(file, 1)
    }

    /// Removes the temporary files of a crash.
    pub(super) fn remove_leftovers(&self) {
        leftovers::remove_in(&self.dir, disk::TEMPORARY);
    }

    /// Removes sessions from backups of an earlier version.
    pub(super) fn remove_sessions(&self) {
        for age in 1..=COPIES {
            let path = self.path(AwsFile::Credentials, age);
            if let Err(error) = rewrite(&path, without_sessions) {
                tracing::warn!(%error, "a backup of an AWS file may contain a session");
            }
        }
    }

    /// Backs up a file before its first edit since the start. A failure does not stop the edit, which is atomic.
    pub(super) fn keep(&self, file: AwsFile, bytes: &[u8]) {
        if !self.is_first(file) || bytes.is_empty() {
            return;
        }
        self.make_room(file);
        if let Err(error) = disk::replace(&self.latest_path(file), &without_sessions(bytes)) {
            tracing::warn!(%error, "an AWS file was not backed up before its edit");
        }
    }

    /// Backs up a file with a secret blanked out, and blanks it in earlier backups of both files.
    ///
    /// # Errors
    /// If the backup cannot be written, or an earlier one with the secret can be neither rewritten nor removed.
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
        let copy = blanked(&without_sessions(bytes), secret);
        disk::replace(&self.latest_path(file), &copy)?;
        for file in [AwsFile::Config, AwsFile::Credentials] {
            for age in 1..=COPIES {
                rewrite(&self.path(file, age), |bytes| blanked(bytes, secret))?;
            }
        }
        Ok(())
    }

    /// Returns whether this is the first backup of the file since the start, and records it.
    fn is_first(&self, file: AwsFile) -> bool {
        let mut copied = self.copied.lock().unwrap_or_else(PoisonError::into_inner);
        copied.insert(file)
    }

    /// Frees the position of the latest backup.
    fn make_room(&self, file: AwsFile) {
        for age in (1..COPIES).rev() {
            // If the younger one is missing, the older one stays.
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

/// Edits a backup. One that cannot be read or written is removed.
fn rewrite(path: &Path, edit: impl Fn(&[u8]) -> Zeroizing<Vec<u8>>) -> io::Result<()> {
    let written = match disk::read(path, FILE_MAX) {
        Ok(None) => Ok(()),
        Ok(Some(bytes)) => {
            let bytes = Zeroizing::new(bytes);
            let rest = edit(&bytes);
            match *rest == *bytes {
                true => Ok(()),
                false => disk::replace(path, &rest),
            }
        }
        Err(fault) => Err(io::Error::other(fault)),
    };
    written.or_else(|error| {
        tracing::warn!(%error, "a backup of an AWS file is removed, since it may contain a secret");
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    })
}

/// Returns the text without temporary profiles, which contain sessions.
fn without_sessions(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Zeroizing::new(bytes.to_vec());
    };
    let mut editor = Editor::new(AwsFile::Credentials, text);
    editor.remove(|owned| owned.expiry.is_some());
    Zeroizing::new(editor.finish().text.expose().as_bytes().to_vec())
}

/// Returns the text with each occurrence of the secret replaced. It may contain other secrets.
fn blanked(bytes: &[u8], secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut blanked = Zeroizing::new(Vec::with_capacity(bytes.len() + PLACEHOLDER.len()));
    let mut rest = bytes;
    while !rest.is_empty() {
        match rest.strip_prefix(secret).filter(|_| !secret.is_empty()) {
            Some(after) => {
                blanked.extend_from_slice(PLACEHOLDER);
                rest = after;
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
    fn t34_no_backup_contains_a_session_not_even_one_of_an_earlier_version() {
        let dir = tempfile::tempdir().expect("a folder");
        let backups = Backups::in_dir(dir.path().to_owned());
        let own = "[own]\naws_secret_access_key = mine";
        let session = "\n[guest]\n# managed-by rolecall expires=2026-11-21T12:00:00Z\naws_session_token = x\n";
        let text = format!("{own}{session}");
        let copy =
            |age| fs::read_to_string(backups.path(AwsFile::Credentials, age)).expect("a copy");
        backups.keep(AwsFile::Credentials, text.as_bytes());
        assert_eq!(copy(1), own);
        let moved = Secret::new("mine".into());
        let kept = backups.keep_without(AwsFile::Credentials, text.as_bytes(), &moved, Slot::New);
        kept.expect("a copy");
        assert!(!copy(1).contains("aws_session_token") && !copy(1).contains("= mine"));
        fs::write(backups.path(AwsFile::Credentials, 3), &text).expect("written");
        backups.remove_sessions();
        assert_eq!(copy(3), own);
    }

    #[test]
    fn every_occurrence_of_a_secret_is_blanked_and_nothing_else() {
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
