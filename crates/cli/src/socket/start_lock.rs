//! The lock on starting a program at the socket. Of many commands at once only one starts the agent; the others wait.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rolecall_core::api::protocol::STARTING_LOCK;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use crate::agent_program;
use crate::environment::{Environment, agent_environment};
use crate::regular_file;

/// A log longer than this is emptied, in bytes.
const LOG_MAX: u64 = 1 << 20;

/// The right to start a program at the socket, until this is dropped.
pub(super) struct StartLock {
    _file: File,
    agent: Option<StartedAgent>,
}

/// An agent that this process started.
struct StartedAgent {
    process: Child,
    log_path: PathBuf,
}

impl StartLock {
    /// Takes the lock in `dir`, which must exist. `None` if another program holds it.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub(super) fn acquire(dir: &Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        options.write(true).truncate(false);
        let file = open_file(&mut options, &dir.join(STARTING_LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self {
                _file: file,
                agent: None,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Returns whether the agent was started under this lock.
    pub(super) fn has_started(&self) -> bool {
        self.agent.is_some()
    }

    /// Starts the agent without this terminal. Its output goes to its log.
    ///
    /// # Errors
    /// If the program is not installed or cannot be started.
    pub(super) fn start_agent(&mut self, environment: &Environment) -> Result<(), Problem> {
        let program = agent_program::path()
            .map_err(|error| agent_program::not_started(Path::new(agent_program::NAME), &error))?;
        let log_path = environment.log_path().unwrap_or_default();
        let process = spawn(&program, &log_path);
        let process = process.map_err(|error| agent_program::not_started(&program, &error))?;
        self.agent = Some(StartedAgent { process, log_path });
        Ok(())
    }

    /// Returns why the agent will not serve; `None` while it may.
    pub(super) fn failure(&mut self) -> Option<Problem> {
        let agent = self.agent.as_mut()?;
        match agent.process.try_wait() {
            Ok(None) => None,
            // It succeeds without serving if another agent does.
            Ok(Some(code)) if code.success() => None,
            Ok(Some(_)) | Err(_) => Some(failed(&agent.log_path)),
        }
    }
}

/// Creates a folder for this user alone, unless it exists.
///
/// # Errors
/// If it cannot be created.
pub(super) fn create_private(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
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
        create_private(dir)?;
    }
    let file = open_file(OpenOptions::new().append(true), path)?;
    if file.metadata()?.len() > LOG_MAX {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Opens a file of this user alone, and creates it.
fn open_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    regular_file::open(options.create(true), path)
}

/// Returns the problem of a lock that cannot be taken.
pub(super) fn unusable(dir: &Path, error: &io::Error) -> Problem {
    let path = dir.join(STARTING_LOCK);
    let what = format!(
        "{} cannot be locked: {error}.",
        visible(&path.to_string_lossy())
    );
    let remedy = "Move it away, then try again.";
    Problem::new(ProblemCode::StorageFailed, what, remedy)
}

fn failed(log_path: &Path) -> Problem {
    let what = "Rolecall was not running, and the agent stopped right after its start.";
    let shown = visible(&log_path.to_string_lossy());
    let remedy = format!("See the log: {shown}. Or run it in a terminal: rolecall agent");
    Problem::new(ProblemCode::NotRunning, what, remedy)
}
