//! Without Unix sockets the command line cannot reach the application yet; every call returns that problem.

use std::path::Path;
use std::time::Duration;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::Handler;

/// A server that does nothing.
pub struct Server(());

impl Server {
    /// Does nothing.
    pub fn close(&mut self) {}

    /// Does nothing.
    pub fn await_answers(&self, _: usize, _: Duration) {}
}

/// Returns the problem that there is no socket.
///
/// # Errors
/// Always.
pub fn serve(_: &Path, _: Handler) -> Result<Server, Problem> {
    Err(not_yet())
}

/// Returns the problem that there is no socket.
///
/// # Errors
/// Always.
pub fn ask(_: &Path, _: Call, _: Duration) -> Result<Answer, Problem> {
    Err(not_yet())
}

fn not_yet() -> Problem {
    let what = "The command line cannot reach Rolecall on Windows yet.";
    Problem::new(ProblemCode::NotRunning, what, "Use the tray or the window.")
}
