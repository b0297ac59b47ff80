//! `exec`: runs a program with a session in its environment, and nowhere else.

mod subshell;

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rolecall_core::api::protocol::WireEnvironment;
use rolecall_core::session::export_block::ENDPOINT_URL;
use rolecall_core::value::credentials::instant_text;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;

use super::assume;
use super::catalogue::credentials_of_default;
use super::endpoint::{self, other_variables, variables};
use super::outcome::Outcome;
use crate::arguments::Delivery;
use crate::client::Client;
use crate::endpoint::{Ready, TokenDelivery, launch};
use crate::environment::Environment;
use crate::terminal;

/// Exit codes of shells for a program that cannot be started, and for one that does not exist.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02>
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Variables that SDKs use before an endpoint.
const BEFORE_AN_ENDPOINT: [&str; 3] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
];

/// Runs a program, or a shell if `program` is empty. On Unix it replaces this process, so that it has the signals, the
/// terminal and the exit code.
///
/// # Errors
/// If there is no session or no endpoint.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    role: &str,
    reasons: Vec<String>,
    delivery: Delivery,
    program: &[OsString],
) -> Result<Outcome, Problem> {
    if delivery == Delivery::Endpoint
        && let Some(setting) = credentials_of_default(environment)
    {
        return Err(default_profile_comes_first(setting));
    }
    let session = variables(client, role, reasons)?;
    let shell = login_shell(environment).into_os_string();
    let mut command = match program {
        [program, arguments @ ..] => command(program, arguments, role, &session),
        [] => {
            greet(client, role)?;
            let mut command = command(&shell, &[], role, &session);
            subshell::prepare(&mut command, Path::new(&shell), client, environment);
            command
        }
    };
    if environment.has_custom_endpoint() {
        // The session of a custom endpoint sets its own.
        command.env_remove(ENDPOINT_URL);
    }
    match delivery {
        Delivery::Variables => set_credentials(&mut command, &session),
        Delivery::Endpoint => {
            let own = std::process::id();
            let launched = launch(client, role, own, TokenDelivery::Environment)?;
            set_endpoint(&mut command, &session, &launched.ready);
        }
    }
    Ok(match start(command) {
        Ok(code) => Outcome::Exited(code),
        Err(error) => not_started(program.first().unwrap_or(&shell), &error),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts the program that the user named, in their environment"
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
    command.envs(other_variables(session));
    command.env(endpoint::URL, &ready.url);
    command.env(endpoint::TOKEN, &ready.authorization);
    // Rolecall renews the session, so it does not expire at one time.
    command.env_remove("ROLECALL_EXPIRATION");
}

/// Returns the user's login shell, or the shell that every system has.
fn login_shell(environment: &Environment) -> PathBuf {
    let fallback = if cfg!(windows) { "cmd.exe" } else { "/bin/sh" };
    let shell = environment.shell.as_deref();
    shell.unwrap_or(Path::new(fallback)).to_owned()
}

/// Shows the session of the shell that follows.
fn greet(client: &Client, role: &str) -> Result<(), Problem> {
    let snapshot = client.snapshot()?;
    let session = snapshot.sessions.iter().find(|it| it.role == role.trim());
    if let Some(session) = session {
        let described = assume::described(session, &snapshot);
        terminal::tell(&format!("{described}\nLeave this shell with: exit"));
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

/// Returns the problem of a default profile with credentials: the program would use them instead of the role's.
fn default_profile_comes_first(setting: &str) -> Problem {
    let what = format!(
        "The default profile in AWS's files has its own credentials ({setting}). AWS SDKs use them before an endpoint."
    );
    let remedy = "Rename that profile, or leave out --server.";
    Problem::new(ProblemCode::InvalidFile, what, remedy)
}

fn not_started(program: &OsString, error: &io::Error) -> Outcome {
    let name = echo(&program.to_string_lossy());
    match error.kind() {
        ErrorKind::NotFound => Outcome::NotStarted {
            message: format!("The program \"{name}\" was not found."),
            code: NOT_FOUND,
        },
        _ => Outcome::NotStarted {
            message: format!("\"{name}\" cannot be started: {error}."),
            code: NOT_EXECUTABLE,
        },
    }
}
