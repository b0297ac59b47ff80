//! `revoke --all-mine`: revokes every role with a live session on this machine, as far as that is possible, and ends the
//! sessions here.

use std::collections::BTreeSet;

use rolecall_core::api::protocol::Call;
use rolecall_core::asker::by::By;
use rolecall_core::revoke::{Existing, RevocationTarget, RevocationView, With};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{echo, visible, visible_lines};
use rolecall_core::view::snapshot::Snapshot;

use super::super::outcome::Outcome;
use super::revoking::{Revoking, UNCHANGED, is_typed, terminal_for_consent};
use super::text;
use crate::arguments::WriteMode;
use crate::terminal;

/// What to type.
const WORD: &str = "all mine";

/// Problems of credentials that others may not have.
const OTHERS_MAY: [ProblemCode; 5] = [
    ProblemCode::AccessDenied,
    ProblemCode::NotAllowed,
    ProblemCode::NoSession,
    ProblemCode::ExpiredCredentials,
    ProblemCode::InvalidKey,
];

/// One role, and what would be done or why it cannot be.
struct Entry {
    target: RevocationTarget,
    plan: Result<RevocationView, Problem>,
}

/// Revokes all roles with a live session, and ends all sessions here.
///
/// # Errors
/// If there is no session, or nobody can confirm it.
pub(super) fn run(revoking: &Revoking<'_>) -> Result<Outcome, Problem> {
    let snapshot = revoking.client.snapshot()?;
    let entries = entries(revoking, &snapshot)?;
    let shown = described(&entries);
    match revoking.options.mode {
        WriteMode::DryRun => return Ok(format!("{shown}\n{UNCHANGED}").into()),
        WriteMode::Write => {}
        WriteMode::Confirm => {
            terminal_for_consent()?;
            terminal::tell(&shown);
            if !is_typed(WORD)? {
                return Ok(UNCHANGED.to_owned().into());
            }
        }
    }
    let mut lines: Vec<String> = (revoking.options.mode == WriteMode::Write)
        .then_some(shown)
        .into_iter()
        .collect();
    let mut failed = 0;
    for entry in &entries {
        match revoke(revoking, entry) {
            Ok(by) => lines.push(format!(
                "{}: revoked with {}",
                visible(entry.target.name()),
                text::credentials(&by)
            )),
            Err(problem) => {
                failed += 1;
                let why = visible(&problem.to_string());
                lines.push(format!(
                    "{}: NOT revoked. {why}",
                    visible(entry.target.name())
                ));
            }
        }
    }
    end_all(revoking, &snapshot);
    lines.push("All sessions on this machine are ended.".to_owned());
    Ok(match failed {
        0 => Outcome::from(lines.join("\n")),
        _ => {
            let total = entries.len();
            lines.push(format!(
                "{failed} of {total} roles could not be revoked. AWS accepts copies of their sessions until they expire."
            ));
            Outcome::Failed(lines.join("\n"))
        }
    })
}

/// Returns each role with a live session, in an order in which no session is revoked that signs for another role.
fn entries(revoking: &Revoking<'_>, snapshot: &Snapshot) -> Result<Vec<Entry>, Problem> {
    let mut seen = BTreeSet::new();
    let live = snapshot.sessions.iter();
    let live = live.filter(|it| it.access_key_id.is_some() && seen.insert(it.role_arn.clone()));
    let mut entries: Vec<Entry> = live
        .map(|session| {
            let target = RevocationTarget::Role(session.role.clone());
            let plan = plan(revoking, &target);
            Entry { target, plan }
        })
        .collect();
    if entries.is_empty() {
        let what = "No role has a live session on this machine.";
        let remedy = "To revoke the sessions of one role: rolecall revoke ROLE";
        return Err(Problem::new(ProblemCode::NoSession, what, remedy));
    }
    let signers: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| entry.plan.as_ref().ok())
        .filter(|view| !view.by_is_hit)
        .filter_map(|view| match &view.by {
            By::Role(role) => Some(role.clone()),
            By::Key(_) => None,
        })
        .collect();
    entries.sort_by_key(|entry| {
        let view = entry.plan.as_ref().ok();
        let hits_signer =
            view.is_some_and(|view| view.hit.iter().any(|hit| signers.contains(&hit.name)));
        let hits_itself = view.is_some_and(|view| view.by_is_hit);
        (hits_signer, hits_itself)
    });
    Ok(entries)
}

