//! The Credential Manager of Windows.

use std::collections::HashMap;
use std::time::Duration;

use windows_native_keyring_store::Store;

use super::entry;
use super::request::{Backend, Outcome, Request, Work};
use super::worker::Timeouts;

/// The Credential Manager is open while its user is signed in, so it never asks.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    answer: Duration::from_secs(5),
    dialog: Duration::from_secs(5),
};

/// The user's credentials on this machine.
pub(super) struct PlatformBackend;

/// Returns the keychain of this system.
pub(super) fn backend() -> PlatformBackend {
    PlatformBackend
}

impl Backend for PlatformBackend {
    fn run(&mut self, request: &Request, _dialog_opens: &dyn Fn()) -> Outcome {
        let Work::Item(request) = &request.work else {
            return Err(entry::unsupported());
        };
        Store::new()
            .and_then(|store| entry::run(&*store, request, &modifiers(&request.label)))
            .map_err(|error| entry::error_of(&error))
    }
}

/// Returns the additional attributes of an item. "Local" prevents roaming to other machines. The store has no labels.
fn modifiers(_: &str) -> HashMap<&str, &str> {
    HashMap::from([("persistence", "Local")])
}
