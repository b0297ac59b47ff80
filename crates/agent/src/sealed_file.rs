//! A file of secrets that is encrypted with a passphrase, for machines without a keychain. It is created only at the
//! user's request.
//!
//! The passphrase is needed once while the program runs. Only the derived key is kept in memory. The secrets are read
//! from the file for each use and then dropped.

mod backoff;
mod derivation;
mod form;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rolecall_core::api::host::{FileState, PASSPHRASE_MIN};
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Clock;
use zeroize::Zeroizing;

use crate::disk::{self, Access};
use crate::paths::Paths;
use crate::seal::SealKey;
use backoff::Backoff;
use derivation::Derivation;
use form::{Fault, Form, Secrets};

/// The maximum size of the file in bytes, enough for hundreds of keys.
const FILE_MAX: usize = 1 << 20;
/// The maximum length of a passphrase in bytes.
const PASSPHRASE_MAX: usize = 1024;

/// The file of one user's secrets.
pub struct SealedFile {
    path: PathBuf,
    shown: String,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    key: Option<SealKey>,
    backoff: Backoff,
    /// Reported once: the file was damaged and renamed.
    damage: Option<Problem>,
}

impl SealedFile {
    /// Returns the file at its location in `paths`, without reading it.
    pub fn new(paths: &Paths, clock: Arc<dyn Clock>) -> Self {
        let path = paths.sealed_file_path();
        Self {
            shown: paths.shown(&path),
            path,
            clock,
            state: Mutex::default(),
        }
    }

    /// Returns the path of the file as shown in messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns whether the file exists and is open.
    pub fn state(&self) -> FileState {
        let mut state = self.lock();
        match self.read(&mut state) {
            Ok(None) => FileState::Absent,
            Ok(Some(_)) | Err(_) if state.key.is_none() => FileState::Sealed,
            Ok(Some(_)) | Err(_) => FileState::Open,
        }
    }

    /// Returns, once, the problem that the file was damaged and renamed.
    pub fn take_damage(&self) -> Option<Problem> {
        self.lock().damage.take()
    }

    /// Creates an empty file with a new passphrase.
    ///
    /// # Errors
    /// If it already exists, the passphrase is too short, or the file cannot be written.
    pub fn create(&self, passphrase: &Secret) -> Result<(), Problem> {
        let passphrase = checked(passphrase)?;
        let mut state = self.lock();
        let there = self
            .read(&mut state)
            .map_err(|fault| self.problem_of(fault))?;
        if there.is_some() {
            let what = format!("{} is there already.", self.shown);
            return Err(Problem::new(
                ProblemCode::NameTaken,
                what,
                "Unlock it with: rolecall unlock",
            ));
        }
        let derivation = Derivation::random()?;
        let key = derivation.key(passphrase)?;
        self.write(&key, derivation, &Secrets::new())?;
        state.key = Some(key);
        Ok(())
    }

