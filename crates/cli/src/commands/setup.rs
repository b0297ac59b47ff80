//! `setup`: what makes a role assumable, as policies, commands or code, or applied.

mod apply;
mod folder;
mod machine;
mod proof;
mod questions;
mod random_id;
mod run_text;
mod save;
mod signers;
mod text;

use rolecall_core::setup::{Kit, KitDraft, KitFormat, warnings};
use rolecall_core::value::problem::Problem;
use rolecall_core::value::sanitise::visible;

use super::outcome::Outcome;
use super::policy;
use crate::arguments::{ExternalIdSource, SetupAction, SetupOptions};
use crate::client::Client;
use crate::terminal;
use apply::Applied;
use machine::Machine;
use questions::Answers;
use random_id::random_id;
use save::Saved;

/// The exit code for a command line that is not complete.
const USAGE: u8 = 2;

/// Makes a kit of the options, and asks for what they leave out.
///
/// # Errors
/// If a value is not valid, a file cannot be read or written, or the role cannot be added.
pub(super) fn run(client: &Client, options: &SetupOptions) -> Result<Outcome, Problem> {
    match options.action {
        SetupAction::Resume => return apply::resume(client, options),
        SetupAction::Undo => return apply::undo(client, options),
        SetupAction::Write | SetupAction::Apply => {}
    }
    let machine = Machine::read(client, options)?;
    let answers = Answers {
        draft: draft(options, &machine)?,
        format: options.format,
        save: options.save.clone(),
        applies: options.action == SetupAction::Apply,
    };
    let is_complete = is_complete(options);
    if !is_complete && !terminal::is_present() {
        return Ok(Outcome::NotStarted {
            message: "rolecall setup needs --who, --account, --role, and --allow or --policy, or a terminal to ask on. \
                      See: rolecall help setup"
                .to_owned(),
            code: USAGE,
        });
    }
    let answers = match is_complete {
        true => answers,
        false => questions::ask(answers, options, &machine)?,
    };
    let kit = answers.draft.check()?;
    for warning in warnings(&kit) {
        terminal::tell(&format!("! {}", visible(&warning.text)));
    }
    if answers.applies {
        return applied(client, options, &machine, &kit, answers);
    }
    if let Some(name) = &answers.save {
        let saved = saved(name, options);
        terminal::tell(&save::save(client, &machine, &kit, saved)?);
    }
    let files = answers.format.map(|format| format.files(&kit));
    if let Some(dir) = &options.out {
        let files = files.unwrap_or_else(|| KitFormat::Json.files(&kit));
        return folder::write(dir, &files).map(Outcome::from);
    }
    Ok(Outcome::from(match files {
        None => text::explained(&kit),
        Some(files) => text::joined(&files),
    }))
}

/// Applies a kit. The role gets its own name in Rolecall, unless another is given.
fn applied(
    client: &Client,
    options: &SetupOptions,
    machine: &Machine,
    kit: &Kit,
    answers: Answers,
) -> Result<Outcome, Problem> {
    let signers = signers::signers(client, machine, kit, options.with.as_deref())?;
    let name = answers.save.as_deref().unwrap_or(kit.role.role_name());
    let entry = match (
        save::entry_of(machine, kit, saved(name, options)),
        &answers.save,
    ) {
        (Ok(entry), _) => Some(entry),
        // Without a key of the caller here, the role is of use only elsewhere.
        (Err(_), None) => None,
        (Err(problem), Some(_)) => return Err(problem),
    };
    let applied = Applied {
        draft: answers.draft,
        signers,
        entry,
    };
    apply::apply(client, options, applied)
}

fn saved<'a>(name: &'a str, options: &'a SetupOptions) -> Saved<'a> {
    Saved {
        name,
        source: options.source.as_deref(),
        mfa_serial: options.mfa_serial.as_deref(),
    }
}

/// Returns whether nothing has to be asked.
fn is_complete(options: &SetupOptions) -> bool {
    let needed = [&options.who, &options.account, &options.role];
    let allows = options.allow.is_some() || options.policy.is_some();
    needed.into_iter().all(Option::is_some) && allows
}

fn draft(options: &SetupOptions, machine: &Machine) -> Result<KitDraft, Problem> {
    let mut draft = options.further.clone();
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    draft.who = machine.caller(&given(&options.who));
    draft.account = given(&options.account);
    draft.role = given(&options.role);
    draft.allow = given(&options.allow);
    draft.policy = options.policy.as_deref().map(policy::read).transpose()?;
    draft.own_accounts = machine.accounts();
    if options.external_id == ExternalIdSource::Generated {
        draft.requirements.external_id = Some(random_id()?);
    }
    Ok(draft)
}
