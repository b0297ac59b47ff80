//! `agent`: Rolecall without a display. It runs as a program of its own, since it links what a quick command must not.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rolecall_core::host::{HostKind, HostView};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;

use super::Outcome;
use crate::arguments::Format;
use crate::client::{Client, unexpected};

/// The agent's program, which lies beside this one.
const PROGRAM: &str = "rolecall-agent";

/// Becomes the agent, in the foreground.
///
/// # Errors
/// If its program is not there or cannot be started.
pub(super) fn run(words: &[OsString]) -> Result<Outcome, Problem> {
    let program = program().map_err(|error| not_started(Path::new(PROGRAM), &error))?;
    let started = become_agent(&program, words);
    started
        .map(Outcome::Ended)
        .map_err(|error| not_started(&program, &error))
}

/// Returns where the agent's program lies.
///
/// # Errors
/// If the system does not tell where this program lies.
pub(crate) fn program() -> io::Result<PathBuf> {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}

#[cfg(unix)]
fn become_agent(program: &Path, words: &[OsString]) -> io::Result<ExitCode> {
    let mut command = command(program, words);
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn become_agent(program: &Path, words: &[OsString]) -> io::Result<ExitCode> {
    let status = command(program, words).status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts our own program, which lies beside this one"
)]
fn command(program: &Path, words: &[OsString]) -> Command {
    let mut command = Command::new(program);
    command.args(words);
    command
}

/// Returns the problem of an agent that could not be started.
pub(crate) fn not_started(program: &Path, error: &io::Error) -> Problem {
    let shown = visible(&program.to_string_lossy());
    let what = match error.kind() {
        ErrorKind::NotFound => format!("There is no {shown}."),
        _ => format!("{shown} cannot be started: {error}."),
    };
    let remedy = "Install Rolecall's programs in one folder.";
    Problem::new(ProblemCode::NotRunning, what, remedy)
}

/// Ends the agent.
///
/// # Errors
/// If none runs, or the tray application does.
pub(super) fn stop(client: &Client) -> Result<String, Problem> {
    let Answer::Done = client.ask(Call::Stop)? else {
        return Err(unexpected());
    };
    Ok("The agent ends. Its sessions are kept for the next start.".to_owned())
}

/// Tells which program answers.
///
/// # Errors
/// If none runs.
pub(super) fn status(client: &Client, format: Format) -> Result<String, Problem> {
    let Answer::Host(host) = client.ask(Call::Host)? else {
        return Err(unexpected());
    };
    match format {
        Format::Json => super::json(&host),
        Format::Text => Ok(told(&host)),
    }
}

fn told(host: &HostView) -> String {
    let name = match host.kind {
        HostKind::Desktop => "The tray application",
        HostKind::Agent => "The agent",
    };
    let version = visible(&host.version);
    format!("{name} runs: version {version}, process {}.", host.pid)
}
