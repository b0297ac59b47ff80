//! `explain`: why AWS refused a role, all causes of it.

use rolecall_core::diagnosis::{Cause, Confidence, Diagnosis};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::{visible, visible_lines};
use rolecall_core::snapshot::Snapshot;

use crate::arguments::{Depth, Format};
use crate::client::{Client, unexpected};

/// Returns why the last assumption of a role failed.
///
/// # Errors
/// If it did not fail, or nobody can be asked.
pub(super) fn run(
    client: &Client,
    role: &str,
    depth: Depth,
    format: Format,
) -> Result<String, Problem> {
    let mut problem = failure(&client.snapshot()?, role)?;
    if depth == Depth::Deeper {
        let call = Call::LookDeeper {
            role: role.trim().to_owned(),
        };
        let Answer::Done = client.ask(call)? else {
            return Err(unexpected());
        };
        problem = failure(&client.snapshot()?, role)?;
    }
    match format {
        Format::Json => super::json(&problem),
        Format::Text => Ok(told(&problem)),
    }
}

fn failure(snapshot: &Snapshot, role: &str) -> Result<Problem, Problem> {
    let session = snapshot.sessions.iter().find(|it| it.role == role.trim());
    if let Some(problem) = session.and_then(|session| session.problem.clone()) {
        return Ok(problem);
    }
    if session.is_none() && !snapshot.roles.iter().any(|it| it.name == role.trim()) {
        let what = format!("There is no role called {}.", super::shown(role));
        let remedy = "See the names with: rolecall list.";
        return Err(Problem::new(ProblemCode::UnknownRole, what, remedy));
    }
    Err(Problem::new(
        ProblemCode::NoSession,
        format!(
            "AWS did not refuse {} when it was last asked.",
            super::shown(role)
        ),
        "There is nothing to explain.",
    ))
}

fn told(problem: &Problem) -> String {
    let mut lines = vec![visible(&problem.what)];
    match problem.diagnosis.as_deref() {
        Some(diagnosis) if !diagnosis.causes.is_empty() => lines.extend(causes(diagnosis)),
        Some(_) | None => lines.push(visible(&problem.remedy)),
    }
    if let Some(diagnosis) = &problem.diagnosis {
        lines.extend(looks(diagnosis));
        lines.push(String::new());
        let words = format!("{}: {}", diagnosis.code, diagnosis.words);
        lines.push(format!("AWS's own words: {}", visible(&words)));
        if let Some(id) = &diagnosis.request_id {
            lines.push(format!("Request id: {}", visible(id)));
        }
    } else if let Some(detail) = &problem.detail {
        lines.push(format!("Detail: {}", visible(detail)));
    }
    lines.join("\n")
}

fn causes(diagnosis: &Diagnosis) -> Vec<String> {
    let mut sent: Vec<(&str, usize)> = Vec::new();
    let numbered = diagnosis.causes.iter().zip(1..);
    numbered
        .flat_map(|(cause, number)| told_cause(cause, number, &mut sent))
        .collect()
}

/// Returns the calls that would tell more, or what they told.
fn looks(diagnosis: &Diagnosis) -> Vec<String> {
    let mut lines = Vec::new();
    for look in &diagnosis.looks {
        let call = format!("{} as {}", look.action, look.by);
        lines.push(match &look.found {
            Some(found) => format!("   {}: {}", visible(&call), visible(found)),
            None => format!("   {}", visible(&call)),
        });
        if let Some(statement) = &look.statement {
            lines.push(format!("   For {}:", visible(&statement.goes_to)));
            let json = visible_lines(&statement.json);
            lines.extend(json.lines().map(|line| format!("     {line}")));
        }
    }
    let is_made = diagnosis.looks.iter().any(|look| look.found.is_some());
    let heading = match (lines.is_empty(), is_made) {
        (true, _) => return lines,
        (false, true) => "A deeper look:",
        (false, false) => "AWS can tell more; with --deeper Rolecall calls, changing nothing:",
    };
    lines.splice(0..0, [String::new(), heading.to_owned()]);
    lines
}

/// Returns the lines of a cause. A statement that an earlier cause gave already is not printed again.
fn told_cause<'a>(
    cause: &'a Cause,
    number: usize,
    sent: &mut Vec<(&'a str, usize)>,
) -> Vec<String> {
    let sure = match cause.confidence {
        Confidence::Certain => "The cause",
        Confidence::Likely => "Most likely",
        Confidence::Possible => "Possible",
    };
    let mut lines = vec![
        String::new(),
        format!("{number}. {sure}: {}", visible(&cause.what)),
        format!("   {}", visible(&cause.check.what)),
    ];
    if let Some(who) = &cause.who {
        lines.push(format!("   Who can change it: {}.", visible(who)));
    }
    if let Some(command) = &cause.check.command {
        lines.push(format!("   A command that tells: {}", visible(command)));
    }
    let Some(statement) = &cause.statement else {
        return lines;
    };
    let place = visible(&statement.goes_to);
    match sent.iter().find(|(json, _)| *json == statement.json) {
        Some((_, earlier)) => lines.push(format!("   For {place}: the statement of {earlier}.")),
        None => {
            sent.push((&statement.json, number));
            lines.push(format!("   For {place}:"));
            let json = visible_lines(&statement.json);
            lines.extend(json.lines().map(|line| format!("     {line}")));
        }
    }
    lines
}
