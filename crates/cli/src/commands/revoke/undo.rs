//! `revoke --undo`: takes back what Rolecall put.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::revoke::{RevocationTarget, UndoAction, UndoStep, UndoView, With};
use rolecall_core::value::problem::Problem;

use super::super::output::json;
use super::revoking::{Revoking, UNCHANGED, is_typed, terminal_for_consent};
use super::text;
use crate::arguments::{Format, WriteMode};
use crate::client::{Client, unexpected};
use crate::terminal;

/// Takes back a revocation.
///
/// # Errors
/// If there is none, nobody can confirm it, or AWS refuses.
pub(super) fn run(revoking: &Revoking<'_>, target: &RevocationTarget) -> Result<String, Problem> {
    let (client, options) = (revoking.client, revoking.options);
    let view = shown(revoking, target)?;
    let shown = text::undo(&view);
    let result = |view: &UndoView, text: String| match options.format {
        Format::Json => json(view),
        Format::Text => Ok(text),
    };
    match options.mode {
        WriteMode::DryRun => return result(&view, format!("{shown}\n{UNCHANGED}")),
        WriteMode::Write => {}
        WriteMode::Confirm => {
            terminal_for_consent()?;
            terminal::tell(&shown);
            let is_only_seen = |action: &UndoAction| match action {
                UndoAction::Nothing | UndoAction::Changed(_) | UndoAction::Suspect(_) => true,
                UndoAction::Remove(_) | UndoAction::PutBack(_) => false,
            };
            let needs_consent = !view.items.iter().all(|item| is_only_seen(&item.action));
            if needs_consent && !is_typed(target.name())? {
                return Ok(UNCHANGED.to_owned());
            }
        }
    }
    let step = UndoStep::Write {
        by: view.by.clone(),
        digest: view.digest.clone(),
    };
    let done = ask(client, target, step)?;
    let undone = text::undone(&done);
    match options.mode {
        WriteMode::Write => result(&done, format!("{shown}\n{undone}")),
        WriteMode::Confirm | WriteMode::DryRun => result(&done, undone),
    }
}

fn shown(revoking: &Revoking<'_>, target: &RevocationTarget) -> Result<UndoView, Problem> {
    let preview = |with: With| ask(revoking.client, target, UndoStep::Preview { with });
    if let Some(with) = &revoking.options.with {
        revoking.make_live(with)?;
        return preview(With::Named(with.clone()));
    }
    let view = preview(With::Any)?;
    match revoking.chosen(&view.choices)? {
        Some(by) if by != view.by => preview(With::Exactly(by)),
        Some(_) | None => Ok(view),
    }
}

fn ask(client: &Client, target: &RevocationTarget, step: UndoStep) -> Result<UndoView, Problem> {
    let target = target.clone();
    match client.ask(Call::UndoRevocation { target, step })? {
        Answer::RevocationUndo(view) => Ok(*view),
        _ => Err(unexpected()),
    }
}
