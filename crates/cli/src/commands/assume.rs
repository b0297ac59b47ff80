//! `assume`: a session, and who one is in it.

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::{SessionView, Snapshot};

use super::{attended, sessions};
use crate::arguments::Format;
use crate::client::{Client, unexpected};

/// Assumes a role and returns who one is then.
///
/// # Errors
/// Why it could not be assumed.
pub(super) fn run(client: &Client, role: &str, format: Format) -> Result<String, Problem> {
    let snapshot = client.snapshot()?;
    let call = Call::Assume {
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
    lines.map(|line| visible(&line)).join("\n")
}
