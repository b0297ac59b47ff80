//! Asks at the terminal for the reasons that roles require.

use rolecall_core::api::protocol::Call;
use rolecall_core::session::Phase;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::snapshot::{RoleView, Snapshot};

use crate::client::Client;
use crate::terminal::{self, Echo};

/// Asks for each reason that assuming `role` requires, and returns them. A reason applies to all roles of the chain that accept it, so
/// roles with the same pattern share one.
///
/// # Errors
/// If no reason is entered, or the application does not answer.
pub(super) fn ask(
    client: &Client,
    snapshot: &Snapshot,
    role: &str,
) -> Result<Vec<String>, Problem> {
    let mut reasons = Vec::new();
    let mut asked: Vec<Option<&str>> = Vec::new();
    for role in to_assume(snapshot, role) {
        let pattern = role.reason_pattern.as_deref();
        let is_given = asked.contains(&pattern) || pattern.is_none() && !asked.is_empty();
        if role.reason.is_some() && !is_given {
            reasons.push(ask_for(client, role)?);
            asked.push(pattern);
        }
    }
    Ok(reasons)
}

/// Returns the role and the roles of its chain that have no usable session.
fn to_assume<'a>(snapshot: &'a Snapshot, role: &str) -> Vec<&'a RoleView> {
    let named = |name: &str| snapshot.roles.iter().find(|it| it.name == name);
    let is_active = |name: &str| {
        let session = snapshot.sessions.iter().find(|it| it.role == name);
        session.is_some_and(|it| matches!(it.phase, Phase::Active | Phase::Expiring))
    };
    let Some(role) = named(role) else {
        return Vec::new();
    };
    let sources = role.chain.iter().rev().skip(1);
    let sources = sources.take_while(|name| !is_active(name));
    let sources = sources.filter_map(|name| named(name));
    std::iter::once(role).chain(sources).collect()
}

/// Asks until the role takes the reason.
fn ask_for(client: &Client, role: &RoleView) -> Result<String, Problem> {
    let pattern = role.reason_pattern.as_deref();
    let pattern = pattern.map(|it| format!(" ({it})")).unwrap_or_default();
    let question = visible(&format!("Reason for {}{pattern}: ", role.name));
    loop {
        let reason = terminal::ask(&question, Echo::On)?;
        if reason.expose().trim().is_empty() {
            let what = "No reason was entered.";
            let remedy = "Nothing changed.";
            return Err(Problem::new(ProblemCode::Cancelled, what, remedy));
        }
        let call = Call::CheckReason {
            role: role.name.clone(),
            reason: reason.expose().to_owned(),
        };
        match client.ask(call) {
            Err(problem) if problem.code == ProblemCode::InvalidInput => {
                terminal::tell(&visible(&problem.to_string()));
            }
            outcome => return outcome.map(|_| reason.expose().to_owned()),
        }
    }
}
