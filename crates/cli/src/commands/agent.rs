//! `agent`: Rolecall without a display. It runs as a program of its own, since it links what a quick command must not.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rolecall_core::host::{FileState, HostKind, HostView};
use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call};
use rolecall_core::sanitise::visible;
use rolecall_core::secret::Secret;

use super::{Outcome, unlock};
use crate::arguments::{AgentWords, Format, SealedFile};
use crate::client::{Client, unexpected};
use crate::environment::Environment;
use crate::terminal;

/// The agent's program, which lies beside this one.
const PROGRAM: &str = "rolecall-agent";

/// Becomes the agent, in the foreground.
///
/// # Errors
/// If its program is not there or cannot be started.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    words: &AgentWords,
) -> Result<Outcome, Problem> {
    if words.sealed_file == SealedFile::Wanted
        && let Ok(host) = unlock::host(client)
    {
        unlock::make(client, &host)?;
        let told = format!(
            "The agent keeps new keys in {}.",
            visible(&host.sealed_file)
        );
        return Ok(Outcome::Text(Secret::new(told)));
    }
    let passphrase = match (words.sealed_file, words.passphrase_fd) {
        (SealedFile::Wanted, None) if terminal::is_reachable() => Some(passphrase(environment)?),
        (SealedFile::Wanted | SealedFile::AsItIs, _) => None,
    };
    let pipe = passphrase.as_ref().map(Pipe::holding).transpose()?;
    let mut words = words.list();
    words.extend(pipe.iter().flat_map(Pipe::words));
    let program = program().map_err(|error| not_started(Path::new(PROGRAM), &error))?;
    let started = become_agent(&program, &words);
    started
        .map(Outcome::Ended)
        .map_err(|error| not_started(&program, &error))
}

/// Asks for the passphrase of the file that is there, or of a new one.
fn passphrase(environment: &Environment) -> Result<Secret, Problem> {
    let path = environment.sealed_file_path().unwrap_or_default();
    let shown = path.to_string_lossy();
    match path.exists() {
        true => unlock::ask(&shown),
        false => unlock::choose(&shown),
    }
}

/// A pipe that holds a passphrase for the program that takes this one's place.
#[cfg(unix)]
struct Pipe(std::os::fd::OwnedFd);

#[cfg(unix)]
impl Pipe {
    fn holding(passphrase: &Secret) -> Result<Self, Problem> {
        let broken = |error: io::Error| not_started(Path::new(PROGRAM), &error);
        let (reader, writer) = rustix::pipe::pipe().map_err(|error| broken(error.into()))?;
        let mut writer = std::fs::File::from(writer);
        writer
            .write_all(passphrase.expose().as_bytes())
            .map_err(broken)?;
        Ok(Self(reader))
    }

    fn words(&self) -> [OsString; 2] {
        let number = std::os::fd::AsRawFd::as_raw_fd(&self.0);
        ["--passphrase-fd".into(), number.to_string().into()]
    }
}

/// There is no such pipe here: `rolecall unlock` has to follow.
#[cfg(not(unix))]
struct Pipe;

#[cfg(not(unix))]
impl Pipe {
    fn holding(_: &Secret) -> Result<Self, Problem> {
        Ok(Self)
    }

    fn words(&self) -> [OsString; 0] {
        []
    }
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
    let file = visible(&host.sealed_file);
    let keys = match host.sealed_file_is {
        FileState::Absent => String::new(),
        FileState::Wanted => {
            format!("\nKeys will be kept in {file}: choose its passphrase with rolecall unlock")
        }
        FileState::Sealed => format!("\n{file} is sealed. Open it with: rolecall unlock"),
        FileState::Open => format!("\n{file} is open."),
    };
    format!(
        "{name} runs: version {version}, process {}.{keys}",
        host.pid
    )
}
