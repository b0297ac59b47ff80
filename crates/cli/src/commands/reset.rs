//! `reset`: takes everything of Rolecall off this machine. The agent's program finds and removes it, since this one links
//! no keychain.

mod hosts;
mod steps;
mod text;

use rolecall_core::api::reset::ResetPlan;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::snapshot::Mode;

use super::outcome::Outcome;
use crate::arguments::{KeyLoss, ResetOptions, WriteMode};
use crate::client::Client;
use crate::environment::{Environment, Privilege};
use crate::terminal::{self, Echo};

const UNCHANGED: &str = "Nothing was removed.";

/// Shows what would be removed, asks, and removes it. The exit code is 1 if something is left.
///
/// # Errors
/// If the user does not confirm, or another program uses what would be removed.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    options: &ResetOptions,
) -> Result<Outcome, Problem> {
    check_set(client, environment)?;
    let plan = steps::plan(options.keep)?;
    let shown = text::plan(&plan, &hosts::running(environment));
    if options.mode == WriteMode::DryRun || plan.is_empty() {
        return Ok(format!("{shown}\n\n{UNCHANGED}").into());
    }
    if let (Some(why), KeyLoss::Open) = (&plan.unread_keys, options.keys) {
        return Err(keys_unread(why));
    }
    terminal::tell(&shown);
    if !is_confirmed(&plan, options)? {
        return Ok(UNCHANGED.to_owned().into());
    }
    for stopped in hosts::stop_all(environment)? {
        terminal::tell(&stopped);
    }
    let outcome = steps::remove(options.keep, &plan)?;
    let text = text::outcome(&outcome);
    Ok(match outcome.left.is_empty() {
        true => text.into(),
        false => Outcome::Failed(text),
    })
}

/// Refuses to reset the practice account, and the set of another user.
fn check_set(client: &Client, environment: &Environment) -> Result<(), Problem> {
    let (what, remedy) = match (client.mode(), environment.privilege) {
        (Mode::Practice, _) => (
            "The practice account exists in memory only.",
            "Quit its application, and it is gone.",
        ),
        (Mode::Own, Privilege::Sudo) => (
            "Nothing was removed: sudo started this command.",
            "Run it without sudo.",
        ),
        (Mode::Own, Privilege::Own) => return Ok(()),
    };
    Err(Problem::new(ProblemCode::InvalidInput, what, remedy))
}

/// Asks whether to remove it, and whether the secrets that exist nowhere else may be lost.
fn is_confirmed(plan: &ResetPlan, options: &ResetOptions) -> Result<bool, Problem> {
    let may_lose = plan.lost.is_empty() || options.keys == KeyLoss::Accepted;
    match (options.mode == WriteMode::Write, may_lose) {
        (true, true) => return Ok(true),
        (true, false) => return Err(keys_would_be_lost()),
        (false, _) => {}
    }
    if !terminal::is_reachable() {
        let what = "Nothing was removed: there is no terminal to ask on.";
        let remedy = "Use --yes to remove without asking, or --dry-run to see the list.";
        return Err(Problem::new(ProblemCode::Cancelled, what, remedy));
    }
    if !is_typed("Type reset to remove all of this: ", "reset")? {
        return Ok(false);
    }
    if may_lose {
        return Ok(true);
    }
    terminal::tell(&text::loss(&plan.lost));
    is_typed("Type delete keys to lose them: ", "delete keys")
}

fn is_typed(question: &str, expected: &str) -> Result<bool, Problem> {
    terminal::discard_typed_input();
    let answer = terminal::ask(question, Echo::On)?;
    Ok(answer.expose().trim() == expected)
}

fn keys_unread(why: &str) -> Problem {
    let what = format!("Nothing was removed. {}", text::unread_keys(why));
    let remedy =
        "Correct the file, then try again. To lose the secrets of all keys, add --delete-keys.";
    Problem::new(ProblemCode::InvalidFile, what, remedy)
}

/// The plan, which was shown before, names them.
fn keys_would_be_lost() -> Problem {
    let what = "Nothing was removed: secrets that are only here would be lost for good.";
    let remedy = "To agree to that, add --delete-keys.";
    Problem::new(ProblemCode::Cancelled, what, remedy)
}
