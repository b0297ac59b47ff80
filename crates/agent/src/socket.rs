//! The local socket between the command line and the running application. Only this user can connect, and no answer
//! contains a long-term secret.

#[cfg(unix)]
mod acceptor;
#[cfg(unix)]
mod ask;
#[cfg(unix)]
mod connection;
#[cfg(unix)]
mod incoming;
#[cfg(unix)]
mod lane;
#[cfg(unix)]
mod open_files;
#[cfg(unix)]
mod peer;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod slots;
#[cfg(not(unix))]
mod windows;
#[cfg(unix)]
mod workers;

use std::sync::Arc;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::asker::requester::Requester;
use rolecall_core::value::problem::Problem;
use rolecall_keeper::Waiter;

#[cfg(unix)]
pub use ask::ask;
#[cfg(unix)]
pub(crate) use place::prepare as prepare_dir;
#[cfg(unix)]
pub use server::{Server, serve};
#[cfg(not(unix))]
pub use windows::{Server, ask, serve};

/// Answers the call of a peer. It may block, and runs on many threads at once.
pub type Handler = Arc<dyn Fn(Call, &Peer<'_>) -> Result<Answer, Problem> + Send + Sync>;

/// A place among the requests that are answered at once.
pub trait Park {
    /// Gives the place up, to wait for AWS, the keychain or the user.
    ///
    /// # Errors
    /// If too many wait already.
    fn park(&self) -> Result<(), Problem>;
}

/// The process at the other end of a connection.
pub struct Peer<'a> {
    /// The process, as far as the kernel identifies it.
    pub requester: Requester,
    waiter: &'a dyn Waiter,
    place: Option<&'a dyn Park>,
}

impl<'a> Peer<'a> {
    /// Returns a peer whose answer `waiter` waits for.
    pub fn new(requester: Requester, waiter: &'a dyn Waiter) -> Self {
        Self {
            requester,
            waiter,
            place: None,
        }
    }

    /// Returns the peer with a place that it gives up while it waits.
    #[must_use]
    pub fn parked_by(self, place: &'a dyn Park) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }

    /// Gives up the place among the requests that are answered at once. Call it before each wait for AWS, the keychain
    /// or the user.
    ///
    /// # Errors
    /// If too many wait already.
    pub fn park(&self) -> Result<(), Problem> {
        self.place.map_or(Ok(()), Park::park)
    }

    /// Returns the process with all its ancestors, which takes longer.
    pub fn closer(&self) -> Requester {
        let closer = self.waiter.look_closer();
        closer.unwrap_or_else(|| self.requester.clone())
    }

    /// Returns the waiter for the time while the user is asked.
    pub fn waiter(&self) -> &'a dyn Waiter {
        self.waiter
    }
}
