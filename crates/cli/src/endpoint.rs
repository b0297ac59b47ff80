//! The container-credentials endpoint: a process that serves one role to one program on 127.0.0.1.
//!
//! It is neither the program's parent nor its child. So `exec` can become the program, which keeps its signals, terminal
//! and exit code, and a program that waits for all its children does not wait for the endpoint. It ends with the
//! program. It holds no key and no session: it asks the application for each request, and survives its restart.

#[cfg(unix)]
mod connection;
#[cfg(unix)]
mod container_request;
#[cfg(unix)]
mod launch;
#[cfg(unix)]
mod peer;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod token_file;
#[cfg(unix)]
mod watched;

use rolecall_core::value::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

#[cfg(unix)]
pub(crate) use launch::{launch, run};

/// How the token reaches the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenDelivery {
    /// In its environment. Only this user's programs may use the token.
    Environment,
    /// In a file, for a container, whose programs may run as another user.
    File,
}

/// The address of a listening endpoint.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Its address.
    pub(crate) url: String,
    /// The token, or the path of its file.
    pub(crate) authorization: String,
    /// Its process.
    pub(crate) process: u32,
}

#[cfg(unix)]
fn failed(what: &str, error: &std::io::Error) -> Problem {
    let remedy = "Check that loopback works and processes can be started, then try again.";
    Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string())
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{launch, run};

/// Systems without Unix sockets, which have no endpoint yet.
#[cfg(not(unix))]
mod elsewhere {
    use super::{Problem, ProblemCode, Ready, TokenDelivery};
    use crate::client::Client;

    pub(crate) struct Launched {
        pub(crate) ready: Ready,
    }

    impl Launched {
        pub(crate) fn wait(self) {}
    }

    pub(crate) fn launch(
        _: &Client,
        _: &str,
        _: u32,
        _: TokenDelivery,
    ) -> Result<Launched, Problem> {
        Err(not_yet())
    }

    pub(crate) fn run(_: &Client, _: &[String]) -> Result<(), Problem> {
        Err(not_yet())
    }

    fn not_yet() -> Problem {
        let what = "Rolecall has no endpoint on this system yet.";
        Problem::new(ProblemCode::NotRunning, what, "Leave out --server.")
    }
}
