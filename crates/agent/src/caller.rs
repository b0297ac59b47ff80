//! Who sends a call, and which calls they may send.

use rolecall_core::api::call_rules::CallerKind;
use rolecall_core::api::protocol::Call;
use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::Keeper;

use crate::socket::Peer;

/// Who sends a call.
pub enum Caller<'a> {
    /// The application's own window, where the user clicks.
    Window,
    /// A program over the socket.
    Program(&'a Peer<'a>),
}

impl<'a> Caller<'a> {
    /// Returns the program, or `None` for the window.
    pub(crate) fn requester(&self) -> Option<Requester> {
        match self {
            Self::Window => None,
            Self::Program(peer) => Some(peer.requester.clone()),
        }
    }

    /// Returns the program at the other end of the socket.
    ///
    /// # Errors
    /// If it is the window.
    pub(crate) fn peer(&self) -> Result<&'a Peer<'a>, Problem> {
        match self {
            Self::Window => Err(not_for_the_caller()),
            Self::Program(peer) => Ok(peer),
        }
    }

    /// Checks that the caller may send this call. A call that the policy of a role or key decides about is checked by
    /// the keeper.
    ///
    /// # Errors
    /// If the call is for other callers, or the program runs in a container and may make no requests.
    pub(crate) fn check(&self, keeper: &Keeper, call: &Call) -> Result<(), Problem> {
        let rules = call.rules();
        let kind = match self {
            Self::Window => CallerKind::Window,
            Self::Program(_) => CallerKind::Program,
        };
        if !rules.callers.include(kind) {
            return Err(not_for_the_caller());
        }
        match (self, rules.access.request()) {
            (Self::Program(peer), None) => keeper.admit(&peer.requester),
            (Self::Window, _) | (Self::Program(_), Some(_)) => Ok(()),
        }
    }
}

fn not_for_the_caller() -> Problem {
    let what = "This call is not for this program.";
    let remedy = "Use Rolecall's window.";
    Problem::new(ProblemCode::NotAllowed, what, remedy)
}
