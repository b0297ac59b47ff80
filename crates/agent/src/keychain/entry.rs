//! Calls on one item, for macOS and Windows.

use std::collections::HashMap;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use rolecall_core::value::keychain_error::KeychainError;
use zeroize::Zeroizing;

use super::request::{ItemRequest, Operation, SERVICE, Values};

/// Runs a request in an open store.
pub(super) fn run(
    store: &dyn CredentialStoreApi,
    request: &ItemRequest,
    modifiers: &HashMap<&str, &str>,
) -> Result<Values, Error> {
    let entry = store.build(SERVICE, &request.account, Some(modifiers))?;
    match &request.operation {
        Operation::Fetch => Ok(vec![Some(fetch(&entry)?)]),
        Operation::Store(value) => {
            each(&entry, |entry| entry.set_secret(value)).map(|()| Vec::new())
        }
        Operation::Remove => match each(&entry, Entry::delete_credential) {
            Err(Error::NoEntry) => Ok(Vec::new()),
            result => result.map(|()| Vec::new()),
        },
    }
}

/// Reads the first item if there are several, because storing writes the same value to all of them.
fn fetch(entry: &Entry) -> Result<Zeroizing<Vec<u8>>, Error> {
    let secret = match entry.get_secret() {
        Err(Error::Ambiguous(entries)) => entries
            .first()
            .map_or(Err(Error::NoEntry), Entry::get_secret),
        result => result,
    };
    secret.map(Zeroizing::new)
}

fn each(entry: &Entry, act: impl Fn(&Entry) -> Result<(), Error>) -> Result<(), Error> {
    match act(entry) {
        Err(Error::Ambiguous(entries)) => entries.iter().try_for_each(act),
        result => result,
    }
}

/// Converts an error of the keyring crates to one of the keeper.
pub(super) fn error_of(error: &Error) -> KeychainError {
    match error {
        Error::NoEntry => KeychainError::Empty,
        Error::NoStorageAccess(_) => KeychainError::Locked,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            KeychainError::Corrupt
        }
        other => KeychainError::Denied(other.to_string()),
    }
}

/// Returns the error for reading items of other programs, which only the Secret Service of Linux supports.
pub(super) fn unsupported() -> KeychainError {
    let what = "the keys of other programs are read from Linux's Secret Service only";
    KeychainError::Denied(what.to_owned())
}
