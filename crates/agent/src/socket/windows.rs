//! Where there are no Unix sockets the command line cannot reach the application yet; this says so.

use std::path::Path;
use std::time::Duration;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::Handler;

/// The server, of which there is none.
pub struct Server(());

impl Server {
    /// Does nothing.
    pub fn close(&mut self) {}

    /// Waits for nothing.
    pub fn await_answers(&self, _: usize, _: Duration) {}
}

/// Serves nothing.
///
/// # Errors
/// Always.
pub fn serve(_: &Path, _: Handler) -> Result<Server, Problem> {
    Err(not_yet())
}

/// Asks nobody.
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
