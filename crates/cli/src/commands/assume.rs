//! `assume`: a session, and who one is in it.

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::{SessionView, Snapshot};

use super::{attended, sessions, why};
use crate::arguments::{Format, Invocation};
use crate::client::{Client, unexpected};
use crate::terminal;

/// Assumes a role and returns who one is then. `role` is the one that was named, or its limited one.
///
/// # Errors
/// Why it could not be assumed.
pub(super) fn run(
    client: &Client,
    invocation: &Invocation,
    role: &str,
    format: Format,
) -> Result<String, Problem> {
    let snapshot = client.snapshot()?;
    let named = invocation.command.role().unwrap_or(role).trim();
    if terminal::is_present() && invocation.wish.reason.is_none() {
        why::ask(client, &snapshot, named)?;
    }
    let call = || Call::Assume {
        role: role.to_owned(),
        code: None,
    };
    let Answer::Session(session) = attended::ask(client, call, role)? else {
        return Err(unexpected());
    };
    match format {
        Format::Json => super::json(&session),
        Format::Text => Ok(told(&session, &snapshot)),
    }
}

/// Returns how long a session lasts and who one is in it.
pub(super) fn told(session: &SessionView, snapshot: &Snapshot) -> String {
    let state = sessions::state(session, sessions::now_of(snapshot));
    let identity = session.identity.as_deref().unwrap_or(&session.role_arn);
    let lines = [
        format!("{}: {state}", session.role),
        format!("You are {identity}"),
    ];
    let packed = session
        .packed_policy_percent
        .map(|percent| format!("Its policies and tags take {percent} % of what AWS allows"));
    let lines = lines.into_iter().chain(packed);
    lines
        .map(|line| visible(&line))
        .collect::<Vec<_>>()
        .join("\n")
}
