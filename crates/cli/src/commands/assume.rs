//! `assume`: a session, and who one is in it.

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;
use rolecall_core::snapshot::{RoleView, SessionView, Snapshot};

use super::{attended, sessions};
use crate::arguments::{Format, Invocation};
use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

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
    let view = snapshot.roles.iter().find(|it| it.name == named);
    let view = view.filter(|_| terminal::is_present());
    if let Some(view) = view.filter(|it| it.reason.is_some() && invocation.wish.reason.is_none()) {
        ask_why(client, view)?;
    }
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
    let packed = session
        .packed_policy_percent
        .map(|percent| format!("Its policies and tags take {percent} % of what AWS allows"));
    let lines = lines.into_iter().chain(packed);
    lines
        .map(|line| visible(&line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Asks for the reason that the role wants until it takes one or nothing is entered.
fn ask_why(client: &Client, role: &RoleView) -> Result<(), Problem> {
    let form = role.reason_pattern.as_deref();
    let form = form.map(|it| format!(" ({it})")).unwrap_or_default();
    let question = format!("Reason{}: ", visible(&form));
    loop {
        let reason = terminal::ask(&question, Echo::On)?;
        if reason.expose().trim().is_empty() {
            let what = "No reason was entered.";
            return Err(Problem::new(
                ProblemCode::Cancelled,
                what,
                "Nothing changed.",
            ));
        }
        let call = Call::GiveReason {
            role: role.name.clone(),
            reason: reason.expose().to_owned(),
        };
        match client.ask(call) {
            Err(problem) if problem.code == ProblemCode::InvalidInput => {
                terminal::tell(&visible(&problem.to_string()));
            }
            outcome => return outcome.map(drop),
        }
    }
}
