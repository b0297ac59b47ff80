//! Systems without Unix sockets, on which the command line cannot reach the application yet.

use std::path::Path;
use std::time::Duration;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::unreachable::{OnQuestion, Unreachable};

/// Returns whether a program serves the socket: none does here.
pub(super) fn is_served(_: &Path) -> bool {
    false
}

pub(super) fn ask(
    _: &Path,
    _: &Call,
    _: Duration,
    _: &OnQuestion<'_>,
) -> Result<Result<Answer, Problem>, Unreachable> {
    let what = "The command line cannot reach Rolecall on Windows yet.";
    Ok(Err(Problem::new(
        ProblemCode::NotRunning,
        what,
        "Use the tray or the window.",
    )))
}
