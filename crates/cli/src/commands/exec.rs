//! `exec`: runs a program with a session in its environment, and nowhere else.

mod subshell;

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rolecall_core::api::wire_environment::WireEnvironment;
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::credentials::instant_text;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::echo;
use rolecall_core::value::secret::Secret;

use super::assume;
use super::catalogue::credentials_of_default;
use super::endpoint::{self, other_variables, variables};
use super::outcome::Outcome;
use crate::arguments::Delivery;
use crate::client::{Client, unexpected};
use crate::endpoint::{Ready, TokenDelivery, launch};
use crate::environment::{Environment, left_over};
use crate::terminal;

/// Exit codes of shells for a program that cannot be started, and for one that does not exist.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02>
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// When the credentials in the environment expire; absent if Rolecall renews them.
const EXPIRATION: &str = "ROLECALL_EXPIRATION";

/// Names and values of the variables that a program gets.
type Set<'a> = Vec<(&'a str, Secret)>;

/// Runs a program, or a shell if `program` is empty. On Unix it replaces this process, so that it has the signals, the
/// terminal and the exit code.
///
/// # Errors
/// If there is no session or no endpoint.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    role: &str,
    (reasons, yes): (Vec<String>, bool),
    delivery: Delivery,
    program: &[OsString],
) -> Result<Outcome, Problem> {
    if delivery == Delivery::Endpoint
        && let Some(setting) = credentials_of_default(environment)
    {
        return Err(default_profile_comes_first(setting));
    }
    let session = variables(client, role, reasons, yes)?;
    let shell = [login_shell(environment).into_os_string()];
    let program = match program {
        [] => {
            greet(client, role)?;
            &shell
        }
        program => program,
    };
    let mut set = match delivery {
        Delivery::Variables => with_credentials(&session),
        Delivery::Endpoint => {
            let own = std::process::id();
            let launched = launch(client, role, own, TokenDelivery::Environment)?;
            with_endpoint(&session, &launched.ready)
        }
    };
    set.push(("ROLECALL_ROLE", Secret::new(role.trim().to_owned())));
    let [name, arguments @ ..] = program else {
        return Err(unexpected());
    };
    let mut command = command(name, &session, &set);
    subshell::prepare(&mut command, program, &set, client, environment);
    command.args(arguments);
    // The program may replace this process.
    client.socket().tell_versions();
    Ok(match start(command) {
        Ok(code) => Outcome::Exited(code),
        Err(error) => not_started(name, &error),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts the program that the user named, in their environment"
)]
fn command(program: &OsString, session: &WireEnvironment, set: &Set<'_>) -> Command {
    let mut command = Command::new(program);
    let names: Vec<&str> = set.iter().map(|(name, _)| *name).collect();
    for name in session.unset.iter().chain(&left_over(&names)) {
        command.env_remove(name);
    }
    if !names.contains(&EXPIRATION) {
        command.env_remove(EXPIRATION);
    }
    command.envs(set.iter().map(|(name, value)| (name, value.expose())));
    command
}

/// Returns the variables of a session with its credentials.
fn with_credentials(session: &WireEnvironment) -> Set<'_> {
    let set = session.set.iter();
    let secret = |value: &WireSecret| Secret::new(value.expose().to_owned());
    let mut set: Set<'_> = set
        .map(|(name, value)| (name.as_str(), secret(value)))
        .collect();
    set.push((EXPIRATION, Secret::new(instant_text(session.expires_at))));
    set
}

/// Returns the variables of an endpoint. Rolecall renews the session, so it does not expire at one time.
fn with_endpoint<'a>(session: &'a WireEnvironment, ready: &Ready) -> Set<'a> {
    let other = other_variables(session);
    let mut set: Set<'_> = other
        .map(|(name, value)| (name, Secret::new(value.to_owned())))
        .collect();
    set.push((endpoint::URL, Secret::new(ready.url.clone())));
    set.push((endpoint::TOKEN, Secret::new(ready.authorization.clone())));
    set
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