/// Returns what would be done, with credentials that may read the role's policies, since these may also change them.
fn plan(revoking: &Revoking<'_>, target: &RevocationTarget) -> Result<RevocationView, Problem> {
    let with = match &revoking.options.with {
        Some(name) => With::Named(name.clone()),
        None => With::Any,
    };
    let first = revoking.preview(target, with)?;
    if revoking.options.with.is_some() || first.existing != Existing::Unread {
        return Ok(first);
    }
    let others = first.choices.iter().filter(|by| **by != first.by);
    let mut views = others.map(|by| revoking.preview(target, With::Exactly(by.clone())));
    let found = views.find_map(|view| view.ok().filter(|view| view.existing != Existing::Unread));
    Ok(found.unwrap_or(first))
}

fn described(entries: &[Entry]) -> String {
    let mut lines = Vec::new();
    let mut shown: Option<&str> = None;
    for entry in entries {
        match &entry.plan {
            Ok(view) => {
                if shown != Some(view.document.as_str()) {
                    lines.push(format!(
                        "These roles get this inline policy with the name {}:",
                        visible(&view.policy_name)
                    ));
                    lines.push(visible_lines(&view.document));
                    shown = Some(&view.document);
                }
                lines.push(format!(
                    "  {} with {}",
                    visible(&view.holder),
                    text::credentials(&view.by)
                ));
            }
            Err(problem) => lines.push(format!(
                "! \"{}\" cannot be revoked: {}",
                echo(entry.target.name()),
                visible(&problem.to_string())
            )),
        }
    }
    lines.push(
        "It denies everything to all their sessions that AWS issued so far: yours, and those of all other people and \
         programs. All sessions on this machine are ended."
            .to_owned(),
    );
    lines.join("\n")
}

/// Revokes one role, with the next credentials if the first are not permitted to.
fn revoke(revoking: &Revoking<'_>, entry: &Entry) -> Result<By, Problem> {
    let view = entry.plan.as_ref().map_err(Clone::clone)?;
    let others = view.choices.iter().filter(|by| **by != view.by);
    let mut first = None;
    for by in std::iter::once(&view.by).chain(others) {
        match revoke_with(revoking, entry, view, by) {
            Ok(_) => return Ok(by.clone()),
            Err(problem) => {
                let may_others = OTHERS_MAY.contains(&problem.code);
                let problem = first.get_or_insert(problem);
                if !may_others {
                    return Err(problem.clone());
                }
            }
        }
    }
    Err(first.unwrap_or_else(Problem::internal))
}

/// Revokes one role as it was shown, with these credentials.
fn revoke_with(
    revoking: &Revoking<'_>,
    entry: &Entry,
    view: &RevocationView,
    by: &By,
) -> Result<RevocationView, Problem> {
    if *by == view.by {
        return revoking.write(&entry.target, view);
    }
    let other = revoking.preview(&entry.target, With::Exactly(by.clone()))?;
    let is_same = other.holder == view.holder && other.policy_name == view.policy_name;
    match is_same && other.existing == view.existing {
        true => revoking.write(&entry.target, &other),
        false => Err(Problem::new(
            ProblemCode::AccessDenied,
            "This is no longer what was shown.",
            "Run the command again.",
        )),
    }
}

/// Ends all sessions on this machine. One that ended meanwhile is as well.
fn end_all(revoking: &Revoking<'_>, snapshot: &Snapshot) {
    let roles = snapshot.sessions.iter().map(|session| Call::End {
        role: session.role.clone(),
    });
    let keys = snapshot.keys.iter().flat_map(|key| {
        let key = key.name.clone();
        [Call::EndKey { key: key.clone() }, Call::EndMfa { key }]
    });
    for call in roles.chain(keys) {
        let _ = revoking.client.perform(call);
    }
}
