//! The locations of the user's secrets: the OS keychain and, if the user chose it, an encrypted file with a passphrase.
//!
//! Secrets in the file are read from the file, all others from the keychain. Neither is a fallback for the other. The
//! user chooses the location of new secrets.

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

/// The location of new secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretLocation {
    /// In the OS keychain.
    Keychain,
    /// In the encrypted file.
    File,
}

/// Both locations.
pub struct Keyring {
    keychain: Arc<OsKeychain>,
    file: Arc<SealedFile>,
    prefers_file: AtomicBool,
}

impl Keyring {
    /// Returns both locations. New secrets are stored in `location`.
    pub fn new(keychain: Arc<OsKeychain>, file: Arc<SealedFile>, location: SecretLocation) -> Self {
        Self {
            keychain,
            file,
            prefers_file: AtomicBool::new(location == SecretLocation::File),
        }
    }

    /// Returns the file.
    pub fn file(&self) -> &SealedFile {
        &self.file
    }

    /// Returns the location of new secrets.
    pub fn location(&self) -> SecretLocation {
        match self.prefers_file.load(Ordering::Acquire) {
            true => SecretLocation::File,
            false => SecretLocation::Keychain,
        }
    }

    /// Stores new secrets in the file from now on.
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
            // Without a keychain there is nothing to remove.
            (Err(KeychainError::Absent), FileState::Open) => Ok(()),
            (removed, _) => removed,
        }
    }
}

impl Keychain for Keyring {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        match self.location() {
            SecretLocation::File => self.file.store(id.as_str(), secret),
            SecretLocation::Keychain => self.keychain.store(id, secret),
        }
    }

    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        match self.file.holds(id.as_str())? {
            true => self.file.fetch(id.as_str()),
            false => self.keychain.fetch(id),
        }
    }

    fn fetch_quietly(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        match self.file.holds(id.as_str())? {
            true => self.file.fetch(id.as_str()),
            false => self.keychain.fetch_quietly(id),
        }
    }

    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.remove_account(id.as_str(), || self.keychain.remove(id))
    }

    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        match self.location() {
            SecretLocation::File => self.file.store(&seed_account(id), seed),
            SecretLocation::Keychain => self.keychain.store_seed(id, seed),
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
        match self.location() {
            SecretLocation::File => self.file.fetch(account),
            SecretLocation::Keychain => self.keychain.fetch_text(account, asking),
        }
    }

    fn store_text(
        &self,
        account: &str,
        label: &str,
        text: &Secret,
        asking: Asking,
    ) -> Result<(), KeychainError> {
        match self.location() {
            SecretLocation::File => self.file.store(account, text),
            SecretLocation::Keychain => self.keychain.store_text(account, label, text, asking),
        }
    }
}
