//! Encrypts data on disk with XChaCha20-Poly1305 and a random key, which is one item of the keychain.

use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::secret::Secret;
use zeroize::Zeroizing;

use crate::secret_store::{Asking, SecretStore};

/// The account of the key in the keychain.
pub(crate) const ACCOUNT: &str = "session-seal";
/// The label of the key in the keychain.
const LABEL: &str = "Rolecall session seal";
const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;

/// The source of the key.
pub trait SealKeys: Send + Sync {
    /// Returns the key with which earlier texts were encrypted.
    ///
    /// # Errors
    /// [`KeychainError::Empty`] if there is none yet, or the error of the keychain.
    fn existing(&self, asking: Asking) -> Result<Arc<SealKey>, KeychainError>;

    /// Returns the key, and creates one if there is none. It never opens a dialog.
    ///
    /// # Errors
    /// The error of the keychain.
    fn existing_or_new(&self) -> Result<Arc<SealKey>, KeychainError>;
}

/// A key for encryption and decryption. It is overwritten when dropped.
pub struct SealKey(Zeroizing<[u8; KEY_LENGTH]>);

/// An encrypted text that was changed, belongs to another context, or was encrypted with another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed cannot be opened")]
pub struct Unsealable;

impl SealKey {
    /// The length of a key, in bytes.
    pub(crate) const LENGTH: usize = KEY_LENGTH;

    /// Returns the key with these bytes.
    pub fn new(key: [u8; KEY_LENGTH]) -> Self {
        Self(Zeroizing::new(key))
    }

    fn random() -> Result<Self, KeychainError> {
        let mut key = Self::new([0; KEY_LENGTH]);
        fill(&mut *key.0)?;
        Ok(key)
    }

    /// Encrypts a text. It can be decrypted only with the same `context`, which is its location and kind.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, KeychainError> {
        let mut nonce = [0; NONCE_LENGTH];
        fill(&mut nonce)?;
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|error| KeychainError::Denied(error.to_string()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Decrypts the result of [`SealKey::seal`].
    ///
    /// # Errors
    /// If it was changed, or encrypted with another key or context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(Unsealable)?;
        let payload = Payload {
            msg: sealed,
            aad: context,
        };
        self.cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| Unsealable)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }

    fn to_text(&self) -> Secret {
        Secret::new(HEXLOWER.encode(&*self.0))
    }

    fn from_text(text: &Secret) -> Option<Self> {
        let digits = text.expose().as_bytes();
        let mut bytes = Zeroizing::new([0; Self::LENGTH]);
        if HEXLOWER.decode_len(digits.len()) != Ok(Self::LENGTH) {
            return None;
        }
        HEXLOWER.decode_mut(digits, &mut *bytes).ok()?;
        Some(Self::new(*bytes))
    }
}

fn fill(bytes: &mut [u8]) -> Result<(), KeychainError> {
    getrandom::fill(bytes).map_err(|error| KeychainError::Denied(error.to_string()))
}

/// The key in the keychain, fetched at most once per run.
pub struct KeychainSeal {
    keychain: Arc<dyn SecretStore>,
    fetched: Mutex<Option<Arc<SealKey>>>,
}

impl KeychainSeal {
    /// Returns the key of this keychain, without fetching it.
    pub fn new(keychain: Arc<dyn SecretStore>) -> Self {
        Self {
            keychain,
            fetched: Mutex::default(),
        }
    }

    fn fetch(&self, asking: Asking) -> Result<SealKey, KeychainError> {
        let text = self.keychain.fetch_text(ACCOUNT, asking)?;
        SealKey::from_text(&text).ok_or(KeychainError::Corrupt)
    }

    /// Creates a key and reads it back, so that nothing is encrypted with a key that was not stored.
    fn create(&self) -> Result<SealKey, KeychainError> {
        let key = SealKey::random()?;
        self.keychain
            .store_text(ACCOUNT, LABEL, &key.to_text(), Asking::Quiet)?;
        let kept = self.fetch(Asking::Quiet)?;
        if *kept.0 == *key.0 {
            Ok(key)
        } else {
            Err(KeychainError::Corrupt)
        }
    }

    /// Drops the cached key, for example if the location of secrets changes.
    pub(crate) fn forget(&self) {
        *self.fetched.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn cached(
        &self,
        fetch: impl FnOnce() -> Result<SealKey, KeychainError>,
    ) -> Result<Arc<SealKey>, KeychainError> {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*fetched {
            return Ok(key.clone());
        }
        let key = Arc::new(fetch()?);
        *fetched = Some(key.clone());
        Ok(key)
    }
}

impl SealKeys for KeychainSeal {
    fn existing(&self, asking: Asking) -> Result<Arc<SealKey>, KeychainError> {
        self.cached(|| self.fetch(asking))
    }

    fn existing_or_new(&self) -> Result<Arc<SealKey>, KeychainError> {
        self.cached(|| match self.fetch(Asking::Quiet) {
            Err(KeychainError::Empty | KeychainError::Corrupt) => self.create(),
            result => result,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_what_it_sealed_and_only_where_it_belongs() {
        let key = SealKey::new([7; KEY_LENGTH]);
        let sealed = key.seal(b"here", b"text").expect("seals");
        assert_eq!(
            key.open(b"here", &sealed).expect("opens").as_slice(),
            b"text"
        );
        assert_eq!(key.open(b"there", &sealed), Err(Unsealable));
        assert_eq!(
            SealKey::new([8; KEY_LENGTH]).open(b"here", &sealed),
            Err(Unsealable)
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(b"here", &changed), Err(Unsealable));
            assert_eq!(key.open(b"here", &sealed[..at]), Err(Unsealable));
        }
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let key = SealKey::random().expect("random numbers");
        assert_ne!(key.seal(b"", b"text"), key.seal(b"", b"text"));
    }

    #[test]
    fn keys_survive_the_keychain_as_text() {
        let key = SealKey::random().expect("random numbers");
        let back = SealKey::from_text(&key.to_text()).expect("a key");
        assert_eq!(*back.0, *key.0);
        for bad in ["", "00", &"zz".repeat(KEY_LENGTH), &"ä".repeat(KEY_LENGTH)] {
            assert!(
                SealKey::from_text(&Secret::new(bad.to_owned())).is_none(),
                "{bad}"
            );
        }
    }
}
