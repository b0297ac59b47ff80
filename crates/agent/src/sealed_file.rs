//! A file of secrets under a passphrase, for machines without a keychain. It exists only because its user asked for it.
//!
//! The passphrase is needed once in a program's life. Of it only the derived key is kept; the secrets are read from the
//! file for each use and dropped.

mod derivation;
mod form;
mod patience;

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
use derivation::Derivation;
use form::{Fault, Form, Secrets};
use patience::Patience;

/// The longest file that is read, in bytes: hundreds of keys.
const FILE_MAX: usize = 1 << 20;
/// The most bytes of a passphrase.
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
    patience: Patience,
    /// Told once: the file was damaged and put aside.
    damage: Option<Problem>,
}

impl SealedFile {
    /// Returns the file at its place among `paths`. Nothing is read yet.
    pub fn new(paths: &Paths, clock: Arc<dyn Clock>) -> Self {
        let path = paths.sealed_file_path();
        Self {
            shown: paths.shown(&path),
            path,
            clock,
            state: Mutex::default(),
        }
    }

    /// Returns what messages call it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns whether it is there, and whether it was opened.
    pub fn state(&self) -> FileState {
        let mut state = self.lock();
        match self.read(&mut state) {
            Ok(None) => FileState::Absent,
            Ok(Some(_)) | Err(_) if state.key.is_none() => FileState::Sealed,
            Ok(Some(_)) | Err(_) => FileState::Open,
        }
    }

    /// Returns, once, that the file was damaged and put aside.
    pub fn take_damage(&self) -> Option<Problem> {
        self.lock().damage.take()
    }

    /// Makes the file, empty, under a new passphrase.
    ///
    /// # Errors
    /// If there is one already, the passphrase is too short, or the file cannot be written.
    pub fn create(&self, passphrase: &Secret) -> Result<(), Problem> {
        let passphrase = checked(passphrase)?;
        let mut state = self.lock();
        let there = self.read(&mut state).map_err(|fault| self.told(fault))?;
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

    /// Opens the file for the rest of this program's life.
    ///
    /// # Errors
    /// If there is none, the passphrase is wrong, or too many wrong ones came before.
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), Problem> {
        let passphrase = checked(passphrase)?;
        let mut state = self.lock();
        let form = self.read(&mut state).map_err(|fault| self.told(fault))?;
        let form = form.ok_or_else(|| state.damage.clone().unwrap_or_else(|| self.absent()))?;
        state.patience.check()?;
        let key = form.derivation.key(passphrase)?;
        match form.open(&key) {
            Ok(_) => {
                state.key = Some(key);
                state.patience = Patience::default();
                Ok(())
            }
            Err(_) => Err(state.patience.spend()),
        }
    }

    /// Returns whether something is kept under `account`, which needs no passphrase.
    ///
    /// # Errors
    /// [`KeychainError::Denied`] if the file cannot be read.
    pub(crate) fn holds(&self, account: &str) -> Result<bool, KeychainError> {
        let form = self
            .read(&mut self.lock())
            .map_err(|fault| refused(&fault))?;
        Ok(form.is_some_and(|form| form.accounts.iter().any(|it| it == account)))
    }

    /// Returns the text kept under `account`.
    ///
    /// # Errors
    /// [`KeychainError::Sealed`] before the passphrase was given, [`KeychainError::Empty`] if there is no such text.
    pub(crate) fn fetch(&self, account: &str) -> Result<Secret, KeychainError> {
        let (_, secrets) = self.open(&mut self.lock())?;
        let text = secrets.get(account).ok_or(KeychainError::Empty)?;
        Ok(Secret::new(text.to_string()))
    }

    /// Keeps a text under `account`, in place of an earlier one.
    ///
    /// # Errors
    /// As [`SealedFile::fetch`], or if the file cannot be written.
    pub(crate) fn store(&self, account: &str, text: &Secret) -> Result<(), KeychainError> {
        self.change(|secrets| {
            let text = Zeroizing::new(text.expose().to_owned());
            secrets.insert(account.to_owned(), text);
        })
    }

    /// Forgets the text under `account`.
    ///
    /// # Errors
    /// As [`SealedFile::store`].
    pub(crate) fn remove(&self, account: &str) -> Result<(), KeychainError> {
        self.change(|secrets| drop(secrets.remove(account)))
    }

    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), KeychainError> {
        let mut state = self.lock();
        let opened = self.open(&mut state);
        let (form, mut secrets) = opened.map_err(|error| match error {
            // It was chosen as the place, and its passphrase is yet to be chosen.
            KeychainError::Empty => KeychainError::Sealed,
            error => error,
        })?;
        change(&mut secrets);
        let key = state.key.as_ref().ok_or(KeychainError::Sealed)?;
        self.write(key, form.derivation, &secrets)
            .map_err(|problem| KeychainError::Denied(problem.to_string()))
    }

    /// Opens what lies on disk with the key at hand. Where another file has taken its place, the key is of no use.
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

    /// Reads the file; `None` if there is none. A damaged one is put aside, as it is.
    fn read(&self, state: &mut State) -> Result<Option<Form>, Fault> {
        let bytes = disk::read(&self.path, FILE_MAX).map_err(Fault::Unreadable)?;
        match bytes.map(|bytes| Form::parse(&bytes)).transpose() {
            Err(Fault::Damaged) => {
                let aside = self
                    .put_aside()
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

    fn put_aside(&self) -> std::io::Result<String> {
        let stamp = self.clock.now().strftime("%Y%m%dT%H%M%SZ");
        let suffix = format!(".corrupt-{stamp}");
        let mut aside = self.path.as_os_str().to_owned();
        aside.push(&suffix);
        std::fs::rename(&self.path, &aside)?;
        Ok(format!("{}{suffix}", self.shown))
    }

    fn told(&self, fault: Fault) -> Problem {
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

/// Returns a passphrase without the space around it, which a file or a paste adds.
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
