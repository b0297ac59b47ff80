//! `explain`: all likely causes of why AWS refused a role, or a call of another tool.

use std::io::{IsTerminal, Read};

use rolecall_core::api::protocol::Call;
use rolecall_core::explain::pasted::{TEXT_MAX, explain_text};
use rolecall_core::value::diagnosis::{Cause, Confidence, Diagnosis};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{visible, visible_lines};
use rolecall_core::view::snapshot::Snapshot;

use super::output::{json, quoted};
use crate::arguments::{Depth, Format};
use crate::client::Client;
use crate::terminal;

/// Explains why the last attempt to assume a role failed.
///
/// # Errors
/// If it did not fail, or the application does not answer.
pub(super) fn run(
    client: &Client,
    role: &str,
    depth: Depth,
    format: Format,
) -> Result<String, Problem> {
    let mut problem = failure(&client.snapshot()?, role)?;
    if depth == Depth::FurtherCalls {
        client.perform(Call::ExplainFurther {
            role: role.trim().to_owned(),
        })?;
        problem = failure(&client.snapshot()?, role)?;
    }
    shown(&problem, format)
}

/// Explains an error that another tool printed. `-` stands for standard input. It needs no running application.
///
/// # Errors
/// If the text has no error of AWS, or cannot be read.
pub(super) fn text(text: &str, format: Format) -> Result<String, Problem> {
    let problem = match text {
        "-" => explain_text(&standard_input()?)?,
        text => explain_text(text)?,
    };
    shown(&problem, format)
}

/// Reads standard input as far as an explanation needs it. Output of tools is not always UTF-8.
fn standard_input() -> Result<String, Problem> {
    let input = std::io::stdin();
    if input.is_terminal() {
        terminal::tell("Paste the error, then press Ctrl+D.");
    }
    let mut bytes = Vec::new();
    let read = input
        .lock()
        .take(TEXT_MAX as u64 + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| {
        Problem::new(
            ProblemCode::StorageFailed,
            "Standard input cannot be read.",
            "Pipe the error into this command.",
        )
        .with_detail(error.to_string())
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn shown(problem: &Problem, format: Format) -> Result<String, Problem> {
    match format {
        Format::Json => json(problem),
        Format::Text => Ok(described(problem)),
    }
}

fn failure(snapshot: &Snapshot, role: &str) -> Result<Problem, Problem> {
    let session = snapshot.sessions.iter().find(|it| it.role == role.trim());
    if let Some(problem) = session.and_then(|session| session.problem.clone()) {
        return Ok(problem);
    }
    if session.is_none() && !snapshot.roles.iter().any(|it| it.name == role.trim()) {
        let what = format!("There is no role called {}.", quoted(role));
        let remedy = "List the roles with: rolecall list";
        return Err(Problem::new(ProblemCode::UnknownRole, what, remedy));
    }
    Err(Problem::new(
        ProblemCode::NoSession,
        format!("AWS did not refuse {} the last time.", quoted(role)),
        "There is nothing to explain.",
    ))
}

fn described(problem: &Problem) -> String {
    let mut lines = vec![visible(&problem.what)];
    match problem.diagnosis.as_deref() {
        Some(diagnosis) if !diagnosis.causes.is_empty() => lines.extend(causes(diagnosis)),
        Some(_) | None => lines.push(visible(&problem.remedy)),
    }
    if let Some(diagnosis) = &problem.diagnosis {
        lines.extend(further_calls(diagnosis));
        lines.push(String::new());
        let words = format!("{}: {}", diagnosis.code, diagnosis.words);
        lines.push(format!("AWS's message: {}", visible(&words)));
        if let Some(id) = &diagnosis.request_id {
            lines.push(format!("Request ID: {}", visible(id)));
        }
    } else if let Some(detail) = &problem.detail {
        lines.push(format!("Detail: {}", visible(detail)));
    }
    lines.join("\n")
}

fn causes(diagnosis: &Diagnosis) -> Vec<String> {
    let mut shown: Vec<(&str, usize)> = Vec::new();
    let numbered = diagnosis.causes.iter().zip(1..);
    numbered
        .flat_map(|(cause, number)| described_cause(cause, number, &mut shown))
        .collect()
}

/// Returns the calls that can give more information, or their results.
fn further_calls(diagnosis: &Diagnosis) -> Vec<String> {
    let mut lines = Vec::new();
    for further in &diagnosis.further_calls {
        let call = format!("{} as {}", further.action, further.by);
        lines.push(match &further.found {
            Some(found) => format!("   {}: {}", visible(&call), visible(found)),
            None => format!("   {}", visible(&call)),
        });
        if let Some(statement) = &further.statement {
            lines.push(format!("   For {}:", visible(&statement.goes_to)));
            let json = visible_lines(&statement.json);
            lines.extend(json.lines().map(|line| format!("     {line}")));
        }
    }
    let is_made = diagnosis
        .further_calls
        .iter()
        .any(|further| further.found.is_some());
    let heading = match (lines.is_empty(), is_made) {
        (true, _) => return lines,
        (false, true) => "Further calls:",
        (false, false) => "These calls can tell more and change nothing. Make them with --deeper:",
    };
    lines.splice(0..0, [String::new(), heading.to_owned()]);
    lines
}

/// Returns the lines of a cause. A statement that an earlier cause has is not repeated.
fn described_cause<'a>(
    cause: &'a Cause,
    number: usize,
    shown: &mut Vec<(&'a str, usize)>,
) -> Vec<String> {
    let certainty = match cause.confidence {
        Confidence::Certain => "Cause",
        Confidence::Likely => "Most likely",
        Confidence::Possible => "Possible",
    };
    let mut lines = vec![
        String::new(),
        format!("{number}. {certainty}: {}", visible(&cause.what)),
        format!("   {}", visible(&cause.check.what)),
    ];
    if let Some(who) = &cause.who {
        lines.push(format!("   Who can change it: {}.", visible(who)));
    }
    if let Some(command) = &cause.check.command {
        lines.push(format!("   Check with: {}", visible(command)));
    }
    let Some(statement) = &cause.statement else {
        return lines;
    };
    let place = visible(&statement.goes_to);
    match shown.iter().find(|(json, _)| *json == statement.json) {
        Some((_, earlier)) => lines.push(format!(
            "   For {place}: the same statement as in {earlier}."
        )),
        None => {
            shown.push((&statement.json, number));
            lines.push(format!("   For {place}:"));
            let json = visible_lines(&statement.json);
            lines.extend(json.lines().map(|line| format!("     {line}")));
        }
    }
    lines
}
