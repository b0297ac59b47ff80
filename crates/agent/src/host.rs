//! Calls on the socket that are for the program itself, not for its keeper.

use std::time::Duration;

use rolecall_core::api::host::{HostKind, HostView};
use rolecall_core::api::protocol::{Answer, Call, SealedFileTarget, WireSecret};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

use crate::answer::answer;
use crate::engine::Engine;
use crate::socket::Peer;

/// A program that serves the socket.
pub trait Host: Send + Sync {
    /// Returns the kind of program.
    fn kind(&self) -> HostKind;

    /// Opens the window, or brings it to the front.
    ///
    /// # Errors
    /// If it has none.
    fn show_window(&self) -> Result<(), Problem>;

    /// Returns the engine.
    fn engine(&self) -> &Engine;

    /// Creates the sealed file.
    ///
    /// # Errors
    /// If this program uses the keychain, or the file cannot be created.
    fn create_sealed_file(&self, passphrase: &Secret) -> Result<(), Problem>;

    /// Ends the program, after pending answers.
    ///
    /// # Errors
    /// If only the user can end it, in its window or menu.
    fn stop(&self) -> Result<(), Problem>;

    /// Answers pending calls, saves everything, and then ends the program.
    ///
    /// # Errors
    /// As [`Host::stop`].
    fn hand_over(&self) -> Result<(), Problem>;

    /// Returns how long it stays when idle; `None` is forever.
    fn idle_limit(&self) -> Option<Duration>;
}

/// Executes a call of a peer, for the program or for its keeper.
///
/// # Errors
/// Why it could not be done.
pub fn receive(host: &dyn Host, call: Call, peer: &Peer<'_>) -> Result<Answer, Problem> {
    let Engine {
        keeper, in_flight, ..
    } = host.engine();
    if call.rules().access.request().is_none() {
        keeper.admit(&peer.requester)?;
    }
    match call {
        Call::Unlock { passphrase, file } => unlock(host, &passphrase, file).map(|()| Answer::Done),
        Call::Host => Ok(Answer::Host(Box::new(view(host)))),
        Call::ShowWindow => host.show_window().map(|()| Answer::Done),
        Call::Stop => host.stop().map(|()| Answer::Done),
        Call::HandOver => host.hand_over().map(|()| Answer::Done),
        Call::Import {
            from,
            file,
            dry_run,
        } => {
            let import_data = host.engine().import_data(from, file.as_deref())?;
            let imported = keeper.import(from, &import_data, dry_run);
            imported.map(Answer::Imported)
        }
        call => answer(keeper, in_flight, call, peer),
    }
}

fn unlock(host: &dyn Host, passphrase: &WireSecret, file: SealedFileTarget) -> Result<(), Problem> {
    let passphrase = Secret::new(passphrase.expose().to_owned());
    match file {
        SealedFileTarget::Existing => host.engine().unlock(&passphrase),
        SealedFileTarget::New => host.create_sealed_file(&passphrase),
    }
}

fn view(host: &dyn Host) -> HostView {
    let (sealed_file, sealed_file_state) = host.engine().sealed_file();
    HostView {
        kind: host.kind(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        sealed_file,
        sealed_file_state,
        idle_limit_s: host.idle_limit().map(|limit| limit.as_secs()),
    }
}
