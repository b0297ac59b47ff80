//! Seals what lies on disk: XChaCha20-Poly1305 with a random key that is one item of the keychain.

use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::secret::Secret;
use zeroize::Zeroizing;

use crate::secret_store::{Asking, SecretStore};

/// The keychain's account of the key.
const ACCOUNT: &str = "session-seal";
/// What desktops call the key.
const LABEL: &str = "Rolecall session seal";
const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;

/// Where the key comes from.
pub trait SealKeys: Send + Sync {
    /// Returns the key that earlier texts were sealed with.
    ///
    /// # Errors
    /// [`KeychainError::Empty`] if there is none yet, else why the keychain gave nothing.
    fn existing(&self, asking: Asking) -> Result<Arc<SealKey>, KeychainError>;

    /// Returns the key, making one if there is none. It never raises a dialog.
    ///
    /// # Errors
    /// Why the keychain gave or took nothing.
    fn existing_or_new(&self) -> Result<Arc<SealKey>, KeychainError>;
}

/// A key that seals and opens; overwritten when dropped.
pub struct SealKey(Zeroizing<[u8; KEY_LENGTH]>);

/// A sealed text that was changed, belongs elsewhere, or was sealed with another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed cannot be opened")]
pub struct Unsealable;

impl SealKey {
    /// The length of a key, in bytes.
    pub(crate) const LENGTH: usize = KEY_LENGTH;

    /// Takes a key over.
    pub fn new(key: [u8; KEY_LENGTH]) -> Self {
        Self(Zeroizing::new(key))
    }

    fn random() -> Result<Self, KeychainError> {
        let mut key = Self::new([0; KEY_LENGTH]);
        fill(&mut *key.0)?;
        Ok(key)
    }

    /// Seals a text so that it opens only with the same `context`: where it lies and what it is.
    ///
    /// # Errors
    /// If the system gives no random numbers.
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

    /// Opens what [`SealKey::seal`] gave.
    ///
    /// # Errors
    /// If it was changed, or sealed with another key or context.
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
    /// Returns the key of this keychain. Nothing is fetched yet.
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

    /// Makes a key and reads it back, so that nothing is sealed with a key that was not kept.
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

    /// Forgets the key that was fetched, as when another place takes the keychain's.
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
