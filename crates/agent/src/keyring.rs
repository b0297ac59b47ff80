//! Where one user's secrets are: the OS keychain and, if the user once chose it, a file under a passphrase.
//!
//! What lies in the file is taken from the file, everything else from the keychain. Neither ever stands in for the
//! other: where new secrets go is the user's choice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rolecall_core::api::host::FileState;
use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::Keychain;

use crate::keychain::{OsKeychain, seed_account};
use crate::sealed_file::SealedFile;
use crate::secret_store::{Asking, SecretStore};

/// Where new secrets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// To the OS keychain.
    InKeychain,
    /// To the file, which the user chose.
    InFile,
}

/// Both places.
pub struct Keyring {
    keychain: Arc<OsKeychain>,
    file: Arc<SealedFile>,
    prefers_file: AtomicBool,
}

impl Keyring {
    /// Returns both places. New secrets go to `kept`.
    pub fn new(keychain: Arc<OsKeychain>, file: Arc<SealedFile>, kept: Kept) -> Self {
        Self {
            keychain,
            file,
            prefers_file: AtomicBool::new(kept == Kept::InFile),
        }
    }

    /// Returns the file.
    pub fn file(&self) -> &SealedFile {
        &self.file
    }

    /// Returns where new secrets go.
    pub fn kept(&self) -> Kept {
        match self.prefers_file.load(Ordering::Acquire) {
            true => Kept::InFile,
            false => Kept::InKeychain,
        }
    }

    /// Puts new secrets into the file from here on.
    pub fn prefer_file(&self) {
        self.prefers_file.store(true, Ordering::Release);
    }

    fn remove_account(
        &self,
        account: &str,
        from_keychain: impl FnOnce() -> Result<(), KeychainError>,
    ) -> Result<(), KeychainError> {
        if self.file.holds(account)? {
            return self.file.remove(account);
        }
        match (from_keychain(), self.file.state()) {
            // Nothing is where there is no keychain.
            (Err(KeychainError::Absent), FileState::Open) => Ok(()),
            (removed, _) => removed,
        }
    }
}

impl Keychain for Keyring {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        match self.kept() {
            Kept::InFile => self.file.store(id.as_str(), secret),
            Kept::InKeychain => self.keychain.store(id, secret),
        }
    }

    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        match self.file.holds(id.as_str())? {
            true => self.file.fetch(id.as_str()),
            false => self.keychain.fetch(id),
        }
    }

    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.remove_account(id.as_str(), || self.keychain.remove(id))
    }

    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        match self.kept() {
            Kept::InFile => self.file.store(&seed_account(id), seed),
            Kept::InKeychain => self.keychain.store_seed(id, seed),
        }
    }

    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        let account = seed_account(id);
        match self.file.holds(&account)? {
            true => self.file.fetch(&account),
            false => self.keychain.fetch_seed(id),
        }
    }

    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.remove_account(&seed_account(id), || self.keychain.remove_seed(id))
    }
}

/// The seal of sessions lies where new secrets go, and is looked for nowhere else: each place has sessions of its own.
impl SecretStore for Keyring {
    fn fetch_text(&self, account: &str, asking: Asking) -> Result<Secret, KeychainError> {
        match self.kept() {
            Kept::InFile => self.file.fetch(account),
            Kept::InKeychain => self.keychain.fetch_text(account, asking),
        }
    }

    fn store_text(
        &self,
        account: &str,
        label: &str,
        text: &Secret,
        asking: Asking,
    ) -> Result<(), KeychainError> {
        match self.kept() {
            Kept::InFile => self.file.store(account, text),
            Kept::InKeychain => self.keychain.store_text(account, label, text, asking),
        }
    }
}
