//! Where there are no Unix sockets, the application cannot be reached yet.

use std::path::Path;
use std::time::Duration;

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};

use super::{OnAsking, Unreachable};

/// Returns whether somebody serves the socket: nobody here.
pub(super) fn is_served(_: &Path) -> bool {
    false
}

pub(super) fn ask(
    _: &Path,
    _: &Call,
    _: Duration,
    _: &OnAsking<'_>,
) -> Result<Result<Answer, Problem>, Unreachable> {
    let what = "The command line cannot reach Rolecall on Windows yet.";
    Ok(Err(Problem::new(
        ProblemCode::NotRunning,
        what,
        "Use the tray or the window.",
    )))
}
