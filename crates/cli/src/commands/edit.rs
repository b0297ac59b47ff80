//! Edits of AWS's files: shown, asked about, written.

use rolecall_core::aws_profile::Changed;
use rolecall_core::connection::{EditView, Step};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;

use crate::arguments::Consent;
use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// Shows an edit, asks for consent where there is none yet, writes it, and returns how it went.
///
/// # Errors
/// If it cannot be written, or the person does not want it.
pub(super) fn run(
    client: &Client,
    consent: Consent,
    call: impl Fn(Step) -> Call,
    written: impl Fn(&EditView) -> String,
) -> Result<String, Problem> {
    if consent == Consent::Given {
        let edit = ask(client, call(Step::Write))?;
        return Ok(told(
            &edit,
            &match edit.difference.is_empty() {
                true => nothing_to_do(&edit),
                false => written(&edit),
            },
        ));
    }
    let preview = ask(client, call(Step::Preview))?;
    if preview.difference.is_empty() {
        return Ok(told(&preview, &nothing_to_do(&preview)));
    }
    if consent == Consent::Refused {
        let end = [copy_note(&preview), "Nothing was written.".to_owned()].join("");
        return Ok(told(&preview, &end));
    }
    if !terminal::is_present() {
        let what = "Nothing was written: there is no terminal to ask on.";
        return Err(Problem::new(
            ProblemCode::Cancelled,
            what,
            "Say --yes to write, or --dry-run to see what would change.",
        ));
    }
    terminal::tell(&told(&preview, copy_note(&preview).trim_end()));
    let answer = terminal::ask("Write this? [y/N] ", Echo::On)?;
    if !matches!(answer.expose().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok("Nothing was written.".to_owned());
    }
    let edit = ask(client, call(Step::Write))?;
    Ok(written(&edit))
}

fn ask(client: &Client, call: Call) -> Result<EditView, Problem> {
    let Answer::Edit(edit) = client.ask(call)? else {
        return Err(unexpected());
    };
    Ok(*edit)
}

/// Returns an edit as a person reads it: the file, what differs, what to know, and how it went.
fn told(edit: &EditView, end: &str) -> String {
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

/// Returns, as a line of its own, where a copy of the file will be; empty if the edit makes none.
fn copy_note(edit: &EditView) -> String {
    let path = edit.backup.as_deref().map(visible);
    let note =
        path.map(|path| format!("A copy of the file, without the secret, goes to {path}.\n"));
    note.unwrap_or_default()
}

fn nothing_to_do(edit: &EditView) -> String {
    match edit.profiles.is_empty() {
        true => "There is nothing to do.".to_owned(),
        false => format!("There is nothing to do: {} as wanted.", names(edit)),
    }
}

/// Returns the profiles that an edit is about.
pub(super) fn names(edit: &EditView) -> String {
    let names = edit.profiles.iter().map(|name| visible(name));
    names.collect::<Vec<_>>().join(", ")
}