    /// Opens the file until the program ends.
    ///
    /// # Errors
    /// If there is no file, the passphrase is wrong, or the delay after wrong ones is not over.
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), Problem> {
        let passphrase = checked(passphrase)?;
        let mut state = self.lock();
        let form = self
            .read(&mut state)
            .map_err(|fault| self.problem_of(fault))?;
        let form = form.ok_or_else(|| state.damage.clone().unwrap_or_else(|| self.absent()))?;
        state.backoff.check()?;
        let key = form.derivation.key(passphrase)?;
        match form.open(&key) {
            Ok(_) => {
                state.key = Some(key);
                state.backoff = Backoff::default();
                Ok(())
            }
            Err(_) => Err(state.backoff.record_failure()),
        }
    }

    /// Returns whether there is a secret for `account`. This needs no passphrase.
    ///
    /// # Errors
    /// [`KeychainError::Denied`] if the file cannot be read.
    pub(crate) fn holds(&self, account: &str) -> Result<bool, KeychainError> {
        let form = self
            .read(&mut self.lock())
            .map_err(|fault| refused(&fault))?;
        Ok(form.is_some_and(|form| form.accounts.iter().any(|it| it == account)))
    }

    /// Returns the secret of `account`.
    ///
    /// # Errors
    /// [`KeychainError::Sealed`] before the passphrase was entered, [`KeychainError::Empty`] if there is no secret.
    pub(crate) fn fetch(&self, account: &str) -> Result<Secret, KeychainError> {
        let (_, secrets) = self.open(&mut self.lock())?;
        let text = secrets.get(account).ok_or(KeychainError::Empty)?;
        Ok(Secret::new(text.to_string()))
    }

    /// Stores the secret of `account`, and replaces an earlier one.
    ///
    /// # Errors
    /// The same as [`SealedFile::fetch`], and if the file cannot be written.
    pub(crate) fn store(&self, account: &str, text: &Secret) -> Result<(), KeychainError> {
        self.change(|secrets| {
            let text = Zeroizing::new(text.expose().to_owned());
            secrets.insert(account.to_owned(), text);
        })
    }

    /// Removes the secret of `account`.
    ///
    /// # Errors
    /// The same as [`SealedFile::store`].
    pub(crate) fn remove(&self, account: &str) -> Result<(), KeychainError> {
        self.change(|secrets| drop(secrets.remove(account)))
    }

    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), KeychainError> {
        let mut state = self.lock();
        let opened = self.open(&mut state);
        let (form, mut secrets) = opened.map_err(|error| match error {
            // The file was selected, but has no passphrase yet.
            KeychainError::Empty => KeychainError::Sealed,
            error => error,
        })?;
        change(&mut secrets);
        let key = state.key.as_ref().ok_or(KeychainError::Sealed)?;
        self.write(key, form.derivation, &secrets)
            .map_err(|problem| KeychainError::Denied(problem.to_string()))
    }

    /// Decrypts the file on disk with the key in memory. If the file was replaced, the key does not fit.
    fn open(&self, state: &mut State) -> Result<(Form, Secrets), KeychainError> {
        let form = self.read(state).map_err(|fault| refused(&fault))?;
        let form = form.ok_or(KeychainError::Empty)?;
        let key = state.key.as_ref().ok_or(KeychainError::Sealed)?;
        let Ok(secrets) = form.open(key) else {
            state.key = None;
            return Err(KeychainError::Sealed);
        };
        Ok((form, secrets))
    }

    /// Reads the file, or returns `None` if there is none. A damaged file is renamed, with its content unchanged.
    fn read(&self, state: &mut State) -> Result<Option<Form>, Fault> {
        let bytes = disk::read(&self.path, FILE_MAX).map_err(Fault::Unreadable)?;
        match bytes.map(|bytes| Form::parse(&bytes)).transpose() {
            Err(Fault::Damaged) => {
                let aside = self
                    .rename_damaged()
                    .map_err(|error| Fault::Unreadable(error.into()))?;
                state.key = None;
                state.damage = Some(damaged(&self.shown, &aside));
                Ok(None)
            }
            result => result,
        }
    }

    fn write(
        &self,
        key: &SealKey,
        derivation: Derivation,
        secrets: &Secrets,
    ) -> Result<(), Problem> {
        let bytes = Form::seal(key, derivation, secrets)?;
        disk::replace(&self.path, &bytes)
            .map_err(|error| disk::problem(&error, &self.shown, Access::Write))?;
        disk::keep_private(&self.path, 0o600);
        Ok(())
    }

    fn rename_damaged(&self) -> std::io::Result<String> {
        let stamp = self.clock.now().strftime("%Y%m%dT%H%M%SZ");
        let suffix = format!(".corrupt-{stamp}");
        let mut aside = self.path.as_os_str().to_owned();
        aside.push(&suffix);
        std::fs::rename(&self.path, &aside)?;
        Ok(format!("{}{suffix}", self.shown))
    }

    fn problem_of(&self, fault: Fault) -> Problem {
        match fault {
            Fault::Unreadable(fault) => fault.problem(&self.shown),
            Fault::Newer => {
                let what = format!("{} was written by a newer version.", self.shown);
                Problem::new(ProblemCode::StorageFailed, what, "Update Rolecall.")
            }
            Fault::Damaged => damaged(&self.shown, &self.shown),
        }
    }

    fn absent(&self) -> Problem {
        let what = format!("There is no {}.", self.shown);
        let remedy =
            "Keys are in the keychain. To keep them in such a file: rolecall agent --sealed-file";
        Problem::new(ProblemCode::KeychainEmpty, what, remedy)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a passphrase without surrounding white space, which a file or a paste adds.
fn checked(passphrase: &Secret) -> Result<&str, Problem> {
    let text = passphrase.expose().trim();
    if text.chars().count() >= PASSPHRASE_MIN && text.len() <= PASSPHRASE_MAX {
        return Ok(text);
    }
    let what = format!(
        "A passphrase has {PASSPHRASE_MIN} characters or more, and at most {PASSPHRASE_MAX} bytes."
    );
    Err(Problem::new(
        ProblemCode::WrongPassphrase,
        what,
        "Several words make a good one.",
    ))
}

fn refused(fault: &Fault) -> KeychainError {
    KeychainError::Denied(fault.to_string())
}

fn damaged(shown: &str, aside: &str) -> Problem {
    Problem::new(
        ProblemCode::KeychainEmpty,
        format!("{shown} was damaged. It was put aside as {aside}."),
        "Put a copy of it back, or make a new one and add your keys again.",
    )
}
