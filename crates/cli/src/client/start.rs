//! Starting the agent when a command finds nobody at the socket, so that of many commands at once one does it.
//!
//! Whoever starts or replaces a program at the socket holds a lock in its folder meanwhile; the others wait for it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::STARTING_LOCK;
use rolecall_core::sanitise::visible;

use crate::commands::agent;
use crate::environment::{Environment, agent_environment};

/// A log this long begins anew, in bytes.
const LOG_MAX: u64 = 1 << 20;

/// The right to start a program at the socket, until this is dropped.
pub(super) struct Turn {
    _lock: File,
    agent: Option<Agent>,
}

/// An agent that was started, and is about to serve.
struct Agent {
    process: Child,
    log_path: PathBuf,
}

/// Whose turn it is to start a program.
pub(super) enum Whose {
    /// Ours.
    Ours(Turn),
    /// Another command's or program's, which is at it.
    Others,
}

/// Returns whose turn it is at the socket in `dir`, which must be there.
///
/// # Errors
/// If the folder cannot be used.
pub(super) fn turn(dir: &Path) -> io::Result<Whose> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(dir.join(STARTING_LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(Whose::Ours(Turn {
            _lock: lock,
            agent: None,
        })),
        Err(TryLockError::WouldBlock) => Ok(Whose::Others),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Creates the socket's folder for the user alone, if it is not there.
pub(super) fn prepare(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

impl Turn {
    /// Returns whether the agent was started in this turn.
    pub(super) fn has_started(&self) -> bool {
        self.agent.is_some()
    }

    /// Starts the agent apart from this terminal; what it says goes to its log.
    ///
    /// # Errors
    /// If its program is not there or cannot be started.
    pub(super) fn start(&mut self, environment: &Environment) -> Result<(), Problem> {
        let program =
            agent::program().map_err(|error| agent::not_started(Path::new(""), &error))?;
        let log_path = environment.log_path().unwrap_or_default();
        let process = spawn(&program, &log_path);
        let process = process.map_err(|error| agent::not_started(&program, &error))?;
        self.agent = Some(Agent { process, log_path });
        Ok(())
    }

    /// Returns why the agent that was started will not serve; `None` while it may.
    pub(super) fn failure(&mut self) -> Option<Problem> {
        let agent = self.agent.as_mut()?;
        match agent.process.try_wait() {
            // It found another one at work.
            Ok(None) => None,
            Ok(Some(code)) if code.success() => None,
            Ok(Some(_)) | Err(_) => Some(failed(&agent.log_path)),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts our own program, with a cleared environment"
)]
fn spawn(program: &Path, log_path: &Path) -> io::Result<Child> {
    let log = open_log(log_path).map_or_else(|_| Stdio::null(), Stdio::from);
    Command::new(program)
        .arg("--background")
        .env_clear()
        .envs(agent_environment())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
}

fn open_log(path: &Path) -> io::Result<File> {
    if let Some(dir) = path.parent() {
        prepare(dir)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    if file.metadata()?.len() > LOG_MAX {
        file.set_len(0)?;
    }
    Ok(file)
}

fn failed(log_path: &Path) -> Problem {
    let what = "Rolecall was not running, and its agent ended as soon as it was started.";
    let shown = visible(&log_path.to_string_lossy());
    let remedy = format!("Its log says why: {shown}. Or run it in a terminal: rolecall agent");
    Problem::new(ProblemCode::NotRunning, what, remedy)
}
