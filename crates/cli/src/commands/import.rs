//! `import`: moving in from another program.

use std::path::Path;

use rolecall_core::peers::{MoveOutcome, Moved, MovedKind, Peer};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;

use crate::arguments::Format;
use crate::client::{Client, unexpected};
use crate::table::aligned;

/// Takes in what a program keeps, and returns what came and what did not.
///
/// # Errors
/// If there is nothing of it, or it cannot be read.
pub(super) fn run(
    client: &Client,
    from: Peer,
    file: Option<&str>,
    rehearse: bool,
    format: Format,
) -> Result<String, Problem> {
    // The application runs in a folder of its own.
    let file = file.map(std::path::absolute).transpose().map_err(|_| {
        let what = "The file's path cannot be made whole.";
        Problem::new(ProblemCode::InvalidInput, what, "Give its full path.")
    })?;
    let call = Call::MoveIn {
        from,
        file: file.as_deref().map(Path::to_path_buf),
        rehearse,
    };
    let Answer::Moved(report) = client.ask(call)? else {
        return Err(unexpected());
    };
    match format {
        Format::Json => super::json(&report),
        Format::Text => Ok(told(from.title(), &report, rehearse)),
    }
}

/// Returns what came from somewhere, line by line, and the sum.
pub(super) fn told(title: &str, report: &[Moved], rehearse: bool) -> String {
    if report.is_empty() {
        return format!("{title} keeps nothing here that could come over.");
    }
    let rows: Vec<[String; 4]> = report
        .iter()
        .map(|moved| {
            let outcome = match (moved.outcome, rehearse) {
                (MoveOutcome::Moved, false) => "came over",
                (MoveOutcome::Moved, true) => "would come",
                (MoveOutcome::Here, _) => "here",
                (MoveOutcome::Left, _) => "stays",
            };
            let kind = match moved.kind {
                MovedKind::Key => "access key",
                MovedKind::Role => "role",
                MovedKind::Other => "",
            };
            let name = visible(&moved.name);
            [
                outcome.to_owned(),
                kind.to_owned(),
                name,
                visible(&moved.told),
            ]
        })
        .collect();
    let count = |outcome| report.iter().filter(|it| it.outcome == outcome).count();
    let (moved, left) = (count(MoveOutcome::Moved), count(MoveOutcome::Left));
    let sum = match rehearse {
        false => {
            format!("From {title}: {moved} came over, {left} stay. Nothing of {title} was changed.")
        }
        true => format!(
            "From {title}: {moved} would come over, {left} would stay. Nothing was changed."
        ),
    };
    format!("{}\n{sum}", aligned(&rows))
}
