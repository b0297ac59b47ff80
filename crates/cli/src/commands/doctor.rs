//! `doctor`: what is wrong on this machine. What needs no running application is checked here, the rest by the
//! application.

mod bus;
mod copies;
mod fixes;
mod report_file;
mod text;

use std::path::Path;

use rolecall_core::api::host::AwsFilePaths;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::doctor::{self, CheckedFile, DoctorReport};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::snapshot::Mode;

use super::catalogue::ReadFiles;
use super::other_files::OtherFiles;
use super::outcome::Outcome;
use super::output::json;
use crate::arguments::{DoctorOptions, Format, Repair};
use crate::client::{Client, unexpected};
use crate::environment::{self, Environment};
use crate::{passphrase, terminal};

const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Checks this machine. The exit code is 1 if something is wrong.
///
/// # Errors
/// If there is no such role, the report cannot be written, or there is no terminal to ask on.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    options: &DoctorOptions,
) -> Result<Outcome, Problem> {
    let role = options.role.as_deref();
    if options.repair == Repair::Offer {
        fixes::check_terminal()?;
    }
    let (found, files_there) = asked(client, role)?;
    let mut report = own_report(client.mode(), environment, files_there);
    report.merge(found);
    let mut text = match options.format {
        Format::Json => json(&report)?,
        Format::Text => text::described(&report, environment.paint),
    };
    let mut left = report.findings.len();
    if let Some(path) = &options.report {
        terminal::tell(&report_file::write(path, &report, environment)?);
    }
    if options.repair == Repair::Offer {
        terminal::tell(&text);
        left -= fixes::offer(&report, client, environment)?;
        text = match left {
            0 => "Nothing is left to do.".to_owned(),
            left => format!("Findings that are left: {left}."),
        };
    }
    Ok(match left {
        0 => text.into(),
        _ => Outcome::Failed(text),
    })
}

/// Returns what needs no running application. `files_there` are AWS's files that the application reads.
fn own_report(
    mode: Mode,
    environment: &Environment,
    files_there: Option<AwsFilePaths>,
) -> DoctorReport {
    let mut report = DoctorReport::default();
    report.extend(copies::finding(environment));
    report.extend(bus::finding(environment));
    if mode == Mode::Practice {
        return report;
    }
    if environment.role.is_none() {
        let names = environment::credential_variables();
        report.extend(doctor::overriding_variables(&names));
    }
    let files = ReadFiles::of(environment);
    let config_path = shown(files.config_path.as_deref(), environment);
    let credentials_path = shown(files.credentials_path.as_deref(), environment);
    let config = CheckedFile {
        shown: &config_path,
        text: files.config.text.expose(),
        access: files.config.access,
    };
    let credentials = CheckedFile {
        shown: &credentials_path,
        text: files.credentials.text.expose(),
        access: files.credentials.access,
    };
    let exists = |path: &str| Path::new(path).is_file();
    let findings = doctor::file_findings(&config, &credentials, exists);
    let other = files_there.and_then(|there| OtherFiles::of(there, environment));
    report.extend(match other {
        Some(other) => doctor::of_other_files(findings, &other.note()),
        None => findings,
    });
    report
}

/// Returns what the application finds, and AWS's files that it reads. An application that does not answer is a finding.
///
/// # Errors
/// If there is no such role.
fn asked(
    client: &Client,
    role: Option<&str>,
) -> Result<(DoctorReport, Option<AwsFilePaths>), Problem> {
    let mut report = DoctorReport::default();
    let answer = client.ask(Call::Doctor {
        role: role.map(str::to_owned),
    });
    let host = passphrase::host(client.socket()).ok();
    if let Some(host) = &host {
        report.extend(doctor::other_version(&host.version, OUR_VERSION));
    }
    match answer {
        Ok(Answer::Doctor(found)) => report.merge(*found),
        Ok(_) => report.add(unexpected().into()),
        // An older version does not know the call.
        Err(problem)
            if problem.code == ProblemCode::VersionMismatch && !report.findings.is_empty() => {}
        Err(problem) if is_about_role(problem.code) => return Err(problem),
        Err(problem) => report.add(problem.into()),
    }
    Ok((report, host.and_then(|host| host.aws_files)))
}

/// Returns whether the name of the role is wrong.
fn is_about_role(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::UnknownRole | ProblemCode::InvalidInput)
}

/// Returns a path for a message. One in the home folder starts with `~`.
fn shown(path: Option<&Path>, environment: &Environment) -> String {
    let path = path.unwrap_or(Path::new(""));
    let home = environment.home.as_ref();
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    match below {
        Some(below) => visible(&Path::new("~").join(below).to_string_lossy()),
        None => visible(&path.to_string_lossy()),
    }
}
