//! `assume`: a session, with the code asked for where a person sits.

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, WireSecret};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::{SessionView, Snapshot};

use super::sessions;
use crate::arguments::Format;
use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// Assumes a role and returns who one is then.
///
/// # Errors
/// Why it could not be assumed.
pub(super) fn run(client: &Client, role: &str, format: Format) -> Result<String, Problem> {
    let snapshot = client.snapshot()?;
    let session = match device(&snapshot, role).filter(|_| terminal::is_present()) {
        Some(device) => with_code(client, role, device)?,
        None => assume(client, role, None)?,
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

/// Returns the device whose code the role asks for.
fn device<'a>(snapshot: &'a Snapshot, role: &str) -> Option<&'a str> {
    let role = snapshot.roles.iter().find(|it| it.name == role.trim())?;
    role.mfa_serial.as_deref()
}

/// Asks until AWS accepts a code or nothing is entered.
fn with_code(client: &Client, role: &str, device: &str) -> Result<SessionView, Problem> {
    loop {
        let question = format!("Code of {}: ", visible(device));
        let code = terminal::ask(&question, Echo::On)?;
        if code.expose().trim().is_empty() {
            let what = "No code was entered.";
            return Err(Problem::new(
                ProblemCode::Cancelled,
                what,
                "Nothing changed.",
            ));
        }
        let code = WireSecret::new(code.expose().to_owned());
        match assume(client, role, Some(code)) {
            Err(problem) if may_be_mistyped(problem.code) => {
                terminal::tell(&visible(&problem.to_string()));
            }
            outcome => return outcome,
        }
    }
}

fn may_be_mistyped(code: ProblemCode) -> bool {
    code == ProblemCode::CodeRejected || code == ProblemCode::InvalidInput
}

fn assume(client: &Client, role: &str, code: Option<WireSecret>) -> Result<SessionView, Problem> {
    let role = role.to_owned();
    let Answer::Session(session) = client.ask(Call::Assume { role, code })? else {
        return Err(unexpected());
    };
    Ok(*session)
}
