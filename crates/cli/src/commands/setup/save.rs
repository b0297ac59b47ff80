//! The finished role in the catalogue.

use rolecall_core::api::import::{DryRun, ImportItemKind, ImportOutcome};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::catalogue::with_role;
use rolecall_core::role::RoleDraft;
use rolecall_core::setup::{Kit, entry, left_open};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use super::machine::Machine;
use crate::client::{Client, unexpected};
use rolecall_core::value::shell_word::shell_word;

/// How the role is added.
#[derive(Clone, Copy)]
pub(super) struct Saved<'a> {
    /// Its name in Rolecall.
    pub(super) name: &'a str,
    /// What it is assumed from, if that is not the caller.
    pub(super) source: Option<&'a str>,
    /// The MFA device, if it is not the user's usual one.
    pub(super) mfa_serial: Option<&'a str>,
}

/// Adds the role, and returns what was done.
///
/// # Errors
/// If it is not known what the role is assumed from, the entry is not valid, or the application does not run.
pub(super) fn save(
    client: &Client,
    machine: &Machine,
    kit: &Kit,
    saved: Saved<'_>,
) -> Result<String, Problem> {
    let draft = entry_of(machine, kit, saved)?;
    let device = device(machine, kit, saved);
    let call = Call::ImportRoles {
        text: with_role("", "the role", None, &draft)?,
        path: "the role".to_owned(),
        source: Some(draft.source.clone()),
        dry_run: DryRun::No,
    };
    let Answer::Imported(report) = client.ask(call)? else {
        return Err(unexpected());
    };
    let item = report.iter().find(|item| item.kind == ImportItemKind::Role);
    let item = item.ok_or_else(unexpected)?;
    let name = visible(&item.name);
    match item.outcome {
        ImportOutcome::Imported => {}
        ImportOutcome::Exists => return Ok(format!("The role is in Rolecall already, as {name}.")),
        ImportOutcome::Skipped => {
            let what = format!("The role was not added. {}", visible(&item.message));
            return Err(Problem::new(
                ProblemCode::InvalidInput,
                what,
                "Add it in the window.",
            ));
        }
    }
    let guess = match (&draft.mfa_serial, device) {
        (Some(serial), None) => format!(
            " Its MFA device is taken to be {}; if that is wrong, change it in the window.",
            visible(serial)
        ),
        _ => String::new(),
    };
    let open = match &left_open(kit)[..] {
        [] => String::new(),
        open => format!(" Set {} that it accepts in the window.", open.join(" and ")),
    };
    Ok(format!(
        "Added the role {name}.{guess}{open} When it exists in AWS: rolecall assume {}",
        shell_word(&name)
    ))
}

/// Returns the role as it is added.
///
/// # Errors
/// If it is not known what the role is assumed from.
pub(super) fn entry_of(
    machine: &Machine,
    kit: &Kit,
    saved: Saved<'_>,
) -> Result<RoleDraft, Problem> {
    let Some(source) = saved.source.or_else(|| source(machine, kit)) else {
        let what = format!("No access key here is of {}.", kit.caller_name());
        let remedy = "Name the access key or role to assume it from: --source KEY.";
        return Err(Problem::new(ProblemCode::UnknownKey, what, remedy));
    };
    Ok(entry(kit, saved.name, source, device(machine, kit, saved)))
}

fn device<'a>(machine: &'a Machine, kit: &Kit, saved: Saved<'a>) -> Option<&'a str> {
    let own = || machine.device_of(&kit.caller.principal());
    saved.mfa_serial.or_else(own)
}

/// Returns what the role is assumed from: the caller itself, the access key of its user, or the only one of its account.
fn source<'a>(machine: &'a Machine, kit: &Kit) -> Option<&'a str> {
    let own = machine.source_of(&kit.caller.principal());
    let of_user = || machine.key_of_user(kit.caller.account()?.as_str(), kit.user.as_deref()?);
    own.or_else(of_user)
        .or_else(|| machine.only_key_of(kit.caller.account()?.as_str()))
}
