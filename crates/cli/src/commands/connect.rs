//! `connect` and `disconnect`: profiles of AWS's config file whose credentials come from Rolecall. What would change is
//! shown before it is written.

use rolecall_core::aws_profile::Changed;
use rolecall_core::connection::{EditView, Step, Which};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;

use crate::arguments::Consent;
use crate::client::{Client, unexpected};
use crate::terminal::{self, Echo};

/// Writes profiles for roles, and returns what changed.
///
/// # Errors
/// If it cannot be written, or the person does not want it.
pub(super) fn connect(
    client: &Client,
    which: &Which,
    prefix: &str,
    consent: Consent,
) -> Result<String, Problem> {
    let call = |step| Call::Connect {
        which: which.clone(),
        prefix: prefix.to_owned(),
        step,
    };
    let written = |edit: &EditView| {
        let example = edit.profiles.first().map_or("PROFILE", String::as_str);
        format!(
            "Connected: {}. Try: aws --profile {} sts get-caller-identity",
            names(edit),
            visible(example)
        )
    };
    run(client, consent, call, written)
}

/// Removes profiles that [`connect`] wrote, and returns what changed.
///
/// # Errors
/// If it cannot be written, or the person does not want it.
pub(super) fn disconnect(
    client: &Client,
    which: &Which,
    consent: Consent,
) -> Result<String, Problem> {
    let call = |step| Call::Disconnect {
        which: which.clone(),
        step,
    };
    run(client, consent, call, |edit| {
        format!("Disconnected: {}.", names(edit))
    })
}

fn run(
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
        return Ok(told(&preview, "Nothing was written."));
    }
    if !terminal::is_present() {
        let what = "Nothing was written: there is no terminal to ask on.";
        return Err(Problem::new(
            ProblemCode::Cancelled,
            what,
            "Say --yes to write, or --dry-run to see what would change.",
        ));
    }
    terminal::tell(&told(&preview, ""));
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

fn nothing_to_do(edit: &EditView) -> String {
    match edit.profiles.is_empty() {
        true => "There is nothing to do.".to_owned(),
        false => format!("There is nothing to do: {} as wanted.", names(edit)),
    }
}

fn names(edit: &EditView) -> String {
    let names = edit.profiles.iter().map(|name| visible(name));
    names.collect::<Vec<_>>().join(", ")
}
