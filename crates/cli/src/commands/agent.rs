//! `agent`: Rolecall without a display, which is a program of its own because it links heavy libraries.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use rolecall_core::api::host::{FileState, HostKind, HostView};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::snapshot::Mode;

use super::outcome::Outcome;
use super::output::json;
use crate::arguments::{AgentCommand, AgentOptions, Format, SealedFile};
use crate::client::Client;
use crate::environment::Environment;
use crate::socket::START_PRACTICE;
use crate::{agent_program, passphrase, terminal};

use passphrase_pipe::PassphrasePipe;

/// Runs a command on the agent.
///
/// # Errors
/// If the agent cannot be started, or none runs, or it is asked of the practice account.
pub(super) fn run(
    client: &Client,
    environment: &Environment,
    command: &AgentCommand,
) -> Result<Outcome, Problem> {
    if client.mode() == Mode::Practice {
        let what = "The practice account has no agent.";
        let code = ProblemCode::InvalidInput;
        return Err(Problem::new(code, what, START_PRACTICE));
    }
    match command {
        AgentCommand::Run(options) => start(client, environment, options),
        AgentCommand::Stop => {
            client.socket().stop()?;
            let message = "The agent quits. The next start restores its sessions.";
            Ok(message.to_owned().into())
        }
        AgentCommand::Status { format } => status(client, *format).map(Outcome::from),
    }
}

/// Becomes the agent, in the foreground. If an agent runs and a sealed file is wanted, creates the file instead.
fn start(
    client: &Client,
    environment: &Environment,
    options: &AgentOptions,
) -> Result<Outcome, Problem> {
    let creates_file = options.sealed_file == SealedFile::Create;
    if creates_file && let Ok(host) = passphrase::host(client.socket()) {
        passphrase::create(client.socket(), &host)?;
        let path = visible(&host.sealed_file);
        return Ok(format!("The agent keeps new keys in {path}.").into());
    }
    let asks = creates_file && options.passphrase_fd.is_none() && terminal::is_reachable();
    let passphrase = asks.then(|| ask_passphrase(environment)).transpose()?;
    let no_pipe = |error| agent_program::not_started(Path::new(agent_program::NAME), &error);
    let pipe = passphrase.as_ref().map(PassphrasePipe::new).transpose();
    let pipe = pipe.map_err(no_pipe)?;
    let mut arguments = options.arguments();
    arguments.extend(pipe.iter().flat_map(PassphrasePipe::arguments));
    let program = agent_program::path().map_err(no_pipe)?;
    let started = become_agent(&program, &arguments);
    started
        .map(Outcome::Exited)
        .map_err(|error| agent_program::not_started(&program, &error))
}

/// Asks for the passphrase of the existing file, or of a new one.
fn ask_passphrase(environment: &Environment) -> Result<Secret, Problem> {
    let path = environment.sealed_file_path().unwrap_or_default();
    let shown = path.to_string_lossy();
    match path.exists() {
        true => passphrase::ask(&shown),
        false => passphrase::choose(&shown),
    }
}

#[cfg(unix)]
fn become_agent(program: &Path, arguments: &[OsString]) -> io::Result<ExitCode> {
    let mut command = command(program, arguments);
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

#[cfg(not(unix))]
fn become_agent(program: &Path, arguments: &[OsString]) -> io::Result<ExitCode> {
    let status = command(program, arguments).status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts our own program, which is installed beside this one"
)]
fn command(program: &Path, arguments: &[OsString]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

fn status(client: &Client, format: Format) -> Result<String, Problem> {
    let host = passphrase::host(client.socket())?;
    match format {
        Format::Json => json(&host),
        Format::Text => Ok(described(&host)),
    }
}

fn described(host: &HostView) -> String {
    let name = match host.kind {
        HostKind::Desktop => "The tray application",
        HostKind::Agent => "The agent",
    };
    let version = visible(&host.version);
    let file = visible(&host.sealed_file);
    let keys = match host.sealed_file_state {
        FileState::Absent => String::new(),
        FileState::Wanted => {
            format!("\nKeys will be kept in {file}. Choose its passphrase with: rolecall unlock")
        }
        FileState::Sealed => format!("\n{file} is sealed. Unlock it with: rolecall unlock"),
        FileState::Open => format!("\n{file} is open."),
    };
    format!(
        "{name} is running: version {version}, process {}.{keys}",
        host.pid
    )
}

#[cfg(unix)]
mod passphrase_pipe {
    use std::ffi::OsString;
    use std::fs::File;
    use std::io::{self, Write};
    use std::os::fd::{AsRawFd, OwnedFd};

    use super::Secret;

    /// A pipe that holds a passphrase for the program that replaces this one.
    pub(super) struct PassphrasePipe(OwnedFd);

    impl PassphrasePipe {
        pub(super) fn new(passphrase: &Secret) -> io::Result<Self> {
            let (reader, writer) = rustix::pipe::pipe()?;
            File::from(writer).write_all(passphrase.expose().as_bytes())?;
            Ok(Self(reader))
        }

        pub(super) fn arguments(&self) -> [OsString; 2] {
            let number = self.0.as_raw_fd();
            ["--passphrase-fd".into(), number.to_string().into()]
        }
    }
}

#[cfg(not(unix))]
mod passphrase_pipe {
    use std::ffi::OsString;
    use std::io;

    use super::Secret;

    /// Such a pipe does not exist here.
    pub(super) enum PassphrasePipe {}

    impl PassphrasePipe {
        /// Fails: a passphrase that the user typed would get lost.
        pub(super) fn new(_: &Secret) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) fn arguments(&self) -> [OsString; 0] {
            match *self {}
        }
    }
}
