//! `roles export` and `roles import`: catalogue files, which hold no secrets.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::Path;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::catalogue::{FILE_MAX, with_role};
use rolecall_core::role::RoleDraft;
use rolecall_core::value::origin::OriginKind;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;
use rolecall_core::view::snapshot::Snapshot;

use super::import;
use super::output::json;
use crate::arguments::{DryRun, ExternalIds, Format, RolesCommand};
use crate::client::{Client, unexpected};
use crate::regular_file;

/// The first lines of a catalogue file.
const HEAD: &str = "# Roles for Rolecall, without secrets. Import them with: rolecall roles import FILE --source KEY\n\n";

/// Runs a command on files of roles.
///
/// # Errors
/// If there are no such roles, or the file cannot be read.
pub(super) fn run(client: &Client, command: &RolesCommand) -> Result<String, Problem> {
    match command {
        RolesCommand::Export {
            group,
            external_ids,
        } => export(&client.snapshot()?, group.as_deref(), *external_ids),
        RolesCommand::Import {
            file,
            source,
            dry_run,
            format,
        } => import(client, file, source.as_deref(), *dry_run, *format),
    }
}

/// Returns the user's roles, or those of one group, as a catalogue file. It leaves out roles of team catalogues, which
/// the recipient can follow as well.
fn export(
    snapshot: &Snapshot,
    group: Option<&str>,
    external_ids: ExternalIds,
) -> Result<String, Problem> {
    let is_wanted = |of: Option<&str>| group.is_none_or(|group| of == Some(group));
    let roles = snapshot.roles.iter().filter(|role| {
        role.origin.kind != OriginKind::Team
            && is_wanted(role.group.as_deref())
            && role.draft().check().is_ok()
    });
    let mut text = String::new();
    for role in roles {
        let draft = RoleDraft {
            external_id: role
                .external_id
                .clone()
                .filter(|_| external_ids == ExternalIds::Included),
            // A browser and its profiles are a matter of this machine.
            browser: None,
            ..role.draft()
        };
        text = with_role(&text, "the export", None, &draft)?;
    }
    if text.is_empty() {
        let what = match group {
            Some(group) => format!("There is no role in the group \"{}\".", echo(group)),
            None => "There are no roles to export.".to_owned(),
        };
        return Err(Problem::new(
            ProblemCode::UnknownRole,
            what,
            "List the roles with: rolecall list",
        ));
    }
    Ok(format!("{HEAD}{}", text.trim_end()))
}

/// Imports a catalogue file, or standard input for `-`.
fn import(
    client: &Client,
    file: &str,
    source: Option<&str>,
    dry_run: DryRun,
    format: Format,
) -> Result<String, Problem> {
    let shown = if file == "-" { "standard input" } else { file };
    let text = read(file).map_err(|reason| unreadable(shown, &reason))?;
    let size = text.len();
    let call = Call::ImportRoles {
        text,
        path: echo(shown),
        source: source.map(str::to_owned),
        dry_run,
    };
    let answer = client
        .ask(call)
        .map_err(|problem| match problem.detail.as_deref() {
            Some("text") => too_large(shown, size),
            Some(_) | None => problem,
        })?;
    let Answer::Imported(report) = answer else {
        return Err(unexpected());
    };
    match format {
        Format::Json => json(&report),
        Format::Text => Ok(import::text(&echo(shown), &report, dry_run)),
    }
}

/// Returns the problem of a file that is too large for one call.
fn too_large(file: &str, size: usize) -> Problem {
    let what = format!(
        "{} has {} KiB, which is too much at once.",
        echo(file),
        size >> 10
    );
    let remedy = "Import it in parts of at most 50 KiB.";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}

fn unreadable(file: &str, reason: &str) -> Problem {
    let what = format!("{} cannot be read: {reason}.", echo(file));
    let remedy = "Use a catalogue file of at most 4 MiB.";
    Problem::new(ProblemCode::StorageFailed, what, remedy)
}

fn read(file: &str) -> Result<String, String> {
    let limit = u64::try_from(FILE_MAX).unwrap_or(u64::MAX) + 1;
    let mut text = String::new();
    let read = match file {
        "-" => io::stdin().lock().take(limit).read_to_string(&mut text),
        path => {
            let opened = regular_file::open(OpenOptions::new().read(true), Path::new(path));
            opened.and_then(|file| file.take(limit).read_to_string(&mut text))
        }
    };
    read.map_err(|error| error.to_string())?;
    match text.len() > FILE_MAX {
        true => Err("it is too large".to_owned()),
        false => Ok(text),
    }
}
