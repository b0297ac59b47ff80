//! What a command wants beyond its role: limits of the session, and the reason for it.

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};

use crate::arguments::{Command, Wish};
use crate::client::{Client, unexpected};

/// Tells the application what the command wants, and returns the command with the name of the limited role.
///
/// # Errors
/// If the role cannot be limited so, or does not take the reason.
pub(super) fn fulfilled(
    client: &Client,
    command: &Command,
    wish: &Wish,
) -> Result<Command, Problem> {
    let mut command = command.clone();
    let Some(role) = command.role_mut() else {
        return Ok(command);
    };
    if !wish.limits.is_empty() {
        let call = Call::Limited {
            role: role.clone(),
            limits: wish.limits.clone(),
        };
        let Answer::Name(name) = client.ask(call)? else {
            return Err(unexpected());
        };
        *role = name;
    }
    if let Some(reason) = wish.reason.clone() {
        let call = Call::GiveReason {
            role: role.clone(),
            reason,
        };
        let Answer::Done = client.ask(call)? else {
            return Err(unexpected());
        };
    }
    Ok(command)
}
