//! What the socket asks of the program itself, not of its keeper.

use std::sync::Arc;

use rolecall_core::host::{HostKind, HostView};
use rolecall_core::keeper::Keeper;
use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};

use crate::answer::answer;
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

    /// Ends the program, after the answers in the making.
    ///
    /// # Errors
    /// If only a person at its display may do that.
    fn stop(&self) -> Result<(), Problem>;
}

/// Does what `call` of a peer asks, of the program or of its keeper.
///
/// # Errors
/// Why it could not be done.
pub fn receive(
    keeper: &Arc<Keeper>,
    host: &dyn Host,
    call: Call,
    peer: &Peer<'_>,
) -> Result<Answer, Problem> {
    if call.is_for_a_role() {
        return answer(keeper, call, peer);
    }
    keeper.admit(&peer.requester)?;
    match call {
        Call::Host => Ok(Answer::Host(Box::new(view(host)))),
        Call::ShowWindow => host.show_window().map(|()| Answer::Done),
        Call::Stop => host.stop().map(|()| Answer::Done),
        call => answer(keeper, call, peer),
    }
}

fn view(host: &dyn Host) -> HostView {
    HostView {
        kind: host.kind(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
    }
}
