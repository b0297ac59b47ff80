//! The OS keychain. There is no fallback: secrets are stored there or not at all.
//!
//! One thread calls it, because its libraries can block indefinitely. Each caller waits with its own deadline, so a
//! frozen keychain blocks nobody, and one unlock dialog serves all waiting callers.

#[cfg(not(target_os = "linux"))]
mod entry;
mod exhausted;
#[cfg(target_os = "macos")]
mod macos;
mod request;
#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(windows)]
mod windows;
mod worker;

use rolecall_core::value::access_key::AccessKeyId;
use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;
use rolecall_import::OtherItems;
use rolecall_keeper::ports::Keychain;

use crate::secret_store::{Asking, SecretStore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[cfg(target_os = "macos")]
use macos as platform;
use request::{ItemRequest, Operation, Others, Outcome, Request, Values, Work};
#[cfg(target_os = "linux")]
use secret_service as platform;
#[cfg(windows)]
use windows as platform;
use worker::Worker;

/// The version of the format of an item's value.
const VALUE_VERSION: u32 = 1;

/// The keychain of this desktop.
pub struct OsKeychain {
    worker: Worker,
}

impl OsKeychain {
    /// Returns the keychain without calling it. Its thread starts with the first call.
    pub fn new() -> Self {
        Self {
            worker: Worker::new(platform::TIMEOUTS, || Box::new(platform::backend())),
        }
    }

    /// Returns the accounts of all our items. Only Linux can list them.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub(crate) fn accounts(&self, asking: Asking) -> Result<Vec<String>, KeychainError> {
        let values = self.worker.run(Request {
            work: Work::Accounts,
            asking,
        })?;
        let texts = values.into_iter().flatten();
        Ok(texts
            .filter_map(|value| String::from_utf8(value.to_vec()).ok())
            .collect())
    }

    /// Removes our items of an account, if there are any.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub(crate) fn remove_account(&self, account: &str) -> Result<(), KeychainError> {
        let removing = Operation::Remove;
        self.run(account, account, removing, Asking::MayPrompt)
            .map(drop)
    }

    fn run(&self, account: &str, label: &str, operation: Operation, asking: Asking) -> Outcome {
        let item = ItemRequest {
            account: account.to_owned(),
            label: label.to_owned(),
            operation,
        };
        self.worker.run(Request {
            work: Work::Item(item),
            asking,
        })
    }

    fn fetch_others(&self, others: Others) -> Result<Values, KeychainError> {
        self.worker.run(Request {
            work: Work::Others(others),
            asking: Asking::MayPrompt,
        })
    }
}

impl SecretStore for OsKeychain {
    fn fetch_text(&self, account: &str, asking: Asking) -> Result<Secret, KeychainError> {
        let values = self.run(account, account, Operation::Fetch, asking)?;
        let value = values.into_iter().flatten().next();
        decode(&value.ok_or(KeychainError::Empty)?)
    }

    fn store_text(
        &self,
        account: &str,
        label: &str,
        text: &Secret,
        asking: Asking,
    ) -> Result<(), KeychainError> {
        self.run(account, label, Operation::Store(encode(text)?), asking)
            .map(drop)
    }
}

impl OtherItems for OsKeychain {
    fn of_accounts(
        &self,
        service: &str,
        accounts: Vec<String>,
    ) -> Result<Vec<Option<Secret>>, Problem> {
        let service = service.to_owned();
        let values = self.fetch_others(Others::OfAccounts { service, accounts })?;
        let values = values.into_iter();
        Ok(values
            .map(|value| value.and_then(|value| text_of(&value)))
            .collect())
    }

    fn of_collection(&self, name: &str) -> Result<Option<Vec<Secret>>, Problem> {
        match self.fetch_others(Others::InCollection(name.to_owned())) {
            Ok(values) => Ok(Some(
                values
                    .iter()
                    .flatten()
                    .filter_map(|value| text_of(value))
                    .collect(),
            )),
            Err(KeychainError::Empty) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the text of a value, or `None` if it is not UTF-8.
fn text_of(value: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(value).ok()?;
    Some(Secret::new(text.to_owned()))
}

impl Default for OsKeychain {
    fn default() -> Self {
        Self::new()
    }
}

impl Keychain for OsKeychain {
    fn store(&self, id: &AccessKeyId, secret: &Secret) -> Result<(), KeychainError> {
        let label = format!("Rolecall access key {}", id.as_str());
        self.store_text(id.as_str(), &label, secret, Asking::MayPrompt)
    }

    fn fetch(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.fetch_text(id.as_str(), Asking::MayPrompt)
    }

    fn fetch_quietly(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.fetch_text(id.as_str(), Asking::Quiet)
    }

    fn remove(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        self.run(
            id.as_str(),
            id.as_str(),
            Operation::Remove,
            Asking::MayPrompt,
        )
        .map(drop)
    }

    fn store_seed(&self, id: &AccessKeyId, seed: &Secret) -> Result<(), KeychainError> {
        let label = format!("Rolecall authenticator seed for {}", id.as_str());
        self.store_text(&seed_account(id), &label, seed, Asking::MayPrompt)
    }

    fn fetch_seed(&self, id: &AccessKeyId) -> Result<Secret, KeychainError> {
        self.fetch_text(&seed_account(id), Asking::MayPrompt)
    }

    fn remove_seed(&self, id: &AccessKeyId) -> Result<(), KeychainError> {
        let account = seed_account(id);
        self.run(&account, &account, Operation::Remove, Asking::MayPrompt)
            .map(drop)
    }
}

/// Returns the account name of the item of a seed, which cannot be an access key ID.
pub(crate) fn seed_account(id: &AccessKeyId) -> String {
    format!("totp-{}", id.as_str())
}

/// An item's value: compact JSON, because Windows accepts at most 2,560 bytes.
#[derive(Serialize, Deserialize)]
struct Value<'a> {
    v: u32,
    s: &'a str,
}

fn encode(text: &Secret) -> Result<Zeroizing<Vec<u8>>, KeychainError> {
    // Enough even if every character is escaped, because a buffer that grows leaves a copy in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(32 + 6 * text.expose().len()));
    let value = Value {
        v: VALUE_VERSION,
        s: text.expose(),
    };
    serde_json::to_writer(&mut *bytes, &value).map_err(|_| KeychainError::Corrupt)?;
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Result<Secret, KeychainError> {
    match serde_json::from_slice::<Value<'_>>(bytes) {
        Ok(value) if value.v == VALUE_VERSION => Ok(Secret::new(value.s.to_owned())),
        Ok(_) | Err(_) => Err(KeychainError::Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compact_json() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into());
        let bytes = encode(&secret).expect("encodes");
        assert_eq!(
            bytes.as_slice(),
            br#"{"v":1,"s":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}"#
        );
        assert_eq!(decode(&bytes).expect("decodes").expose(), secret.expose());
    }

    #[test]
    fn values_of_others_are_corrupt() {
        for bytes in [&b""[..], b"secret", br#"{"v":2,"s":"x"}"#, b"\xff\xfe"] {
            assert_eq!(decode(bytes).err(), Some(KeychainError::Corrupt));
        }
    }
}
