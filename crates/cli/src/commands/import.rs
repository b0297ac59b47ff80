//! `import`: access keys and roles of another program.

use std::path::Path;

use rolecall_core::api::import::{MoveOutcome, Moved, MovedKind, Peer};
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use super::output::json;
use crate::arguments::{DryRun, Format};
use crate::client::{Client, unexpected};
use crate::table::aligned;

/// Imports from a program, and reports what it imported.
///
/// # Errors
/// If the program has no data here, or the data cannot be read.
pub(super) fn run(
    client: &Client,
    from: Peer,
    file: Option<&str>,
    dry_run: DryRun,
    format: Format,
) -> Result<String, Problem> {
    // The application runs in another folder.
    let file = file.map(std::path::absolute).transpose().map_err(|_| {
        let what = "The absolute path of the file is not known.";
        Problem::new(ProblemCode::InvalidInput, what, "Give its full path.")
    })?;
    let call = Call::MoveIn {
        from,
        file: file.as_deref().map(Path::to_path_buf),
        rehearse: dry_run.is_on(),
    };
    let Answer::Moved(report) = client.ask(call)? else {
        return Err(unexpected());
    };
    match format {
        Format::Json => json(&report),
        Format::Text => Ok(text(from.title(), &report, dry_run)),
    }
}

/// Returns a report, line by line, and its sum.
pub(super) fn text(title: &str, report: &[Moved], dry_run: DryRun) -> String {
    if report.is_empty() {
        return format!("{title} has nothing to import.");
    }
    let rows: Vec<[String; 4]> = report.iter().map(|it| row(it, dry_run)).collect();
    let count = |outcome| report.iter().filter(|it| it.outcome == outcome).count();
    let (imported, skipped) = (count(MoveOutcome::Moved), count(MoveOutcome::Left));
    let sum = match dry_run {
        DryRun::No => format!(
            "{title}: {imported} imported, {skipped} not imported. {title} itself was not changed."
        ),
        DryRun::Yes => format!(
            "{title}: {imported} would be imported, {skipped} would not. Nothing was changed."
        ),
    };
    format!("{}\n{sum}", aligned(&rows))
}

fn row(item: &Moved, dry_run: DryRun) -> [String; 4] {
    let outcome = match (item.outcome, dry_run) {
        (MoveOutcome::Moved, DryRun::No) => "imported",
        (MoveOutcome::Moved, DryRun::Yes) => "will import",
        (MoveOutcome::Here, _) => "already added",
        (MoveOutcome::Left, _) => "not imported",
    };
    let kind = match item.kind {
        MovedKind::Key => "access key",
        MovedKind::Role => "role",
        MovedKind::Other => "",
    };
    let name = visible(&item.name);
    let detail = visible(&item.told);
    [outcome.to_owned(), kind.to_owned(), name, detail]
}
