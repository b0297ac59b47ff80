//! `assume`: starts or renews a session, and shows its identity.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::snapshot::{SessionView, Snapshot};

use super::code_prompt;
use super::output::json;
use super::{reason_prompt, sessions};
use crate::arguments::{Format, Invocation};
use crate::client::{Client, unexpected};
use crate::piped_code::StandardInput;
use crate::terminal;

/// Assumes a role and returns the identity. `role` is the role that was named, or its limited one.
///
/// # Errors
/// Why the role cannot be assumed.
pub(super) fn run(
    client: &Client,
    invocation: &Invocation,
    role: &str,
    format: Format,
) -> Result<String, Problem> {
    let snapshot = client.snapshot()?;
    let named = invocation.command.role().unwrap_or(role).trim();
    let mut reasons = invocation.options.reasons();
    if terminal::is_present() && reasons.is_empty() {
        reasons = reason_prompt::ask(client, &snapshot, named)?;
    }
    let call = |reasons: &[String]| Call::Assume {
        role: role.to_owned(),
        code: None,
        reasons: reasons.to_vec(),
    };
    let Answer::Session(session) = code_prompt::ask(
        client,
        call,
        role,
        reasons,
        StandardInput::Own,
        invocation.options.confirmed,
    )?
    else {
        return Err(unexpected());
    };
    match format {
        Format::Json => json(&session),
        // The call may have found the time of AWS, so the snapshot before it is too old.
        Format::Text => Ok(described(&session, &client.sessions().unwrap_or(snapshot))),
    }
}

/// Returns the time left of a session and its identity.
pub(super) fn described(session: &SessionView, snapshot: &Snapshot) -> String {
    let state = sessions::state(session, sessions::now_of(snapshot));
    let identity = session.identity.as_deref().unwrap_or(&session.role_arn);
    let lines = [
        format!("{}: {state}", session.role),
        format!("You are {identity}"),
    ];
    let packed = session
        .packed_policy_percent
        .map(|percent| format!("Session policies and tags use {percent}% of AWS's limit"));
    let lines = lines.into_iter().chain(packed);
    lines
        .map(|line| visible(&line))
        .collect::<Vec<_>>()
        .join("\n")
}
