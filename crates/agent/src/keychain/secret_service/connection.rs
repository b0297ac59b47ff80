//! The connection to the bus, and the session with the running service.

use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;
use secret_service::{EncryptionType, SecretService};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zbus::fdo::{self, DBusProxy};
use zbus::names::{OwnedUniqueName, WellKnownName};
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};

use super::failure::Failure;
use crate::keychain::exhausted;

/// How long the service may take to start, or to answer a call without a dialog.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_millis(4_800);

/// How long the bus itself may take to answer, which is never busy for long.
const BUS_LIMIT: Duration = Duration::from_secs(3);

/// The well-known name of the service.
pub(super) const SECRETS: &str = "org.freedesktop.secrets";
const SECRETS_PATH: &str = "/org/freedesktop/secrets";
const SERVICE_INTERFACE: &str = "org.freedesktop.Secret.Service";
pub(super) const COLLECTION_INTERFACE: &str = "org.freedesktop.Secret.Collection";
pub(super) const ITEM_INTERFACE: &str = "org.freedesktop.Secret.Item";
const PROPERTIES_INTERFACE: &str = "org.freedesktop.DBus.Properties";

/// The connection to the bus. The first request opens it, and a later one opens it again if it is broken.
#[derive(Default)]
pub(super) struct Connection {
    bus: Option<zbus::Connection>,
    session: Option<Session>,
}

/// A session with one service, which ends with that service.
pub(super) struct Session {
    pub(super) bus: zbus::Connection,
    pub(super) service: SecretService<'static>,
    owner: OwnedUniqueName,
}

impl Connection {
    /// Returns the session with the service, and starts the service if needed.
    ///
    /// # Errors
    /// [`KeychainError::Absent`] if there is no service to start, and [`KeychainError::Frozen`] if the bus does not
    /// respond.
    pub(super) async fn session(&mut self) -> Result<&Session, Failure> {
        let bus = self.bus().await?;
        let starting = timeout(ANSWER_LIMIT, owner(&bus)).await;
        let owner = starting.map_err(|_| KeychainError::Absent)??;
        let kept = self.session.take().filter(|kept| kept.owner == owner);
        let session = match kept {
            Some(kept) => kept,
            None => Session::open(bus, owner).await?,
        };
        Ok(self.session.insert(session))
    }

    /// Drops the connection or session that is gone according to an error.
    pub(super) fn forget(&mut self, error: &KeychainError) {
        self.session = None;
        if *error == KeychainError::Absent {
            self.bus = None;
        }
    }

    async fn bus(&mut self) -> Result<zbus::Connection, KeychainError> {
        if let Some(bus) = &self.bus {
            return Ok(bus.clone());
        }
        let opened = timeout(ANSWER_LIMIT, zbus::Connection::session()).await;
        let opened = opened.map_err(|_| KeychainError::Frozen)?;
        let bus = opened.map_err(|error| match error {
            zbus::Error::InputOutput(error) => exhausted::or(&error, || KeychainError::Absent),
            _ => KeychainError::Absent,
        })?;
        Ok(self.bus.insert(bus).clone())
    }
}

impl Session {
    async fn open(bus: zbus::Connection, owner: OwnedUniqueName) -> Result<Self, Failure> {
        let opening = SecretService::connect_with_existing(EncryptionType::Dh, bus.clone());
        let opened = timeout(ANSWER_LIMIT, opening).await;
        Ok(Self {
            bus,
            service: opened.map_err(|_| KeychainError::Frozen)??,
            owner,
        })
    }

    /// Calls a method of the service that needs no dialog.
    pub(super) async fn call<A, R>(&self, method: &str, arguments: &A) -> Result<R, Failure>
    where
        A: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let call = self.call_of_any_length(method, arguments);
        timeout(ANSWER_LIMIT, call)
            .await
            .map_err(|_| KeychainError::Frozen)?
    }

    /// Calls a method of the service without a time limit.
    pub(super) async fn call_of_any_length<A, R>(
        &self,
        method: &str,
        arguments: &A,
    ) -> Result<R, Failure>
    where
        A: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let interface = Some(SERVICE_INTERFACE);
        let reply = self
            .bus
            .call_method(Some(SECRETS), SECRETS_PATH, interface, method, arguments)
            .await?;
        Ok(reply.body().deserialize()?)
    }

    /// Returns all collections.
    pub(super) async fn collections(&self) -> Result<Vec<OwnedObjectPath>, Failure> {
        let service = OwnedObjectPath::try_from(SECRETS_PATH).map_err(zbus::Error::from)?;
        self.property(&service, SERVICE_INTERFACE, "Collections")
            .await
    }

    /// Returns whether a collection or an item is locked.
    pub(super) async fn is_locked(
        &self,
        path: &OwnedObjectPath,
        interface: &str,
    ) -> Result<bool, Failure> {
        self.property(path, interface, "Locked").await
    }

    /// Returns a property of an object of the service.
    pub(super) async fn property<T>(
        &self,
        path: &OwnedObjectPath,
        interface: &str,
        name: &str,
    ) -> Result<T, Failure>
    where
        T: TryFrom<OwnedValue>,
        zbus::Error: From<T::Error>,
    {
        let arguments = (interface, name);
        let properties = Some(PROPERTIES_INTERFACE);
        let call = self
            .bus
            .call_method(Some(SECRETS), path, properties, "Get", &arguments);
        let answered = timeout(ANSWER_LIMIT, call).await;
        let reply = answered.map_err(|_| KeychainError::Frozen)??;
        let value: OwnedValue = reply.body().deserialize()?;
        Ok(T::try_from(value).map_err(zbus::Error::from)?)
    }
}

/// Returns the owner of the service's name, and starts the service if there is none.
async fn owner(bus: &zbus::Connection) -> Result<OwnedUniqueName, Failure> {
    let dbus = DBusProxy::new(bus).await?;
    let name = WellKnownName::from_static_str_unchecked(SECRETS);
    let asked = timeout(BUS_LIMIT, dbus.get_name_owner(name.clone().into())).await;
    match asked.map_err(|_| KeychainError::Frozen)? {
        Err(fdo::Error::NameHasNoOwner(_)) => {
            let started = dbus.start_service_by_name(name.clone(), 0).await;
            started.map_err(|_| KeychainError::Absent)?;
            Ok(dbus.get_name_owner(name.clone().into()).await?)
        }
        owner => Ok(owner?),
    }
}
