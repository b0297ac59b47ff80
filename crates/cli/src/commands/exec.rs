//! `exec`: a program with a session in its environment, and nowhere else.

mod subshell;

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rolecall_core::credentials::instant_text;
use rolecall_core::export_block::ENDPOINT_URL;
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::WireEnvironment;
use rolecall_core::sanitise::echo;

use super::catalogue::credentials_of_default;
use super::endpoint::{self, kept, variables};
use super::{Outcome, assume};
use crate::client::Client;
use crate::endpoint::{HandOver, Ready, launch};
use crate::environment::Environment;
use crate::terminal;

/// What shells answer for a program that is there but cannot be started, and for one that is not there.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02>
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// How the program gets credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// In its environment, once.
    Variables,
    /// From an endpoint, always fresh.
    Endpoint,
}

/// Variables by which SDKs would take other credentials before they ask an endpoint.
const BEFORE_AN_ENDPOINT: [&str; 3] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
];

/// Starts the program that `words` name, or a shell if there are none. On Unix it takes this process's place, so that
/// signals, the terminal and the exit code are its own.
///
/// # Errors
/// Why no live session can be had, or no endpoint.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    role: &str,
    delivery: Delivery,
    words: &[OsString],
) -> Result<Outcome, Problem> {
    if delivery == Delivery::Endpoint
        && let Some(setting) = credentials_of_default(environment)
    {
        return Err(default_comes_first(setting));
    }
    let session = variables(client, role)?;
    let shell = login_shell(environment).into_os_string();
    let (program, arguments) = match words {
        [program, arguments @ ..] => (program, arguments),
        [] => {
            greet(client, role)?;
            (&shell, words)
        }
    };
    let mut command = command(program, arguments, role, &session);
    if words.is_empty() {
        subshell::prepare(&mut command, Path::new(program), client, environment);
    }
    if environment.has_custom_endpoint() {
        // A session of a custom endpoint sets its own again.
        command.env_remove(ENDPOINT_URL);
    }
    match delivery {
        Delivery::Variables => set_credentials(&mut command, &session),
        Delivery::Endpoint => {
            let own = std::process::id();
            let launched = launch(client, role, own, HandOver::Environment)?;
            set_endpoint(&mut command, &session, &launched.ready);
        }
    }
    Ok(match start(command) {
        Ok(code) => Outcome::Ended(code),
        Err(error) => not_started(program, &error),
    })
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
    command.env("ROLECALL_ROLE", role.trim());
    command
}

fn set_credentials(command: &mut Command, session: &WireEnvironment) {
    let set = session.set.iter();
    command.envs(set.map(|(name, value)| (name, value.expose())));
    command.env("ROLECALL_EXPIRATION", instant_text(session.expires_at));
}

fn set_endpoint(command: &mut Command, session: &WireEnvironment, ready: &Ready) {
    let credentials = session.set.iter().map(|(name, _)| name.as_str());
    for name in credentials.chain(BEFORE_AN_ENDPOINT) {
        command.env_remove(name);
    }
    command.envs(kept(session));
    command.env(endpoint::URL, &ready.url);
    command.env(endpoint::TOKEN, &ready.authorization);
    // The session is renewed, so it has no one end.
    command.env_remove("ROLECALL_EXPIRATION");
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

/// Returns the problem of a default profile with credentials: the program would not be who the user meant.
fn default_comes_first(setting: &str) -> Problem {
    let what = format!(
        "The default profile in AWS's files has credentials of its own ({setting}), and AWS SDKs take them before \
         they ask an endpoint."
    );
    let remedy = "Give that profile another name, or leave out --server.";
    Problem::new(ProblemCode::InvalidFile, what, remedy)
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
