//! Finds, unlocks, reads, writes and removes the items of one account.

use std::collections::HashMap;

use rolecall_core::value::keychain_error::KeychainError;
use zbus::zvariant::{OwnedObjectPath, Value};
use zeroize::Zeroizing;

use super::connection::{COLLECTION_INTERFACE, ITEM_INTERFACE, SECRETS, Session};
use super::dialog::{Dialogs, NONE};
use super::failure::Failure;
use super::kwallet;
use crate::keychain::request::{ItemRequest, Operation, SERVICE, Values};

const CONTENT_TYPE: &str = "application/octet-stream";

/// Runs a request on the items of its account.
pub(super) async fn run(
    session: &Session,
    dialogs: &Dialogs<'_>,
    request: &ItemRequest,
) -> Result<Values, Failure> {
    let found = find(session, dialogs, request).await?;
    match &request.operation {
        Operation::Fetch => {
            // If there are several items, all have the same value.
            let path = found.into_iter().next().ok_or(KeychainError::Empty)?;
            Ok(vec![Some(fetch(session, dialogs, path).await?)])
        }
        Operation::Store(value) if found.is_empty() => {
            create(session, dialogs, request, value).await?;
            Ok(Vec::new())
        }
        Operation::Store(value) => {
            for path in found {
                let item = session.service.get_item_by_path(path).await?;
                let storing = item.set_secret(value, CONTENT_TYPE);
                dialogs.during(storing).await?;
            }
            Ok(Vec::new())
        }
        Operation::Remove => {
            for path in &found {
                remove(session, dialogs, path).await?;
            }
            Ok(Vec::new())
        }
    }
}

/// Returns the items of the account, unlocked. Creates the default collection if an item needs it.
///
/// A locked collection is unlocked before the search, because KeePassXC would open a dialog during the search, even for
/// a request without dialogs.
async fn find(
    session: &Session,
    dialogs: &Dialogs<'_>,
    request: &ItemRequest,
) -> Result<Vec<OwnedObjectPath>, Failure> {
    let collection: OwnedObjectPath = session.call("ReadAlias", &"default").await?;
    let has_collection = collection.as_str() != NONE;
    if has_collection && session.is_locked(&collection, COLLECTION_INTERFACE).await? {
        unlock(session, dialogs, vec![collection]).await?;
    }
    let attributes = HashMap::from([("service", SERVICE), ("username", &*request.account)]);
    let arguments = (attributes,);
    let search = session.call_of_any_length("SearchItems", &arguments);
    let (mut found, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        dialogs.during(search).await?;
    if !locked.is_empty() {
        if let Err(failure) = unlock(session, dialogs, locked.clone()).await {
            return Err(not_allowed(session, dialogs, &locked)
                .await
                .unwrap_or(failure));
        }
        found.extend(locked);
    }
    let needs_collection = match request.operation {
        Operation::Fetch | Operation::Store(_) => !has_collection && found.is_empty(),
        Operation::Remove => false,
    };
    if needs_collection {
        create_collection(session, dialogs).await?;
    }
    Ok(found)
}

/// Returns the failure for items that stay locked in an open collection. The user did not allow KeePassXC to give them to
/// this program.
async fn not_allowed(
    session: &Session,
    dialogs: &Dialogs<'_>,
    items: &[OwnedObjectPath],
) -> Option<Failure> {
    dialogs.may_open().ok()?;
    let (collection, _) = items.first()?.as_str().rsplit_once('/')?;
    let collection = OwnedObjectPath::try_from(collection).ok()?;
    let is_locked = session.is_locked(&collection, COLLECTION_INTERFACE).await;
    let said = "the access was not allowed".to_owned();
    (!is_locked.ok()?).then(|| KeychainError::Denied(said).into())
}

/// Unlocks objects, with a dialog if needed.
pub(super) async fn unlock(
    session: &Session,
    dialogs: &Dialogs<'_>,
    objects: Vec<OwnedObjectPath>,
) -> Result<(), Failure> {
    dialogs.may_open()?;
    let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
        session.call("Unlock", &(objects,)).await?;
    dialogs.open(&prompt).await
}

/// Creates the default collection. KWallet would use any other name than its own in place of its default wallet.
async fn create_collection(session: &Session, dialogs: &Dialogs<'_>) -> Result<(), Failure> {
    dialogs.may_open()?;
    let own_name = kwallet::default_wallet(session).await;
    let label = Value::from(own_name.as_deref().unwrap_or("Default keyring"));
    let properties = HashMap::from([("org.freedesktop.Secret.Collection.Label", label)]);
    let (_, prompt): (OwnedObjectPath, OwnedObjectPath) = session
        .call("CreateCollection", &(properties, "default"))
        .await?;
    dialogs.open(&prompt).await
}

/// Returns the account of each of our items, each once. Locked items are unlocked first, since some services do not show
/// the attributes of a locked one.
pub(super) async fn accounts(session: &Session, dialogs: &Dialogs<'_>) -> Result<Values, Failure> {
    let attributes = (HashMap::from([("service", SERVICE)]),);
    let search = session.call_of_any_length("SearchItems", &attributes);
    let (mut found, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        dialogs.during(search).await?;
    if !locked.is_empty() {
        unlock(session, dialogs, locked.clone()).await?;
        found.extend(locked);
    }
    let mut accounts: Vec<String> = Vec::new();
    for path in found {
        let attributes: HashMap<String, String> = session
            .property(&path, ITEM_INTERFACE, "Attributes")
            .await?;
        let account = attributes.get("username").cloned();
        accounts.extend(account.filter(|account| !accounts.contains(account)));
    }
    let values = accounts.into_iter();
    Ok(values
        .map(|account| Some(Zeroizing::new(account.into_bytes())))
        .collect())
}

/// Returns the value of an unlocked item.
pub(super) async fn fetch(
    session: &Session,
    dialogs: &Dialogs<'_>,
    path: OwnedObjectPath,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let item = session.service.get_item_by_path(path).await?;
    dialogs.during(item.get_secret()).await.map(Zeroizing::new)
}

async fn create(
    session: &Session,
    dialogs: &Dialogs<'_>,
    request: &ItemRequest,
    value: &[u8],
) -> Result<(), Failure> {
    let path: OwnedObjectPath = session.call("ReadAlias", &"default").await?;
    let collection = session.service.get_collection_by_path(path).await?;
    let attributes = HashMap::from([("service", SERVICE), ("username", &*request.account)]);
    let creating = collection.create_item(&request.label, attributes, value, true, CONTENT_TYPE);
    dialogs.during(creating).await.map(drop)
}

async fn remove(
    session: &Session,
    dialogs: &Dialogs<'_>,
    path: &OwnedObjectPath,
) -> Result<(), Failure> {
    let interface = Some(ITEM_INTERFACE);
    let call = session
        .bus
        .call_method(Some(SECRETS), path, interface, "Delete", &());
    let reply = dialogs.during(call).await?;
    let prompt: OwnedObjectPath = reply.body().deserialize()?;
    dialogs.open(&prompt).await
}
