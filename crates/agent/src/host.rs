//! What the socket asks of the program itself, not of its keeper.

use std::time::Duration;

use rolecall_core::api::host::{HostKind, HostView};
use rolecall_core::api::protocol::{Answer, Call, SealedFileTarget, WireSecret};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

use crate::answer::answer;
use crate::engine::Engine;
use crate::socket::Peer;

/// A program that answers the socket.
pub trait Host: Send + Sync {
    /// Returns which one it is.
    fn kind(&self) -> HostKind;

    /// Opens the window, or brings it to the front.
    ///
    /// # Errors
    /// If it has none.
    fn show_window(&self) -> Result<(), Problem>;

    /// Returns what does the work.
    fn engine(&self) -> &Engine;

    /// Makes the sealed file.
    ///
    /// # Errors
    /// If keys belong elsewhere here, or it cannot be made.
    fn create_sealed_file(&self, passphrase: &Secret) -> Result<(), Problem>;

    /// Ends the program, after the answers in the making.
    ///
    /// # Errors
    /// If only a person at its display may do that.
    fn stop(&self) -> Result<(), Problem>;

    /// Answers what waits, saves everything, and ends the program once this is answered.
    ///
    /// # Errors
    /// As [`Host::stop`].
    fn hand_over(&self) -> Result<(), Problem>;

    /// Returns how long it stays when nobody needs it; `None` if until it is told to end.
    fn idle_limit(&self) -> Option<Duration>;
}

/// Does what `call` of a peer asks, of the program or of its keeper.
///
/// # Errors
/// Why it could not be done.
pub fn receive(host: &dyn Host, call: Call, peer: &Peer<'_>) -> Result<Answer, Problem> {
    let keeper = &host.engine().keeper;
    if call.is_governed() {
        return answer(keeper, call, peer);
    }
    keeper.admit(&peer.requester)?;
    match call {
        Call::Unlock { passphrase, file } => unlock(host, &passphrase, file).map(|()| Answer::Done),
        Call::Host => Ok(Answer::Host(Box::new(view(host)))),
        Call::ShowWindow => host.show_window().map(|()| Answer::Done),
        Call::Stop => host.stop().map(|()| Answer::Done),
        Call::HandOver => host.hand_over().map(|()| Answer::Done),
        call => answer(keeper, call, peer),
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
