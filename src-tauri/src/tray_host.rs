//! Whether the desktop has a tray: on Linux, a StatusNotifierWatcher with a host. GNOME has none without an extension.
//! <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/>

use std::sync::atomic::{AtomicBool, Ordering};

static PRESENT: AtomicBool = AtomicBool::new(!cfg!(target_os = "linux"));

/// Returns whether there was a tray host at the last check.
pub(crate) fn is_present() -> bool {
    PRESENT.load(Ordering::Acquire)
}

/// Watches for a tray host without polling. Calls `on_change` within three seconds, and after each change.
#[cfg(target_os = "linux")]
pub(crate) fn watch(on_change: impl Fn(bool) + Send + Sync + 'static) {
    tauri::async_runtime::spawn(async move {
        if let Err(error) = linux::watch(&on_change).await {
            tracing::warn!(%error, "the session bus cannot be watched for a tray host");
            linux::report(false, &on_change);
        }
    });
}

/// Calls `on_change` once: the tray is part of the system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(on_change: impl Fn(bool) + Send + Sync + 'static) {
    on_change(is_present());
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use futures_util::StreamExt;
    use futures_util::stream::select;
    use tokio::time::timeout;
    use zbus::{Connection, MatchRule, MessageStream, message};

    use super::{Ordering, PRESENT};

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const WATCHER_PATH: &str = "/StatusNotifierWatcher";
    /// The timeout of a call to the watcher.
    const DEADLINE: Duration = Duration::from_secs(2);
    /// How long to wait for a watcher that starts with the session.
    const STARTUP_WAIT: Duration = Duration::from_millis(1500);

    pub(super) fn report(present: bool, on_change: &(impl Fn(bool) + Send + Sync)) {
        PRESENT.store(present, Ordering::Release);
        on_change(present);
    }

    pub(super) async fn watch(on_change: &(impl Fn(bool) + Send + Sync)) -> zbus::Result<()> {
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
        let mut reported = if has_host(&connection).await {
            Some(true)
        } else {
            let appeared = timeout(STARTUP_WAIT, changes.next()).await.is_ok();
            Some(appeared && has_host(&connection).await)
        };
        report(reported == Some(true), on_change);
        while changes.next().await.is_some() {
            let present = has_host(&connection).await;
            if reported != Some(present) {
                reported = Some(present);
                report(present, on_change);
            }
        }
        Ok(())
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
