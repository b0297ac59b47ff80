//! `keys rotate`: replaces an access key by a new one. The application does it; here it is shown and confirmed.

mod progress;
mod text;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::rotation::{RotationAction, RotationPlan, UserKeyView, unfinished};
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::code_prompt;
use crate::arguments::{RotationWay, WriteMode};
use crate::client::{Client, unexpected};
use crate::piped_code::StandardInput;
use crate::terminal::{self, Echo};

const UNCHANGED: &str = "Nothing was changed.";
/// How many characters of a key ID confirm its deletion.
const TYPED: usize = 4;

/// Shows what is known about the user's keys and what would be done, asks, and does it.
///
/// # Errors
/// If the user cannot be asked, or a step fails. The problem says how to go on.
pub(super) fn run(
    client: &Client,
    name: &str,
    way: RotationWay,
    mode: WriteMode,
) -> Result<String, Problem> {
    let watch = code_prompt::watch(client, name, "keys rotate", StandardInput::Own);
    let ask = |call: Call| {
        let answer = client.ask(call);
        watch.iter().for_each(|it| it.end(&answer));
        answer
    };
    let key = name.to_owned();
    let Answer::RotationPlan(plan) = ask(Call::RotationPlan { key })? else {
        return Err(unexpected());
    };
    check(&plan, way)?;
    let shown = text::plan(&plan, way);
    if mode == WriteMode::DryRun {
        return Ok(format!("{shown}\n{UNCHANGED}"));
    }
    terminal::tell(&shown);
    let Some(action) = confirmed(&plan, way, mode)? else {
        return Ok(UNCHANGED.to_owned());
    };
    progress::watch(client, name);
    let key = name.to_owned();
    match ask(Call::RotateKey { key, action })? {
        Answer::Rotation(rotation) => Ok(text::outcome(&plan, way, rotation.as_deref())),
        _ => Err(unexpected()),
    }
}

/// Checks that there is something to do.
fn check(plan: &RotationPlan, way: RotationWay) -> Result<(), Problem> {
    match (&plan.rotation, way) {
        (Some(rotation), RotationWay::Begin) => Err(unfinished(&plan.key, rotation)),
        (Some(rotation), RotationWay::Resume) if rotation.awaits_deletion() => {
            Err(unfinished(&plan.key, rotation))
        }
        (Some(rotation), RotationWay::DeleteOld) if !rotation.awaits_deletion() => {
            Err(unfinished(&plan.key, rotation))
        }
        (Some(_), RotationWay::Resume | RotationWay::Undo | RotationWay::DeleteOld)
        | (None, RotationWay::Begin) => Ok(()),
        (None, RotationWay::Resume | RotationWay::Undo | RotationWay::DeleteOld) => {
            Err(text::nothing(&plan.key))
        }
    }
}

/// Returns what to do, once the user agreed to it; `None` if the user did not.
fn confirmed(
    plan: &RotationPlan,
    way: RotationWay,
    mode: WriteMode,
) -> Result<Option<RotationAction>, Problem> {
    let in_the_way = match way {
        RotationWay::Begin => plan.other.as_ref(),
        RotationWay::Resume | RotationWay::Undo => plan.lost.as_ref(),
        RotationWay::DeleteOld => None,
    };
    let delete = match in_the_way {
        Some(key) => match may_be_deleted(plan, key, mode)? {
            true => Some(key.id.clone()),
            false => return Ok(None),
        },
        None if mode == WriteMode::Confirm && !is_yes(text::question(way))? => return Ok(None),
        None => None,
    };
    Ok(Some(match way {
        RotationWay::Begin => RotationAction::Begin { delete },
        RotationWay::Resume => RotationAction::Resume { delete },
        RotationWay::Undo => RotationAction::Undo { delete },
        RotationWay::DeleteOld => RotationAction::DeleteOld,
    }))
}

/// Asks whether a key may be deleted that is in the way. Its ID must be typed in part, since nothing brings it back.
fn may_be_deleted(
    plan: &RotationPlan,
    key: &UserKeyView,
    mode: WriteMode,
) -> Result<bool, Problem> {
    if let Some(name) = &key.name {
        return Err(text::other_is_here(plan, key, name));
    }
    if mode == WriteMode::Write {
        return Err(text::needs_confirmation(key));
    }
    check_terminal()?;
    terminal::discard_typed_input();
    let end = key.id.len().saturating_sub(TYPED);
    let answer = terminal::ask(&text::deletion_question(key, TYPED), Echo::On)?;
    Ok(answer.expose().trim() == &key.id[end..])
}

fn is_yes(question: &str) -> Result<bool, Problem> {
    check_terminal()?;
    terminal::discard_typed_input();
    terminal::is_agreed(question)
}

fn check_terminal() -> Result<(), Problem> {
    if terminal::is_present() {
        return Ok(());
    }
    let what = "Nothing was changed: there is no terminal to ask on.";
    let remedy = "Use --yes to do it, or --dry-run to see what would be done.";
    Err(Problem::new(ProblemCode::Cancelled, what, remedy))
}
