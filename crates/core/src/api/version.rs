//! The check of the protocol's version.

use crate::api::protocol::VERSION;
use crate::value::problem::{Problem, ProblemCode};

/// Checks that both ends speak the same version.
///
/// # Errors
/// Says the versions of both programs.
pub fn check_version(theirs: u32, their_program: &str, our_program: &str) -> Result<(), Problem> {
    if theirs == VERSION {
        return Ok(());
    }
    let theirs_shown = crate::value::sanitise::echo(their_program);
    let what = format!(
        "Rolecall {our_program} and {theirs_shown} are not compatible (protocol {VERSION} and {theirs})."
    );
    let remedy = "Quit Rolecall and start the newer version.";
    Err(Problem::new(ProblemCode::VersionMismatch, what, remedy))
}
