//! The login keychain of macOS.

use std::collections::HashMap;
use std::time::Duration;

use apple_native_keyring_store::keychain::Store;

use super::entry;
use super::request::{Backend, Outcome, Request, Work};
use super::worker::Timeouts;

/// macOS does not announce that it asks the user, so every call can take as long as its dialog.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    answer: Duration::from_secs(120),
    dialog: Duration::from_secs(120),
};

/// The user's login keychain, which shows its own dialogs.
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

/// Returns the additional attributes of an item. The store has no labels.
fn modifiers(_: &str) -> HashMap<&str, &str> {
    HashMap::new()
}
