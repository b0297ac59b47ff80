//! Asking why at the terminal: for a role that wants a reason, and for those on the way to it.

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::Call;
use rolecall_core::sanitise::visible;
use rolecall_core::session::Phase;
use rolecall_core::snapshot::{RoleView, Snapshot};

use crate::client::Client;
use crate::terminal::{self, Echo};

/// Asks for each reason that assuming `role` takes, until it is taken or nothing is entered. A reason counts for every
/// role on the way that takes it, so nobody is asked twice for one of a form.
///
/// # Errors
/// If nothing is entered, or the application does not answer.
pub(super) fn ask(client: &Client, snapshot: &Snapshot, role: &str) -> Result<(), Problem> {
    let mut asked: Vec<Option<&str>> = Vec::new();
    for role in to_assume(snapshot, role) {
        let form = role.reason_pattern.as_deref();
        let is_given = asked.contains(&form) || form.is_none() && !asked.is_empty();
        if role.reason.is_some() && !is_given {
            ask_for(client, role)?;
            asked.push(form);
        }
    }
    Ok(())
}

/// Returns the role, then those on the way to it, up to one with a session that is used again.
fn to_assume<'a>(snapshot: &'a Snapshot, role: &str) -> Vec<&'a RoleView> {
    let named = |name: &str| snapshot.roles.iter().find(|it| it.name == name);
    let lives = |name: &str| {
        let session = snapshot.sessions.iter().find(|it| it.role == name);
        session.is_some_and(|it| matches!(it.phase, Phase::Active | Phase::Expiring))
    };
    let Some(role) = named(role) else {
        return Vec::new();
    };
    let sources = role.chain.iter().rev().skip(1);
    let sources = sources.take_while(|name| !lives(name));
    let sources = sources.filter_map(|name| named(name));
    std::iter::once(role).chain(sources).collect()
}

fn ask_for(client: &Client, role: &RoleView) -> Result<(), Problem> {
    let form = role.reason_pattern.as_deref();
    let form = form.map(|it| format!(" ({it})")).unwrap_or_default();
    let question = visible(&format!("Reason for {}{form}: ", role.name));
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
