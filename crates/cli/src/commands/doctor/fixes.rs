//! `doctor --fix`: fixes findings one by one, each after a question.

use std::path::Path;

use rolecall_core::aws_files::AwsFile;
use rolecall_core::aws_files::connection::Which;
use rolecall_core::doctor::{DoctorReport, Fix};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use super::super::catalogue::ReadFiles;
use super::super::edit::Editing;
use super::super::key_import;
use crate::arguments::WriteMode;
use crate::client::Client;
use crate::environment::Environment;
use crate::terminal::{self, Echo};

/// Checks that there is a terminal to ask on.
///
/// # Errors
/// If there is none.
pub(super) fn check_terminal() -> Result<(), Problem> {
    if terminal::is_present() {
        return Ok(());
    }
    let what = "Nothing was changed: there is no terminal to ask on.";
    let remedy = "Run rolecall doctor --fix at a terminal, or do what each finding says.";
    Err(Problem::new(ProblemCode::NobodyToAsk, what, remedy))
}

/// Offers to fix each finding that Rolecall can fix, and returns how many it fixed.
///
/// # Errors
/// If the user cancels. What cannot be fixed is said, and the others are offered.
pub(super) fn offer(
    report: &DoctorReport,
    client: &Client,
    environment: &Environment,
) -> Result<usize, Problem> {
    let mut fixed = 0;
    for (finding, number) in report.findings.iter().zip(1..) {
        let Some(fix) = &finding.fix else {
            continue;
        };
        let question = format!("\nFix {number}? {} [y/N/q] ", step(fix));
        terminal::discard_typed_input();
        match Reply::of(terminal::ask(&question, Echo::On)?.expose()) {
            Reply::Yes => {}
            Reply::No => continue,
            Reply::Quit => break,
        }
        match apply(fix, client, environment) {
            Ok(result) => {
                fixed += 1;
                terminal::tell(&result);
            }
            Err(problem) => terminal::tell(&visible(&problem.to_string())),
        }
    }
    Ok(fixed)
}

/// The answer to an offer.
enum Reply {
    Yes,
    No,
    /// No more offers.
    Quit,
}

impl Reply {
    fn of(line: &str) -> Self {
        match line.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Self::Yes,
            "q" | "quit" => Self::Quit,
            _ => Self::No,
        }
    }
}

fn step(fix: &Fix) -> String {
    match fix {
        Fix::RestrictFile(file) => {
            format!("Let only yourself use {}.", file.usual_path())
        }
        Fix::ImportKey(profile) => {
            format!(
                "Move the key of the profile \"{}\" to the keychain.",
                visible(profile)
            )
        }
    }
}

fn apply(fix: &Fix, client: &Client, environment: &Environment) -> Result<String, Problem> {
    match fix {
        Fix::RestrictFile(file) => {
            let files = ReadFiles::of(environment);
            let path = match file {
                AwsFile::Config => files.config_path,
                AwsFile::Credentials => files.credentials_path,
            };
            restrict(path.as_deref().unwrap_or(Path::new("")))
        }
        Fix::ImportKey(profile) => {
            let editing = Editing::new(client, environment, WriteMode::Write);
            key_import::import(&editing, &Which::Named(vec![profile.clone()]), None)
        }
    }
}

#[cfg(unix)]
fn restrict(path: &Path) -> Result<String, Problem> {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let shown = visible(&path.to_string_lossy());
    match set_permissions(path, Permissions::from_mode(0o600)) {
        Ok(()) => Ok(format!("Only you can use {shown}.")),
        Err(error) => {
            let what = format!("The mode of {shown} cannot be changed: {error}.");
            let remedy = "Ask the file's owner, or change it as an administrator.";
            Err(Problem::new(ProblemCode::StorageFailed, what, remedy))
        }
    }
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> Result<String, Problem> {
    Err(Problem::internal())
}
