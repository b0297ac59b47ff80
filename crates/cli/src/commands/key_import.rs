//! `keys import` and `keys undo-import`: move keys from AWS's files to the keychain, and back.

use rolecall_core::api::protocol::Call;
use rolecall_core::aws_files::connection::{EditView, Which};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::shell_word::shell_word;

use super::catalogue;
use super::edit::{Editing, names};
use super::secret_location::secret_location;

/// Moves the key of a profile, or of all profiles, and returns the results.
///
/// # Errors
/// If a key was not moved.
pub(super) fn import(
    editing: &Editing<'_>,
    which: &Which,
    name: Option<&str>,
) -> Result<String, Problem> {
    match which {
        Which::Named(profiles) => {
            let results = profiles.iter().map(|it| move_key(editing, it, name));
            Ok(results.collect::<Result<Vec<_>, _>>()?.join("\n"))
        }
        Which::All => import_all(editing, name),
    }
}

/// Moves all keys. A key that cannot be moved does not stop the others.
fn import_all(editing: &Editing<'_>, name: Option<&str>) -> Result<String, Problem> {
    let mut results = Vec::new();
    let mut has_failed = false;
    for key in editing.client().snapshot()?.aws.keys {
        results.push(match move_key(editing, &key.profile, name) {
            Ok(result) => result,
            Err(problem) => {
                has_failed = true;
                let (profile, problem) = (visible(&key.profile), visible(&problem.to_string()));
                format!("! {profile}: {problem}")
            }
        });
    }
    if results.is_empty() {
        return Ok(nothing_to_move(editing));
    }
    let results = results.join("\n");
    match has_failed {
        false => Ok(results),
        true => {
            let remedy = "Keys that were not moved are unchanged.";
            Err(Problem::new(ProblemCode::InvalidInput, results, remedy))
        }
    }
}

/// Returns the result without a key to move. The files of this terminal may have some that Rolecall does not see.
fn nothing_to_move(editing: &Editing<'_>) -> String {
    let Some(note) = editing.note() else {
        return "AWS's files have no plaintext access keys.".to_owned();
    };
    let here = catalogue::keys_here(editing.environment());
    let here: Vec<String> = here.iter().map(|key| visible(&key.profile)).collect();
    let here = match here.as_slice() {
        [] => String::new(),
        profiles => format!(
            " Those of this terminal have some, in: {}.",
            profiles.join(", ")
        ),
    };
    format!("The files that Rolecall reads have no plaintext access keys.{here}\n! {note}")
}

fn move_key(editing: &Editing<'_>, profile: &str, name: Option<&str>) -> Result<String, Problem> {
    let call = |step| Call::MoveKey {
        profile: profile.to_owned(),
        name: name.map(str::to_owned),
        step,
    };
    editing.run(call, |edit| {
        moved(edit, secret_location(editing.environment()))
    })
}

/// Moves a key back to its profile, and returns the result.
///
/// # Errors
/// If the key was not moved before, or data would be lost.
pub(super) fn undo(editing: &Editing<'_>, profile: &str) -> Result<String, Problem> {
    let call = |step| Call::PutKeyBack {
        profile: profile.to_owned(),
        step,
    };
    editing.run(call, |edit| {
        format!("The key of {} is in plaintext again.", names(edit))
    })
}

fn moved(edit: &EditView, place: &str) -> String {
    let profile = names(edit);
    let backup = edit.backup.as_deref().map(visible);
    let backup = backup.map(|path| format!(" A copy of the old file without the secret: {path}."));
    format!(
        "The key of {profile} is in {place}, and no longer in the file.{} Undo with: rolecall keys undo-import {}",
        backup.unwrap_or_default(),
        shell_word(&profile)
    )
}
