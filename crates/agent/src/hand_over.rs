//! The tray application replaces a running agent, and restarts it when it quits.
//!
//! Commands that find no server at the socket in between wait for [`HandOverLock`] and do not start an agent.

use std::cell::RefCell;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rolecall_core::api::host::{FileState, HostKind, HostView, INHERITED_VARIABLES, NEVER};
use rolecall_core::api::protocol::{Answer, Call, STARTING_LOCK};
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::disk;
use crate::instance::{self, ANSWER, Instance};
use crate::paths::Paths;
use crate::program;
use crate::socket;

/// How long an agent may take to answer pending calls and to save everything.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(8);
/// How long to wait for a command that is starting an agent.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a new agent may take to answer.
const START_TIMEOUT: Duration = Duration::from_secs(5);
const PROGRAM: &str = "rolecall-agent";

/// The lock for changing which program serves the socket, held until this is dropped.
#[derive(Debug)]
pub struct HandOverLock {
    _lock: File,
}

/// The locks of a new instance.
#[derive(Debug)]
pub struct Claim {
    /// The lock of the only instance.
    pub instance: Instance,
    /// Held until the socket is served; `None` if a command held it for too long, which is harmless.
    pub lock: Option<HandOverLock>,
    /// The agent that was replaced, if there was one.
    pub agent: Option<HostView>,
}

/// The result of a claim.
#[derive(Debug)]
pub enum Claimed {
    /// This is the only instance.
    New(Claim),
    /// The tray application of this version is running, and has shown its window.
    Running(String),
}

/// Claims the only instance for the socket in `dir`. A running agent hands over first. A running tray application shows
/// its window.
///
/// # Errors
/// If the folder cannot be used, or the other program neither ends nor shows its window.
pub fn claim(dir: &Path) -> Result<Claimed, Problem> {
    claim_over(dir, Agents::End)
}

/// Claims the only instance for the socket in `dir`, as [`claim`], but a running agent stays.
///
/// # Errors
/// As [`claim`].
pub fn claim_without_display(dir: &Path) -> Result<Claimed, Problem> {
    claim_over(dir, Agents::Stay)
}

fn claim_over(dir: &Path, agents: Agents) -> Result<Claimed, Problem> {
    instance::prepare(dir)?;
    let lock = match agents {
        Agents::End => lock(dir),
        Agents::Stay => None,
    };
    let agent = RefCell::new(None);
    let running = RefCell::new(None);
    let claimed = instance::claim_or(dir, || {
        let host = socket::ask(dir, Call::Host, ANSWER);
        if let (Ok(Answer::Host(host)), Agents::End) = (&host, agents)
            && host.kind == HostKind::Agent
        {
            end(dir);
            *agent.borrow_mut() = Some(*host.clone());
            return false;
        }
        let shown = socket::ask(dir, Call::ShowWindow, ANSWER);
        let found = match (shown, host) {
            (Ok(_), Ok(Answer::Host(host))) => Ok(host.version),
            (Ok(_), _) => Ok(env!("CARGO_PKG_VERSION").to_owned()),
            // It may be starting or ending.
            (Err(problem), _) if problem.code == ProblemCode::NotRunning => return false,
            (Err(problem), _) => Err(problem),
        };
        *running.borrow_mut() = Some(found);
        true
    })?;
    match (claimed, running.into_inner()) {
        (Some(instance), _) => Ok(Claimed::New(Claim {
            instance,
            lock,
            agent: agent.into_inner(),
        })),
        (None, Some(running)) => running.map(Claimed::Running),
        (None, None) => Err(Problem::internal()),
    }
}

/// What happens to a running agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agents {
    End,
    Stay,
}

/// Ends the agent once it has answered and saved everything. An older agent is only stopped.
fn end(dir: &Path) {
    if socket::ask(dir, Call::HandOver, HAND_OVER_TIMEOUT).is_err()
        && let Err(problem) = socket::ask(dir, Call::Stop, ANSWER)
    {
        tracing::warn!("the agent did not hand over: {problem}");
    }
}

/// Takes the lock for changing which program serves the socket in `dir`; `None` on timeout.
pub fn lock(dir: &Path) -> Option<HandOverLock> {
    let path = dir.join(STARTING_LOCK);
    let file = disk::open_lock(&path).inspect_err(|error| {
        tracing::warn!(%error, path = %path.display(), "a lock cannot be opened");
    });
    let file = file.ok()?;
    let until = now() + LOCK_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Some(HandOverLock { _lock: file }),
            Err(TryLockError::WouldBlock) if now() < until => instance::pause(),
            Err(_) => return None,
        }
    }
}

/// Starts an agent with the options of `before`, and waits until it answers. The instance lock must be free.
///
/// # Errors
/// If its program cannot be started or does not answer.
pub fn start_again(paths: &Paths, before: &HostView) -> io::Result<()> {
    spawn(paths, before)?;
    let until = now() + START_TIMEOUT;
    while socket::ask(&paths.socket_dir, Call::Host, ANSWER).is_err() {
        if now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        instance::pause();
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts our own program, with a cleared environment"
)]
fn spawn(paths: &Paths, before: &HostView) -> io::Result<()> {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let program = program::installed_path()?.with_file_name(name);
    let passed_on = INHERITED_VARIABLES
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)));
    Command::new(program)
        .args(arguments(before))
        .env_clear()
        .envs(passed_on)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log(paths).map_or_else(|_| Stdio::null(), Stdio::from))
        .spawn()
        .map(drop)
}

/// Returns the arguments of an agent like `before`. An existing sealed file needs none.
fn arguments(before: &HostView) -> Vec<String> {
    let idle = before
        .idle_limit_s
        .map_or_else(|| NEVER.to_owned(), |seconds| format!("{seconds}s"));
    let mut arguments = vec!["--background".to_owned(), "--idle".to_owned(), idle];
    if before.sealed_file_state == FileState::Wanted {
        arguments.push("--sealed-file".to_owned());
    }
    arguments
}

/// Opens the log of agents that run in the background.
fn log(paths: &Paths) -> io::Result<File> {
    disk::open_log(&paths.state_dir.join("agent.log"))
}

#[expect(clippy::disallowed_methods, reason = "a timeout for another program")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_restarts_with_the_same_options() {
        let mut before = HostView {
            kind: HostKind::Agent,
            version: String::new(),
            pid: 1,
            sealed_file: String::new(),
            sealed_file_state: FileState::Absent,
            aws_files: None,
            idle_limit_s: None,
        };
        assert_eq!(arguments(&before), ["--background", "--idle", "never"]);
        before.idle_limit_s = Some(90);
        before.sealed_file_state = FileState::Wanted;
        assert_eq!(
            arguments(&before),
            ["--background", "--idle", "90s", "--sealed-file"]
        );
    }
}
