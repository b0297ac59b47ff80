//! One call on one item, the same on macOS and Windows.

use std::collections::HashMap;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use rolecall_core::value::keychain_error::KeychainError;
use zeroize::Zeroizing;

use super::request::{Operation, Request, SERVICE};

/// Runs a request in an open store.
pub(super) fn run(
    store: &dyn CredentialStoreApi,
    request: &Request,
    modifiers: &HashMap<&str, &str>,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let entry = store.build(SERVICE, &request.account, Some(modifiers))?;
    match &request.operation {
        Operation::Fetch => fetch(&entry).map(Some),
        Operation::Store(value) => each(&entry, |entry| entry.set_secret(value)).map(|()| None),
        Operation::Remove => match each(&entry, Entry::delete_credential) {
            Err(Error::NoEntry) => Ok(None),
            result => result.map(|()| None),
        },
    }
}

/// Reads the first item where there are several: storing writes the same value to all of them.
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

/// Returns what a failure of the keyring crates means to the keeper.
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
