//! Whether the desktop has a tray: on Linux, a StatusNotifierWatcher with a host. GNOME has none without an extension.
//! <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/>

/// What the desktop has for the tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "other systems always have a tray")
)]
pub(crate) enum TrayHost {
    /// A tray.
    Present,
    /// No tray.
    Missing,
    /// No session bus, which the tray needs.
    NoBus,
}

/// Watches for a tray host without polling while there is a session bus. Calls `on_change` within three seconds, and after
/// each change. If the bus ends, this waits for one at the same address.
#[cfg(target_os = "linux")]
pub(crate) fn watch(on_change: impl Fn(TrayHost) + Send + Sync + 'static) {
    tauri::async_runtime::spawn(async move { linux::watch(&on_change).await });
}

/// Calls `on_change` once: the tray is part of the system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(on_change: impl Fn(TrayHost) + Send + Sync + 'static) {
    on_change(TrayHost::Present);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use futures_util::StreamExt;
    use futures_util::stream::select;
    use tokio::time::timeout;
    use zbus::{Connection, MatchRule, MessageStream, message};

    use super::TrayHost;

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const WATCHER_PATH: &str = "/StatusNotifierWatcher";
    /// The timeout of a call to the watcher.
    const DEADLINE: Duration = Duration::from_secs(2);
    /// How long to wait for a watcher that starts with the session.
    const STARTUP_WAIT: Duration = Duration::from_millis(1500);
    /// How often to look for a session bus while there is none.
    const BUS_STEP: Duration = Duration::from_secs(2);

    #[expect(
        clippy::disallowed_methods,
        reason = "nothing tells when a session bus starts"
    )]
    pub(super) async fn watch(on_change: &(impl Fn(TrayHost) + Send + Sync)) -> ! {
        let mut reported = None;
        loop {
            let mut report = |host| {
                if reported.replace(host) != Some(host) {
                    on_change(host);
                }
            };
            match watch_bus(&mut report).await {
                Ok(()) => tracing::info!("the session bus has ended"),
                Err(error) => tracing::info!(%error, "the session bus cannot be reached"),
            }
            report(TrayHost::NoBus);
            tokio::time::sleep(BUS_STEP).await;
        }
    }

    /// Watches for a tray host until the bus ends.
    async fn watch_bus(report: &mut (impl FnMut(TrayHost) + Send)) -> zbus::Result<()> {
        let connection = Connection::session().await?;
        let signal = || MatchRule::builder().msg_type(message::Type::Signal);
        let owner = signal()
            .interface("org.freedesktop.DBus")?
            .member("NameOwnerChanged")?
            .arg(0, WATCHER)?
            .build();
        let host = signal().interface(WATCHER)?.build();
        let owner_changes = MessageStream::for_match_rule(owner, &connection, None).await?;
        let host_changes = MessageStream::for_match_rule(host, &connection, None).await?;
        let mut changes = select(owner_changes, host_changes);
        let mut host = find_host(&connection).await;
        if host == TrayHost::Missing && timeout(STARTUP_WAIT, changes.next()).await.is_ok() {
            host = find_host(&connection).await;
        }
        report(host);
        // An error is the end of the bus.
        while let Some(Ok(_)) = changes.next().await {
            report(find_host(&connection).await);
        }
        Ok(())
    }

    async fn find_host(connection: &Connection) -> TrayHost {
        match has_host(connection).await {
            true => TrayHost::Present,
            false => TrayHost::Missing,
        }
    }

    /// Does not start a service, since only a running panel has a tray.
    async fn has_host(connection: &Connection) -> bool {
        let asked = connection.call_method(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            Some("org.freedesktop.DBus"),
            "NameHasOwner",
            &WATCHER,
        );
        let owned = match timeout(DEADLINE, asked).await {
            Ok(Ok(reply)) => reply.body().deserialize::<bool>().unwrap_or_default(),
            Ok(Err(_)) | Err(_) => false,
        };
        owned && host_is_registered(connection).await
    }

    /// A watcher without this property counts as having a host; registration will show.
    async fn host_is_registered(connection: &Connection) -> bool {
        let asked = connection.call_method(
            Some(WATCHER),
            WATCHER_PATH,
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &(WATCHER, "IsStatusNotifierHostRegistered"),
        );
        match timeout(DEADLINE, asked).await {
            Ok(Ok(reply)) => {
                let value = reply.body().deserialize::<zbus::zvariant::OwnedValue>();
                value
                    .ok()
                    .and_then(|value| bool::try_from(value).ok())
                    .unwrap_or(true)
            }
            Ok(Err(_)) => true,
            Err(_) => false,
        }
    }
}
