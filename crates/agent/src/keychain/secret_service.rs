//! The Secret Service: gnome-keyring, KWallet, KeePassXC.
//!
//! One connection to the bus lasts as long as the program, because KeePassXC stores permissions per connection and asks
//! again on a new one.
//!
//! <https://specifications.freedesktop.org/secret-service-spec/latest/>

mod connection;
mod dialog;
mod failure;
mod items;
mod kwallet;
mod others;

use std::cell::Cell;
use std::time::Duration;

use rolecall_core::value::keychain_error::KeychainError;
use tokio::runtime::{Builder, Runtime};

use super::exhausted;
use super::request::{Backend, Outcome, Request, Values, Work};
use super::worker::Timeouts;
use crate::secret_store::Asking;
use connection::{ANSWER_LIMIT, Connection};
use dialog::{DIALOG_LIMIT, Dialogs};
use failure::Failure;

/// Slightly more than the limits of a call and of a dialog, so that their more specific errors come first.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    answer: ANSWER_LIMIT.saturating_add(Duration::from_millis(700)),
    dialog: DIALOG_LIMIT.saturating_add(Duration::from_secs(2)),
};

/// The default collection of the Secret Service.
#[derive(Default)]
pub(super) struct PlatformBackend {
    runtime: Option<Runtime>,
    connection: Connection,
}

/// Returns the keychain of this desktop, not connected yet.
pub(super) fn backend() -> PlatformBackend {
    PlatformBackend::default()
}

impl Backend for PlatformBackend {
    fn run(&mut self, request: &Request, dialog_opens: &dyn Fn()) -> Outcome {
        let runtime = match &mut self.runtime {
            Some(runtime) => runtime,
            none => none.insert(new_runtime()?),
        };
        runtime
            .block_on(run(&mut self.connection, request, dialog_opens))
            .map_err(exhausted::or_else)
    }
}

fn new_runtime() -> Result<Runtime, KeychainError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| exhausted::or_denied(&error))
}

/// Runs a request, and repeats it once if the bus or the service went away. After a dialog, the repetition opens none.
async fn run(connection: &mut Connection, request: &Request, dialog_opens: &dyn Fn()) -> Outcome {
    let dialog_opened = Cell::new(false);
    let opens = || {
        dialog_opened.set(true);
        dialog_opens();
    };
    let first = attempt(connection, request, request.asking, &opens).await;
    let Err(Failure::Lost(error)) = first else {
        return Ok(first?);
    };
    tracing::info!(%error, "the Secret Service went away; trying once more");
    connection.forget(&error);
    let asking = match dialog_opened.get() {
        true => Asking::Quiet,
        false => request.asking,
    };
    Ok(attempt(connection, request, asking, &opens).await?)
}

async fn attempt(
    connection: &mut Connection,
    request: &Request,
    asking: Asking,
    dialog_opens: &dyn Fn(),
) -> Result<Values, Failure> {
    let session = connection.session().await?;
    let dialogs = Dialogs::new(&session.bus, asking, dialog_opens);
    match &request.work {
        Work::Item(request) => items::run(session, &dialogs, request).await,
        Work::Accounts => items::accounts(session, &dialogs).await,
        Work::Others(others) => others::run(session, &dialogs, others).await,
    }
}
