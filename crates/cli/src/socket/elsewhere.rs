//! Systems without Unix sockets, on which the command line cannot reach the application yet.

use std::path::Path;
use std::time::Duration;

use rolecall_core::api::protocol::Call;
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::unreachable::{OnQuestion, Reply, Unreachable};

/// Returns whether a program serves the socket: none does here.
pub(super) fn is_served(_: &Path) -> bool {
    false
}

/// Returns the process that serves the socket: none does here.
pub(super) fn served_by(_: &Path) -> Option<i32> {
    None
}

pub(super) fn ask(
    _: &Path,
    _: &Call,
    _: Duration,
    _: &OnQuestion<'_>,
) -> Result<Reply, Unreachable> {
    let what = "The command line cannot reach Rolecall on Windows yet.";
    let problem = Problem::new(ProblemCode::NotRunning, what, "Use the tray or the window.");
    Ok(Reply {
        process: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        answer: Err(problem),
    })
}
