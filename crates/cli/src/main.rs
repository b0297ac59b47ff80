//! `rolecall`: the command line. It asks the running application over its socket and holds no rules of its own.
//!
//! It starts in about a millisecond: it links std and the domain, but no async runtime, no AWS client and no display.
//!
//! Modules from the ground up: `grammar` (the table of commands and flags), `arguments` and `help`; `environment` and
//! `terminal`; `socket` (transport); `client`, which asks the user on the way; `endpoint`; `commands`.

mod agent_program;
mod arguments;
mod client;
mod commands;
mod endpoint;
mod environment;
mod grammar;
mod hardening;
mod help;
mod input;
mod interrupt;
mod paint;
mod passphrase;
mod piped_code;
mod question;
mod regular_file;
mod sdk_message;
mod socket;
mod table;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;

use arguments::{Command, Invocation, SessionOf};
use client::Client;
use commands::Outcome;
use environment::Environment;
use rolecall_core::value::shell_word::shell_word;

/// The exit code for a command line that is not valid. Other failures exit with 1.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    hardening::harden();
    let invocation = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(error) => return fail(&error.to_string(), ExitCode::from(USAGE)),
    };
    let environment = Environment::read();
    let client = Client::new(&environment, invocation.mode);
    let outcome = commands::run(&invocation, &client, &environment);
    if invocation.command.is_for_a_person() {
        client.socket().tell_versions();
    }
    match outcome {
        Ok(Outcome::Text(text)) => print(text.expose()),
        Ok(Outcome::Failed(text)) => {
            print(&text);
            ExitCode::FAILURE
        }
        Ok(Outcome::Exited(code)) => code,
        Ok(Outcome::NotStarted { message, code }) => fail(&message, ExitCode::from(code)),
        Err(problem) => {
            let text = message(&invocation, &client, &environment, problem);
            fail(&text, ExitCode::FAILURE)
        }
    }
}

/// Returns the text of a problem: what happened, what to do, and AWS's own message. For an SDK it is one fixed line.
fn message(
    invocation: &Invocation,
    client: &Client,
    environment: &Environment,
    problem: Problem,
) -> String {
    if let Command::Credentials(SessionOf::Role(name) | SessionOf::Key(name)) = &invocation.command
    {
        let line = sdk_message::message(problem.code, name);
        if !terminal::is_read() {
            return line;
        }
        let before = problem.remedy.clone();
        let problem = commands::with_suggestion(problem, client, environment, &invocation.command);
        return match problem.remedy == before {
            true => line,
            false => format!(
                "{line}\n{}",
                client.command_in(&sanitise::visible(&problem.remedy))
            ),
        };
    }
    let problem = commands::with_suggestion(problem, client, environment, &invocation.command);
    let remedy = client.command_in(&problem.remedy);
    let mut text = sanitise::visible(&format!("{} {remedy}", problem.what));
    // The detail of invalid input is the name of a field, which the text has in words.
    let detail = problem.detail.as_ref();
    if let Some(detail) = detail.filter(|_| problem.code != ProblemCode::InvalidInput) {
        text.push_str("\nDetail: ");
        text.push_str(&sanitise::visible(detail));
    }
    let causes = problem.diagnosis.map_or(0, |it| it.causes.len());
    if let Some(role) = invocation.command.role().filter(|_| causes > 1) {
        let role = shell_word(&sanitise::visible(role));
        let causes = format!("\nAll {causes} causes: rolecall explain {role}");
        text.push_str(&client.command_in(&causes));
    }
    text
}

/// Prints the result. A closed pipe is not an error to report.
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
        Err(error) => fail(
            &format!("The output cannot be written: {error}."),
            ExitCode::FAILURE,
        ),
    }
}

fn fail(text: &str, code: ExitCode) -> ExitCode {
    // If standard error cannot be written either, the exit code remains.
    let _ = writeln!(io::stderr(), "{text}");
    code
}
