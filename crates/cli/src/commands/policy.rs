//! `policy`: evaluates and explains policies in files. It needs no running application.

use std::io::{self, Read};

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{cut, visible};
use rolecall_policy::{CaseAnswer, CaseDecision, StatementRef, answer_cases, sentences};
use serde::Serialize;

use super::output::json;
use crate::arguments::{Format, PolicyCommand};

/// The longest file, in bytes.
const FILE_MAX: u64 = 4 << 20;

/// The most characters of a file's own text in a message.
const TEXT_MAX: usize = 240;

/// One answer of `policy evaluate --json`.
#[derive(Serialize)]
struct AnswerView<'a> {
    name: &'a str,
    decision: &'a str,
    /// The statement that decides, such as `identity[0].Statement[1]`.
    statement: Option<String>,
    /// The kind of policies that does not allow the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<String>,
    /// Why IAM refuses a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Whether the answer is what the case expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<bool>,
}

/// Runs a command on policies.
///
/// # Errors
/// If the file cannot be read, or is not what the command needs.
pub(super) fn run(command: &PolicyCommand) -> Result<String, Problem> {
    match command {
        PolicyCommand::Evaluate { file, format } => evaluate(&read(file)?, *format),
        PolicyCommand::Explain { file, format } => explain(&read(file)?, *format),
    }
}

fn evaluate(text: &str, format: Format) -> Result<String, Problem> {
    let answers = answer_cases(text).map_err(|error| {
        invalid(
            format!(
                "The file is not a list of cases: {}.",
                shortened(&error.to_string())
            ),
            "See: rolecall help policy",
        )
    })?;
    let views: Vec<AnswerView<'_>> = answers.iter().map(view).collect();
    match format {
        Format::Json => json(&views),
        Format::Text => Ok(views.iter().map(line).collect::<Vec<_>>().join("\n")),
    }
}

fn explain(text: &str, format: Format) -> Result<String, Problem> {
    let sentences = sentences(text).map_err(|error| {
        invalid(
            format!(
                "IAM does not accept the policy: {}.",
                shortened(&error.to_string())
            ),
            "Fix it there.",
        )
    })?;
    match format {
        Format::Json => json(&sentences),
        Format::Text => {
            let lines = sentences.iter().zip(1..);
            let lines = lines.map(|(sentence, number)| format!("{number}. {}", visible(sentence)));
            Ok(lines.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn view(answer: &CaseAnswer) -> AnswerView<'_> {
    let decision = &answer.decision;
    AnswerView {
        name: &answer.name,
        decision: decision.word(),
        statement: decision.statement().map(named),
        side: match decision {
            CaseDecision::None(side) => Some(format!("{side:?}")),
            CaseDecision::Allow(_)
            | CaseDecision::AllowWithoutStatement
            | CaseDecision::Deny(_)
            | CaseDecision::Refused(_) => None,
        },
        problem: match decision {
            CaseDecision::Refused(error) => Some(error.to_string()),
            CaseDecision::Allow(_)
            | CaseDecision::AllowWithoutStatement
            | CaseDecision::Deny(_)
            | CaseDecision::None(_) => None,
        },
        expected: answer.expected.as_ref().map(|_| answer.is_expected()),
    }
}

fn named(statement: &StatementRef) -> String {
    let place = format!(
        "{:?}[{}].Statement[{}]",
        statement.side, statement.policy, statement.statement
    );
    match &statement.sid {
        Some(sid) => format!("{place} ({sid})"),
        None => place,
    }
}

fn line(view: &AnswerView<'_>) -> String {
    let why = [&view.statement, &view.side, &view.problem];
    let why = why.into_iter().flatten().next();
    let why = why
        .map(|why| format!(" ({})", visible(why)))
        .unwrap_or_default();
    let differs = match view.expected {
        Some(false) => ", not as expected",
        Some(true) | None => "",
    };
    format!("{}: {}{why}{differs}", visible(view.name), view.decision)
}

/// Reads a file; `-` is standard input.
///
/// # Errors
/// If it cannot be read, or is longer than 4 MiB.
pub(super) fn read(file: &str) -> Result<String, Problem> {
    let mut text = String::new();
    let read = match file {
        "-" => io::stdin().take(FILE_MAX + 1).read_to_string(&mut text),
        path => std::fs::File::open(path)
            .and_then(|file| file.take(FILE_MAX + 1).read_to_string(&mut text)),
    };
    let unreadable = |reason: String| {
        let what = format!("{} cannot be read: {reason}.", visible(file));
        Problem::new(
            ProblemCode::StorageFailed,
            what,
            "Check its name and its permissions.",
        )
    };
    match read {
        Ok(length) if length as u64 > FILE_MAX => Err(unreadable("it is longer than 4 MiB".into())),
        Ok(_) => Ok(text),
        Err(error) => Err(unreadable(visible(&error.to_string()))),
    }
}

fn shortened(text: &str) -> String {
    cut(&visible(text), TEXT_MAX)
}

fn invalid(what: String, remedy: &str) -> Problem {
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}
