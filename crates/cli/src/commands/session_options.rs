//! The limits that a command line gives for its session.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::Problem;

use crate::arguments::{Command, SessionOptions};
use crate::client::{Client, unexpected};

/// Passes limits to the application, and returns the command with the name of the limited role.
///
/// # Errors
/// If the role cannot be limited so.
pub(super) fn apply(
    client: &Client,
    command: &Command,
    options: &SessionOptions,
) -> Result<Command, Problem> {
    let mut command = command.clone();
    let Some(role) = command.limitable_role() else {
        return Ok(command);
    };
    if !options.limits.is_empty() {
        let call = Call::Limited {
            role: role.clone(),
            limits: options.limits.clone(),
        };
        let Answer::Name(name) = client.ask(call)? else {
            return Err(unexpected());
        };
        *role = name;
    }
    Ok(command)
}
