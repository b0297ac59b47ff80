//! The way to the running application: its socket, checked before a byte is sent.

use std::path::PathBuf;
use std::time::Duration;

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, OWN_DIR, PRACTICE_DIR};
use rolecall_core::sanitise;
use rolecall_core::snapshot::{Mode, Snapshot};

use crate::environment::{Environment, Privilege};

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use elsewhere as platform;
#[cfg(unix)]
use unix as platform;

/// How long the application may take for what needs neither AWS nor a person.
const QUICK: Duration = Duration::from_secs(5);
/// How long a prompt waits for it.
const GLIMPSE: Duration = Duration::from_millis(250);
/// How long it may take for what needs AWS and the keychain, whose own prompt may be open for two minutes.
const KEYCHAIN: Duration = Duration::from_secs(150);
/// How long it may take for a chain of roles and a prompt for a code.
const PERSON: Duration = Duration::from_secs(240);
/// How long an SDK waits for credentials, since it sets no limit itself.
const SDK: Duration = Duration::from_secs(20);

/// The running application, as far as the command line knows it.
pub(crate) struct Client {
    dir: Option<PathBuf>,
    mode: Mode,
    privilege: Privilege,
}

impl Client {
    /// Returns the way to the application of the user's own or the practice set.
    pub(crate) fn new(environment: &Environment, mode: Mode) -> Self {
        let name = match mode {
            Mode::Own => OWN_DIR,
            Mode::Practice => PRACTICE_DIR,
        };
        Self {
            dir: environment.socket_parent().map(|parent| parent.join(name)),
            mode,
            privilege: environment.privilege,
        }
    }

    /// Asks one question and returns the answer.
    ///
    /// # Errors
    /// If the application does not run, is another user's, does not answer in time, or could not do it.
    pub(crate) fn ask(&self, call: Call) -> Result<Answer, Problem> {
        let limit = limit(&call);
        let dir = self.dir.as_deref().ok_or_else(|| self.not_running())?;
        platform::ask(dir, call, limit).map_err(|error| self.problem(error))?
    }

    /// Returns everything that is shown.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn snapshot(&self) -> Result<Snapshot, Problem> {
        let Answer::Snapshot(snapshot) = self.ask(Call::Snapshot)? else {
            return Err(unexpected());
        };
        Ok(*snapshot)
    }

    /// Returns what is shown of sessions, without roles and keys.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn sessions(&self) -> Result<Snapshot, Problem> {
        let Answer::Snapshot(snapshot) = self.ask(Call::Sessions)? else {
            return Err(unexpected());
        };
        Ok(*snapshot)
    }

    /// Returns what is shown of sessions if it can be had at once, for a prompt that must not wait.
    pub(crate) fn glimpse(&self) -> Option<Snapshot> {
        let answer = platform::ask(self.dir.as_deref()?, Call::Sessions, GLIMPSE);
        let Answer::Snapshot(snapshot) = answer.ok()?.ok()? else {
            return None;
        };
        Some(*snapshot)
    }

    fn problem(&self, error: Unreachable) -> Problem {
        match error {
            Unreachable::NotRunning => self.not_running(),
            Unreachable::Foreign(path) => self.foreign(&path),
            Unreachable::Silent => Problem::new(
                ProblemCode::TimedOut,
                "Rolecall does not answer in time.",
                "Look at its window; if that does not answer either, quit it and start it again.",
            ),
            Unreachable::Garbled => unexpected(),
        }
    }

    fn not_running(&self) -> Problem {
        let program = match self.mode {
            Mode::Own => "rolecall-desktop",
            Mode::Practice => "rolecall-desktop --practice",
        };
        let remedy = match self.privilege {
            Privilege::Own => {
                format!("Start it from your applications menu, or run: {program}")
            }
            Privilege::Sudo => {
                "It runs for you, not for root: use this command without sudo.".to_owned()
            }
        };
        Problem::new(
            ProblemCode::NotRunning,
            match self.privilege {
                Privilege::Own => "Rolecall is not running.",
                Privilege::Sudo => "Rolecall is not running for the user that sudo switched to.",
            },
            remedy,
        )
    }

    fn foreign(&self, path: &str) -> Problem {
        let remedy = match self.privilege {
            Privilege::Own => "Find out who put it there; nothing was sent.",
            Privilege::Sudo => "Use this command without sudo.",
        };
        let what = format!("{} is not yours alone.", sanitise::visible(path));
        Problem::new(ProblemCode::ForeignPeer, what, remedy)
    }
}

/// Why there is no answer.
#[derive(Debug)]
enum Unreachable {
    /// Nobody serves the socket.
    NotRunning,
    /// The socket, its folder or the process behind it is not this user's.
    Foreign(String),
    /// It did not answer in time.
    Silent,
    /// It answered what this program does not understand.
    Garbled,
}

/// Returns the problem of an answer that does not fit the question.
pub(crate) fn unexpected() -> Problem {
    let what = "Rolecall's answer is not understood.";
    let remedy = "The application and this command may be of different versions: restart Rolecall.";
    Problem::new(ProblemCode::VersionMismatch, what, remedy)
}

fn limit(call: &Call) -> Duration {
    match call {
        Call::Snapshot
        | Call::Sessions
        | Call::End { .. }
        | Call::ShowWindow
        | Call::Host
        | Call::Stop => QUICK,
        Call::Assume { .. } | Call::Env { .. } | Call::Environment { .. } => PERSON,
        Call::Credentials { .. } => SDK,
        Call::AddKey { .. } | Call::RenameKey { .. } | Call::RemoveKey { .. } => KEYCHAIN,
    }
}
