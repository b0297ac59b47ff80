//! `rolecall`: the command line. It asks the running application over its socket and holds no rules of its own.
//!
//! It starts in about a millisecond: std and the domain, no async runtime, no AWS client, no display.

mod arguments;
mod client;
mod commands;
mod endpoint;
mod environment;
mod hardening;
mod help;
mod paint;
mod question;
mod table;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::sanitise;
use rolecall_core::snapshot::Mode;

use arguments::{Command, Invocation};
use client::Client;
use commands::Outcome;
use environment::Environment;

/// The exit code of a command line that is not understood; every other failure is 1.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    hardening::harden();
    let invocation = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(usage) => return complain(&usage.to_string(), ExitCode::from(USAGE)),
    };
    let environment = Environment::read();
    let client = Client::new(&environment, invocation.mode);
    match commands::run(&invocation, &client, &environment) {
        Ok(Outcome::Text(text)) => print(text.expose()),
        Ok(Outcome::Ended(code)) => code,
        Ok(Outcome::NotStarted { told, code }) => complain(&told, ExitCode::from(code)),
        Err(problem) => complain(&explanation(&invocation, &problem), ExitCode::FAILURE),
    }
}

/// Returns what is told of a problem: what happened and what to do, then AWS's own words. An SDK logs what
/// `credentials` says, so there it is one line of fixed words.
fn explanation(invocation: &Invocation, problem: &Problem) -> String {
    if let Command::Credentials { role } = &invocation.command {
        return commands::credentials::told(problem.code, role);
    }
    if let Command::KeyCredentials { key } = &invocation.command {
        return commands::credentials::told(problem.code, key);
    }
    let mut text = sanitise::visible(&format!("{} {}", problem.what, problem.remedy));
    // Of a wrong input the detail is the name of its field, which the sentence says in words.
    let detail = problem.detail.as_ref();
    let causes = problem.diagnosis.as_ref().map_or(0, |it| it.causes.len());
    if let Some(detail) = detail.filter(|_| problem.code != ProblemCode::InvalidInput) {
        text.push_str("\nDetail: ");
        text.push_str(&sanitise::visible(detail));
    }
    if let Some(role) = invocation.command.role().filter(|_| causes > 1) {
        let practice = match invocation.mode {
            Mode::Own => "",
            Mode::Practice => "--practice ",
        };
        let role = quoted(&sanitise::visible(role));
        text.push_str(&format!(
            "\nAll {causes} causes: rolecall {practice}explain {role}"
        ));
    }
    text
}

/// Returns a name as a shell reads it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.@/+=,:".contains(c);
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// Prints the result. A reader that went away is no reason to complain.
fn print(text: &str) -> ExitCode {
    if text.is_empty() {
        return ExitCode::SUCCESS;
    }
    let mut out = io::stdout().lock();
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(error) => complain(
            &format!("The output cannot be written: {error}."),
            ExitCode::FAILURE,
        ),
    }
}

fn complain(text: &str, code: ExitCode) -> ExitCode {
    // There is nowhere else to say that this failed.
    let _ = writeln!(io::stderr(), "{text}");
    code
}
