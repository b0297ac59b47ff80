//! Looks whether the Secret Service runs, answers and is unlocked before the keyring crates talk to it, since those
//! wait for ever. Raises the service's own unlock dialog, with a limit.
//!
//! <https://specifications.freedesktop.org/secret-service-spec/latest/>

use std::cell::Cell;
use std::collections::HashMap;
use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zbus::Connection;
use zbus::export::ordered_stream::OrderedStreamExt;
use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Type, Value};

use super::{Asking, Errand, Order, SERVICE};

/// How long the service may take to start and to say whether it is locked.
pub(super) const LOOK_LIMIT: Duration = Duration::from_millis(4_800);
/// How long the service's own dialog may stay open.
pub(super) const DIALOG_LIMIT: Duration = Duration::from_secs(120);

const BUS: &str = "org.freedesktop.DBus";
const SECRETS: &str = "org.freedesktop.secrets";
const SECRETS_PATH: &str = "/org/freedesktop/secrets";
const SERVICE_INTERFACE: &str = "org.freedesktop.Secret.Service";
const COLLECTION_INTERFACE: &str = "org.freedesktop.Secret.Collection";
const PROMPT_INTERFACE: &str = "org.freedesktop.Secret.Prompt";
/// The path that stands for none.
const NONE: &str = "/";

/// Returns once the order can be carried out without a dialog, raising one if `asking` allows it.
pub(super) fn pass(
    order: &Order,
    asking: Asking,
    dialog_opens: &dyn Fn(),
) -> Result<(), KeychainError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| KeychainError::Denied(error.to_string()))?;
    runtime.block_on(async {
        let starting = Cell::new(true);
        let looked = timeout(LOOK_LIMIT, look(order, &starting)).await;
        let (bus, lock) = looked.map_err(|_| match starting.get() {
            true => KeychainError::Absent,
            false => KeychainError::Frozen,
        })??;
        match (lock, asking) {
            (Lock::Open, _) => Ok(()),
            (Lock::Locked(_) | Lock::NoCollection, Asking::Quiet) => Err(KeychainError::Locked),
            (lock, Asking::MayPrompt) => unlock(&bus, lock, dialog_opens).await,
        }
    })
}

/// What stands between us and an item.
enum Lock {
    Open,
    Locked(Vec<OwnedObjectPath>),
    /// There is no default collection to put an item into.
    NoCollection,
}

async fn look(order: &Order, starting: &Cell<bool>) -> Result<(Connection, Lock), KeychainError> {
    let bus = Connection::session()
        .await
        .map_err(|_| KeychainError::Absent)?;
    start_service(&bus).await?;
    starting.set(false);
    let mut locked: Vec<OwnedObjectPath> = Vec::new();
    let collection: OwnedObjectPath = service(&bus, "ReadAlias", &"default").await?;
    let exists = collection.as_str() != NONE;
    if exists && is_locked(&bus, &collection).await? {
        locked.push(collection);
    }
    let attributes = HashMap::from([("service", SERVICE), ("username", &order.account)]);
    let (open_items, locked_items): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        service(&bus, "SearchItems", &(attributes,)).await?;
    let found = !open_items.is_empty() || !locked_items.is_empty();
    locked.extend(locked_items);
    let lock = match &order.errand {
        _ if !locked.is_empty() => Lock::Locked(locked),
        Errand::Fetch | Errand::Store(_) if !exists && !found => Lock::NoCollection,
        Errand::Fetch | Errand::Store(_) | Errand::Remove => Lock::Open,
    };
    Ok((bus, lock))
}

async fn start_service(bus: &Connection) -> Result<(), KeychainError> {
    if call(
        bus,
        BUS,
        "/org/freedesktop/DBus",
        BUS,
        "NameHasOwner",
        &SECRETS,
    )
    .await?
    {
        return Ok(());
    }
    let started: Result<u32, _> = call(
        bus,
        BUS,
        "/org/freedesktop/DBus",
        BUS,
        "StartServiceByName",
        &(SECRETS, 0_u32),
    )
    .await;
    started.map(drop).map_err(|_| KeychainError::Absent)
}

async fn is_locked(bus: &Connection, collection: &OwnedObjectPath) -> Result<bool, KeychainError> {
    let value: OwnedValue = call(
        bus,
        SECRETS,
        collection.as_str(),
        "org.freedesktop.DBus.Properties",
        "Get",
        &(COLLECTION_INTERFACE, "Locked"),
    )
    .await?;
    bool::try_from(value).map_err(|error| KeychainError::Denied(error.to_string()))
}

