//! Edits of AWS's files: Rolecall shows an edit, asks whether to write it, and writes it.

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::aws_files::Changed;
use rolecall_core::aws_files::connection::{EditView, Step};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use crate::arguments::WriteMode;
use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// Shows an edit, asks for consent unless `mode` gives it, writes the file, and returns the result.
///
/// # Errors
/// If the file cannot be written, or the user cannot be asked.
pub(super) fn run(
    client: &Client,
    mode: WriteMode,
    call: impl Fn(Step) -> Call,
    written: impl Fn(&EditView) -> String,
) -> Result<String, Problem> {
    if mode == WriteMode::Write {
        let edit = ask(client, call(Step::Write))?;
        let result = match edit.difference.is_empty() {
            true => nothing_to_change(&edit),
            false => written(&edit),
        };
        return Ok(described(&edit, &result));
    }
    let preview = ask(client, call(Step::Preview))?;
    if preview.difference.is_empty() {
        return Ok(described(&preview, &nothing_to_change(&preview)));
    }
    if mode == WriteMode::DryRun {
        let end = format!("{}{UNCHANGED}", copy_note(&preview));
        return Ok(described(&preview, &end));
    }
    if !is_confirmed(&preview)? {
        return Ok(UNCHANGED.to_owned());
    }
    let edit = ask(client, call(Step::Write))?;
    Ok(written(&edit))
}

const UNCHANGED: &str = "Nothing was written.";

/// Shows an edit and asks whether to write it.
fn is_confirmed(preview: &EditView) -> Result<bool, Problem> {
    if !terminal::is_present() {
        let what = "Nothing was written: there is no terminal to ask on.";
        let remedy = "Use --yes to write, or --dry-run to see what would change.";
        return Err(Problem::new(ProblemCode::Cancelled, what, remedy));
    }
    terminal::tell(&described(preview, copy_note(preview).trim_end()));
    let answer = terminal::ask("Write this? [y/N] ", Echo::On)?;
    let answer = answer.expose().to_ascii_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}

fn ask(client: &Client, call: Call) -> Result<EditView, Problem> {
    let Answer::Edit(edit) = client.ask(call)? else {
        return Err(unexpected());
    };
    Ok(*edit)
}

/// Returns an edit as text: the file, its changed lines, notes, and the result.
fn described(edit: &EditView, end: &str) -> String {
    let mut lines = Vec::new();
    if !edit.difference.is_empty() {
        lines.push(format!("{}:", visible(&edit.path)));
    }
    lines.extend(edit.difference.iter().map(|change| match change {
        Changed::Added(text) => format!("+ {}", visible(text)).trim_end().to_owned(),
        Changed::Removed(text) => format!("- {}", visible(text)).trim_end().to_owned(),
    }));
    lines.extend(edit.notes.iter().map(|note| format!("! {}", visible(note))));
    lines.extend((!end.is_empty()).then(|| end.to_owned()));
    lines.join("\n")
}

/// Returns a line with the path of the file's copy; empty if the edit makes no copy.
fn copy_note(edit: &EditView) -> String {
    let path = edit.backup.as_deref().map(visible);
    let note =
        path.map(|path| format!("A copy of the file without the secret is kept at {path}.\n"));
    note.unwrap_or_default()
}

fn nothing_to_change(edit: &EditView) -> String {
    match edit.profiles.is_empty() {
        true => "There is nothing to change.".to_owned(),
        false => format!("There is nothing to change in {}.", names(edit)),
    }
}

/// Returns the names of the profiles in an edit.
pub(super) fn names(edit: &EditView) -> String {
    let names = edit.profiles.iter().map(|name| visible(name));
    names.collect::<Vec<_>>().join(", ")
}
