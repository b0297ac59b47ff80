//! The Secret Service: gnome-keyring, KWallet, KeePassXC.

use std::collections::HashMap;
use std::time::Duration;

use keyring_core::Error;
use zbus_secret_service_keyring_store::Store;
use zeroize::Zeroizing;

use super::gate::{self, DIALOG_LIMIT, LOOK_LIMIT};
use super::worker::Patience;
use super::{Order, Outcome, entry};

/// A little more than the gate's own limits, so that its more exact errors come first.
pub(super) const PATIENCE: Patience = Patience {
    answer: LOOK_LIMIT.saturating_add(Duration::from_millis(700)),
    dialog: DIALOG_LIMIT.saturating_add(Duration::from_secs(2)),
};

/// The default collection of the Secret Service. Each call opens a session of its own, so none outlives a restart of
/// the service.
pub(super) struct Vault;

impl super::Vault for Vault {
    fn carry_out(&mut self, order: &Order, dialog_opens: &dyn Fn()) -> Outcome {
        gate::pass(order, order.asking, dialog_opens)?;
        match attempt(order) {
            // The service went away between gate and call, or the session with it.
            Err(Error::PlatformFailure(error)) => {
                tracing::info!(%error, "the Secret Service failed; trying once more");
                gate::pass(order, super::Asking::Quiet, dialog_opens)?;
                attempt(order).map_err(|error| entry::error_of(&error))
            }
            result => result.map_err(|error| entry::error_of(&error)),
        }
    }
}

fn attempt(order: &Order) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let store = Store::new()?;
    entry::carry_out(&*store, order)
}

/// Returns what the store is told of an item besides its name: what the desktop's keychain program shows.
pub(super) fn modifiers(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("label", label)])
}
