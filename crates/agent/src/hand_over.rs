//! The tray application takes the place of the agent that runs, and starts it again when it quits.
//!
//! Commands that find nobody at the socket meanwhile wait for [`Turn`], and start no agent of their own.

use std::cell::RefCell;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rolecall_core::api::host::{FileState, HostKind, HostView, INHERITED_VARIABLES, NEVER};
use rolecall_core::api::protocol::{Answer, Call, STARTING_LOCK};
use rolecall_core::value::problem::Problem;

use crate::instance::{self, ANSWER, Instance};
use crate::paths::Paths;
use crate::socket;

/// How long an agent may take to answer what waits and to save everything.
const HAND_OVER: Duration = Duration::from_secs(8);
/// How long a command that starts a program just now is waited for.
const TURN: Duration = Duration::from_secs(2);
/// How long a new agent may take to answer.
const START: Duration = Duration::from_secs(5);
const PROGRAM: &str = "rolecall-agent";

/// The right to change which program serves the socket, until this is dropped.
#[derive(Debug)]
pub struct Turn {
    _lock: File,
}

/// The right to be the one application.
#[derive(Debug)]
pub struct Claim {
    /// That right.
    pub instance: Instance,
    /// Held until the socket is served; `None` if a command kept it for too long, which harms nobody.
    pub turn: Option<Turn>,
    /// The agent that ended for it, if one did.
    pub agent: Option<HostView>,
}

impl From<Instance> for Claim {
    fn from(instance: Instance) -> Self {
        Self {
            instance,
            turn: None,
            agent: None,
        }
    }
}

/// Returns the right to be the one application of the set whose socket lies in `dir`. An agent that runs hands over
/// first. `None` if the tray application runs, and has shown its window.
///
/// # Errors
/// As [`instance::claim`].
pub fn claim(dir: &Path) -> Result<Option<Claim>, Problem> {
    instance::prepare(dir)?;
    let turn = turn(dir);
    let agent = RefCell::new(None);
    let claimed = instance::claim_or(dir, || match socket::ask(dir, Call::Host, ANSWER) {
        Ok(Answer::Host(host)) if host.kind == HostKind::Agent => {
            end(dir);
            *agent.borrow_mut() = Some(*host);
            false
        }
        _ => socket::ask(dir, Call::ShowWindow, ANSWER).is_ok(),
    })?;
    Ok(claimed.map(|instance| Claim {
        instance,
        turn,
        agent: agent.into_inner(),
    }))
}

/// Ends the agent once it has answered and saved everything. One that knows no other way is told to stop.
fn end(dir: &Path) {
    if socket::ask(dir, Call::HandOver, HAND_OVER).is_err()
        && let Err(problem) = socket::ask(dir, Call::Stop, ANSWER)
    {
        tracing::warn!("the agent did not hand over: {problem}");
    }
}

/// Takes the turn to change which program serves the socket in `dir`; `None` if another program keeps it.
pub fn turn(dir: &Path) -> Option<Turn> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(dir.join(STARTING_LOCK)).ok()?;
    let until = now() + TURN;
    loop {
        match lock.try_lock() {
            Ok(()) => return Some(Turn { _lock: lock }),
            Err(TryLockError::WouldBlock) if now() < until => instance::pause(),
            Err(_) => return None,
        }
    }
}

/// Starts an agent as `before` was, and waits until it answers. The right to be the one application must be free.
///
/// # Errors
/// If its program cannot be started or does not answer.
pub fn start_again(paths: &Paths, before: &HostView) -> io::Result<()> {
    spawn(paths, before)?;
    let until = now() + START;
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
    let program = std::env::current_exe()?.with_file_name(name);
    let passed_on = INHERITED_VARIABLES
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)));
    Command::new(program)
        .args(words(before))
        .env_clear()
        .envs(passed_on)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log(paths).map_or_else(|_| Stdio::null(), Stdio::from))
        .spawn()
        .map(drop)
}

/// Returns the arguments of an agent as `before` was. A sealed file that is there needs none.
fn words(before: &HostView) -> Vec<String> {
    let idle = before
        .idle_limit_s
        .map_or_else(|| NEVER.to_owned(), |seconds| format!("{seconds}s"));
    let mut words = vec!["--background".to_owned(), "--idle".to_owned(), idle];
    if before.sealed_file_state == FileState::Wanted {
        words.push("--sealed-file".to_owned());
    }
    words
}

/// Opens the log of agents that another program starts.
fn log(paths: &Paths) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(paths.state_dir.join("agent.log"))
}

#[expect(clippy::disallowed_methods, reason = "how long another program takes")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_comes_back_as_it_was() {
        let mut before = HostView {
            kind: HostKind::Agent,
            version: String::new(),
            pid: 1,
            sealed_file: String::new(),
            sealed_file_state: FileState::Absent,
            idle_limit_s: None,
        };
        assert_eq!(words(&before), ["--background", "--idle", "never"]);
        before.idle_limit_s = Some(90);
        before.sealed_file_state = FileState::Wanted;
        assert_eq!(
            words(&before),
            ["--background", "--idle", "90s", "--sealed-file"]
        );
    }
}
