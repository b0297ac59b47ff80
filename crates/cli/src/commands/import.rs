//! `import`: access keys and roles of another program.

use std::path::Path;

use rolecall_core::api::import::{ImportItem, ImportItemKind, ImportOutcome, ImportSource};
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
    from: ImportSource,
    file: Option<&str>,
    dry_run: DryRun,
    format: Format,
) -> Result<String, Problem> {
    // The application runs in another folder.
    let file = file.map(std::path::absolute).transpose().map_err(|_| {
        let what = "The absolute path of the file is not known.";
        Problem::new(ProblemCode::InvalidInput, what, "Give its full path.")
    })?;
    let call = Call::Import {
        from,
        file: file.as_deref().map(Path::to_path_buf),
        dry_run,
    };
    let Answer::Imported(report) = client.ask(call)? else {
        return Err(unexpected());
    };
    match format {
        Format::Json => json(&report),
        Format::Text => Ok(text(from.title(), &report, dry_run)),
    }
}

/// Returns a report, line by line, and its sum.
pub(super) fn text(title: &str, report: &[ImportItem], dry_run: DryRun) -> String {
    if report.is_empty() {
        return format!("{title} has nothing to import.");
    }
    let rows: Vec<[String; 4]> = report.iter().map(|it| row(it, dry_run)).collect();
    let count = |outcome| report.iter().filter(|it| it.outcome == outcome).count();
    let (imported, skipped) = (
        count(ImportOutcome::Imported),
        count(ImportOutcome::Skipped),
    );
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

fn row(item: &ImportItem, dry_run: DryRun) -> [String; 4] {
    let outcome = match (item.outcome, dry_run) {
        (ImportOutcome::Imported, DryRun::No) => "imported",
        (ImportOutcome::Imported, DryRun::Yes) => "will import",
        (ImportOutcome::Exists, _) => "already added",
        (ImportOutcome::Skipped, _) => "not imported",
    };
    let kind = match item.kind {
        ImportItemKind::Key => "access key",
        ImportItemKind::Role => "role",
        ImportItemKind::Other => "",
    };
    let name = visible(&item.name);
    let detail = visible(&item.message);
    [outcome.to_owned(), kind.to_owned(), name, detail]
}
