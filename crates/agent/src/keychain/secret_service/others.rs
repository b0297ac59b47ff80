//! The items of other programs, which are only read.

use std::collections::HashMap;

use zbus::zvariant::OwnedObjectPath;
use zeroize::Zeroizing;

use super::connection::{COLLECTION_INTERFACE, ITEM_INTERFACE, Session};
use super::dialog::Dialogs;
use super::failure::Failure;
use super::items::{fetch, unlock};
use crate::keychain::request::{Others, Values};
use rolecall_core::value::keychain_error::KeychainError;

/// Returns the values of these items. A collection that does not exist is [`KeychainError::Empty`].
pub(super) async fn run(
    session: &Session,
    dialogs: &Dialogs<'_>,
    others: &Others,
) -> Result<Values, Failure> {
    match others {
        Others::OfAccounts { service, accounts } => {
            let mut values = Vec::new();
            for account in accounts {
                values.push(of_account(session, dialogs, service, account).await?);
            }
            Ok(values)
        }
        Others::InCollection(name) => in_collection(session, dialogs, name).await,
    }
}

async fn of_account(
    session: &Session,
    dialogs: &Dialogs<'_>,
    service: &str,
    account: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let attributes = (HashMap::from([("service", service), ("account", account)]),);
    let search = session.call_of_any_length("SearchItems", &attributes);
    let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        dialogs.during(search).await?;
    match open.into_iter().chain(locked).next() {
        Some(path) => fetch_unlocked(session, dialogs, path).await.map(Some),
        None => Ok(None),
    }
}

async fn in_collection(
    session: &Session,
    dialogs: &Dialogs<'_>,
    name: &str,
) -> Result<Values, Failure> {
    let collection = find(session, name).await?.ok_or(KeychainError::Empty)?;
    if session.is_locked(&collection, COLLECTION_INTERFACE).await? {
        unlock(session, dialogs, vec![collection.clone()]).await?;
    }
    let items: Vec<OwnedObjectPath> = session
        .property(&collection, COLLECTION_INTERFACE, "Items")
        .await?;
    let mut values = Vec::new();
    for item in items {
        values.push(Some(fetch_unlocked(session, dialogs, item).await?));
    }
    Ok(values)
}

/// Returns the collection with a name. The name is the label of the collection; with KWallet it is only in the path.
async fn find(session: &Session, name: &str) -> Result<Option<OwnedObjectPath>, Failure> {
    for collection in session.collections().await? {
        if collection.as_str().rsplit('/').next() == Some(name) {
            return Ok(Some(collection));
        }
        let label = session.property::<String>(&collection, COLLECTION_INTERFACE, "Label");
        if label.await.is_ok_and(|label| label == name) {
            return Ok(Some(collection));
        }
    }
    Ok(None)
}

async fn fetch_unlocked(
    session: &Session,
    dialogs: &Dialogs<'_>,
    path: OwnedObjectPath,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if session.is_locked(&path, ITEM_INTERFACE).await? {
        unlock(session, dialogs, vec![path.clone()]).await?;
    }
    fetch(session, dialogs, path).await
}
