//! `doctor --report`: the report in a file, without secrets, for a bug report.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use rolecall_core::doctor::{DoctorReport, redacted};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use super::text;
use crate::environment::Environment;
use crate::paint::Paint;

/// Writes a report to a new file that only the user can read, and returns what was written.
///
/// # Errors
/// If the file exists, or cannot be written.
pub(super) fn write(
    path: &str,
    report: &DoctorReport,
    environment: &Environment,
) -> Result<String, Problem> {
    let home = environment.home.as_ref().map(|home| home.to_string_lossy());
    let clean = redacted(report, home.as_deref());
    let content = format!(
        "Rolecall {} on {} ({})\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        text::described(&clean, Paint::Plain)
    );
    let shown = visible(path);
    create(Path::new(path), &content).map_err(|error| failed(&shown, &error))?;
    Ok(format!(
        "Wrote {shown}. It has no secrets and no external IDs, and shows account and key IDs only in part. Read it before \
         you attach it."
    ))
}

fn create(path: &Path, content: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(content.as_bytes())
}

fn failed(shown: &str, error: &io::Error) -> Problem {
    let what = match error.kind() {
        ErrorKind::AlreadyExists => format!("{shown} exists already."),
        _ => format!("{shown} cannot be written: {error}."),
    };
    Problem::new(ProblemCode::StorageFailed, what, "Choose another file.")
}
