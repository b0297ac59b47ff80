//! `exec`: a program with a session in its environment, and nowhere else.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rolecall_core::credentials::instant_text;
use rolecall_core::problem::Problem;
use rolecall_core::protocol::{Answer, Call, WireEnvironment};
use rolecall_core::sanitise::echo;

use super::{Outcome, assume, attended};
use crate::client::{Client, unexpected};
use crate::environment::Environment;
use crate::terminal;

/// What shells answer for a program that is there but cannot be started, and for one that is not there.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02>
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Starts the program that `words` name, or a shell if there are none. On Unix it takes this process's place, so that
/// signals, the terminal and the exit code are its own.
///
/// # Errors
/// Why no live session can be had.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    role: &str,
    words: &[OsString],
) -> Result<Outcome, Problem> {
    let session = variables(client, role)?;
    let shell = login_shell(environment).into_os_string();
    let (program, arguments) = match words {
        [program, arguments @ ..] => (program, arguments),
        [] => {
            greet(client, role)?;
            (&shell, words)
        }
    };
    let started = start(command(program, arguments, role, &session));
    Ok(match started {
        Ok(code) => Outcome::Ended(code),
        Err(error) => not_started(program, &error),
    })
}

fn variables(client: &Client, role: &str) -> Result<WireEnvironment, Problem> {
    let role = role.to_owned();
    let Answer::Environment(environment) =
        attended::ask(client, Call::Environment { role: role.clone() }, &role)?
    else {
        return Err(unexpected());
    };
    Ok(*environment)
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts the program that the user named, in the environment they have"
)]
fn command(
    program: &OsString,
    arguments: &[OsString],
    role: &str,
    session: &WireEnvironment,
) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    for name in &session.unset {
        command.env_remove(name);
    }
    command.envs(
        session
            .set
            .iter()
            .map(|(name, value)| (name, value.expose())),
    );
    command.env("ROLECALL_ROLE", role.trim());
    command.env("ROLECALL_EXPIRATION", instant_text(session.expires_at));
    command
}

/// Returns the shell that the user logs in to, else the one that every system of its kind has.
fn login_shell(environment: &Environment) -> PathBuf {
    let everywhere = if cfg!(windows) { "cmd.exe" } else { "/bin/sh" };
    let shell = environment.shell.as_deref();
    shell.unwrap_or(Path::new(everywhere)).to_owned()
}

/// Tells which session the shell that follows is in, and how long it lasts.
fn greet(client: &Client, role: &str) -> Result<(), Problem> {
    let snapshot = client.snapshot()?;
    let session = snapshot.sessions.iter().find(|it| it.role == role.trim());
    if let Some(session) = session {
        let told = assume::told(session, &snapshot);
        terminal::tell(&format!("{told}\nLeave this shell with: exit"));
    }
    Ok(())
}

#[cfg(unix)]
fn start(mut command: Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn start(mut command: Command) -> io::Result<ExitCode> {
    let status = command.status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn not_started(program: &OsString, error: &io::Error) -> Outcome {
    let name = echo(&program.to_string_lossy());
    match error.kind() {
        ErrorKind::NotFound => Outcome::NotStarted {
            told: format!("There is no program \"{name}\" to start."),
            code: NOT_FOUND,
        },
        _ => Outcome::NotStarted {
            told: format!("\"{name}\" cannot be started: {error}."),
            code: NOT_EXECUTABLE,
        },
    }
}