/// Unlocks, or makes the default collection, whichever the lock needs.
async fn unlock(
    bus: &Connection,
    lock: Lock,
    dialog_opens: &dyn Fn(),
) -> Result<(), KeychainError> {
    let asked = timeout(LOOK_LIMIT, prompt_for(bus, lock)).await;
    let prompt = asked.map_err(|_| KeychainError::Frozen)??;
    if prompt.as_str() == NONE {
        return Ok(());
    }
    dialog_opens();
    match timeout(DIALOG_LIMIT, answer(bus, &prompt)).await {
        Ok(Ok(Answer::Given)) => Ok(()),
        Ok(Ok(Answer::Refused)) => Err(KeychainError::Locked),
        Ok(Err(error)) => Err(error_of(&error)),
        Err(_) => {
            dismiss(bus, &prompt).await;
            Err(KeychainError::Locked)
        }
    }
}

/// Returns the service's prompt; none if no dialog is needed.
async fn prompt_for(bus: &Connection, lock: Lock) -> Result<OwnedObjectPath, KeychainError> {
    match lock {
        Lock::Open => Ok(ObjectPath::from_static_str_unchecked(NONE).into()),
        Lock::Locked(objects) => {
            let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
                service(bus, "Unlock", &(objects,)).await?;
            Ok(prompt)
        }
        Lock::NoCollection => {
            let label = Value::from("Default keyring");
            let properties = HashMap::from([("org.freedesktop.Secret.Collection.Label", label)]);
            let (_, prompt): (OwnedObjectPath, OwnedObjectPath) =
                service(bus, "CreateCollection", &(properties, "default")).await?;
            Ok(prompt)
        }
    }
}

enum Answer {
    Given,
    Refused,
}

/// Opens the dialog and waits for the user's answer, or until the service goes away.
async fn answer(bus: &Connection, prompt: &OwnedObjectPath) -> zbus::Result<Answer> {
    let proxy = zbus::Proxy::new(bus, SECRETS, prompt.as_str(), PROMPT_INTERFACE).await?;
    let mut completed = proxy.receive_signal("Completed").await?;
    let mut owner = proxy.receive_owner_changed().await?;
    proxy.call_method("Prompt", &"").await?;
    let signal = tokio::select! {
        signal = OrderedStreamExt::next(&mut completed) => signal,
        _ = OrderedStreamExt::next(&mut owner) => None,
    };
    let Some(signal) = signal else {
        return Ok(Answer::Refused);
    };
    let (dismissed, _): (bool, OwnedValue) = signal.body().deserialize()?;
    Ok(match dismissed {
        true => Answer::Refused,
        false => Answer::Given,
    })
}

/// Takes an unanswered dialog away.
async fn dismiss(bus: &Connection, prompt: &OwnedObjectPath) {
    let path = prompt.as_str();
    let call = bus.call_method(Some(SECRETS), path, Some(PROMPT_INTERFACE), "Dismiss", &());
    let dismissed = timeout(LOOK_LIMIT, call)
        .await
        .is_ok_and(|call| call.is_ok());
    tracing::info!(dismissed, "the unlock dialog was not answered");
}

async fn service<A, R>(bus: &Connection, method: &str, arguments: &A) -> Result<R, KeychainError>
where
    A: Serialize + DynamicType,
    R: DeserializeOwned + Type,
{
    call(
        bus,
        SECRETS,
        SECRETS_PATH,
        SERVICE_INTERFACE,
        method,
        arguments,
    )
    .await
}

async fn call<A, R>(
    bus: &Connection,
    destination: &str,
    path: &str,
    interface: &str,
    method: &str,
    arguments: &A,
) -> Result<R, KeychainError>
where
    A: Serialize + DynamicType,
    R: DeserializeOwned + Type,
{
    let reply = bus
        .call_method(Some(destination), path, Some(interface), method, arguments)
        .await
        .map_err(|error| error_of(&error))?;
    let body = reply.body();
    body.deserialize().map_err(|error| error_of(&error))
}

fn error_of(error: &zbus::Error) -> KeychainError {
    const GONE: [&str; 5] = [
        "org.freedesktop.DBus.Error.NoReply",
        "org.freedesktop.DBus.Error.Disconnected",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.Timeout",
    ];
    match error {
        zbus::Error::MethodError(name, _, _) if GONE.contains(&name.as_str()) => {
            KeychainError::Frozen
        }
        zbus::Error::InputOutput(_) => KeychainError::Absent,
        other => KeychainError::Denied(other.to_string()),
    }
}
