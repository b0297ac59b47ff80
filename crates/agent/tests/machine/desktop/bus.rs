//! A client of the session bus for tests.

use std::collections::HashMap;

use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::variable;

/// A client of the session bus.
pub(crate) struct Bus {
    runtime: tokio::runtime::Runtime,
    connection: zbus::Connection,
}

impl Bus {
    /// Returns the bus of this process's environment.
    pub(crate) fn session() -> Self {
        let address = variable("DBUS_SESSION_BUS_ADDRESS").expect("a bus");
        Self::at(&address.to_string_lossy())
    }

    pub(super) fn at(address: &str) -> Self {
        Self::try_at(address).expect("a bus")
    }

    pub(super) fn try_at(address: &str) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let connection = runtime.block_on(async {
            zbus::connection::Builder::address(address)
                .ok()?
                .build()
                .await
                .ok()
        })?;
        Some(Self {
            runtime,
            connection,
        })
    }

    /// Returns the process that owns the Secret Service's name.
    pub(crate) fn keychain_pid(&self) -> Option<u32> {
        let reply = self.call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "GetConnectionUnixProcessID",
            &"org.freedesktop.secrets",
        );
        reply.ok()?.body().deserialize().ok()
    }

    /// Returns how many connections there are.
    pub(crate) fn connections(&self) -> usize {
        let (bus, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        let reply = self.call(bus, path, bus, "ListNames", &());
        let names: Vec<String> = reply
            .expect("an answer")
            .body()
            .deserialize()
            .expect("names");
        names.iter().filter(|name| name.starts_with(':')).count()
    }

    /// Sets the display for services that the bus starts.
    pub(crate) fn set_display(&self, name: &str) {
        let variables = HashMap::from([("DISPLAY", name)]);
        self.call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "UpdateActivationEnvironment",
            &(variables,),
        )
        .expect("takes variables");
    }

    /// Locks the default collection.
    pub(crate) fn lock(&self) {
        let reply = self.secrets("ReadAlias", &"default").expect("an answer");
        let collection: OwnedObjectPath = reply.body().deserialize().expect("a path");
        self.secrets("Lock", &vec![collection]).expect("locks");
    }

    /// Returns the labels of all our items.
    pub(crate) fn labels(&self) -> Vec<String> {
        let ours = HashMap::from([("service", "rolecall")]);
        let reply = self.secrets("SearchItems", &(ours,)).expect("an answer");
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            reply.body().deserialize().expect("paths");
        open.iter()
            .chain(&locked)
            .map(|item| self.label(item))
            .collect()
    }

    fn label(&self, item: &OwnedObjectPath) -> String {
        let reply = self
            .call(
                "org.freedesktop.secrets",
                item.as_str(),
                "org.freedesktop.DBus.Properties",
                "Get",
                &("org.freedesktop.Secret.Item", "Label"),
            )
            .expect("a label");
        let value: OwnedValue = reply.body().deserialize().expect("a value");
        String::try_from(value).expect("text")
    }

    fn secrets<A>(&self, method: &str, arguments: &A) -> zbus::Result<zbus::Message>
    where
        A: serde::Serialize + zbus::zvariant::DynamicType,
    {
        self.call(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service",
            method,
            arguments,
        )
    }

    fn call<A>(
        &self,
        destination: &str,
        path: &str,
        interface: &str,
        method: &str,
        arguments: &A,
    ) -> zbus::Result<zbus::Message>
    where
        A: serde::Serialize + zbus::zvariant::DynamicType,
    {
        self.runtime.block_on(self.connection.call_method(
            Some(destination),
            path,
            Some(interface),
            method,
            arguments,
        ))
    }
}
