//! The container-credentials endpoint: a process of its own that serves one role to one program, on 127.0.0.1.
//!
//! It is neither the program's parent nor its child. So `exec` can still become the program, whose signals, terminal
//! and exit code stay its own, and a program that waits for all its children does not wait for the endpoint. It ends
//! when the program does, however that ends, and holds no key and no session: for each request it asks the
//! application, which may be restarted meanwhile.

#[cfg(unix)]
mod connection;
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

use rolecall_core::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

#[cfg(unix)]
pub(crate) use launch::{launch, run};

/// How the token reaches the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandOver {
    /// In its environment; only this user's programs may use it.
    Environment,
    /// In a file, which a container can be given; a container's programs may be other users' to this machine.
    File,
}

/// What an endpoint says once it listens.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Where it listens.
    pub(crate) url: String,
    /// The token, or the path of the file that holds it.
    pub(crate) authorization: String,
    /// The process that listens.
    pub(crate) process: u32,
}

fn failed(what: &str, error: &std::io::Error) -> Problem {
    let remedy = "Check that loopback works and processes can be started, then try again.";
    Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string())
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{launch, run};

/// Where there are no Unix sockets, the application cannot be reached, and so there is no endpoint yet.
#[cfg(not(unix))]
mod elsewhere {
    use super::{HandOver, Problem, Ready, failed};
    use crate::client::Client;

    pub(crate) struct Launched {
        pub(crate) ready: Ready,
    }

    impl Launched {
        pub(crate) fn wait(self) {}
    }

    pub(crate) fn launch(_: &Client, _: &str, _: u32, _: HandOver) -> Result<Launched, Problem> {
        let error = std::io::Error::from(std::io::ErrorKind::Unsupported);
        Err(failed("There is no endpoint on this system yet.", &error))
    }

    pub(crate) fn run(_: &Client, _: &[String]) -> Result<(), Problem> {
        let error = std::io::Error::from(std::io::ErrorKind::Unsupported);
        Err(failed("There is no endpoint on this system yet.", &error))
    }
}
