//! The socket of the running application: it is checked before a byte is sent, and the agent is started if necessary.
//!
//! Must not know any command, nor ask the user: see `client`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_core::api::call_rules::{IfAbsent, IfLost};
use rolecall_core::api::protocol::{Answer, Call, OWN_DIR, PRACTICE_DIR};
use rolecall_core::settings::{self, AgentStart};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_core::view::snapshot::Mode;

use crate::environment::{Display, Environment, Privilege};
use crate::regular_file;

#[cfg(not(unix))]
mod elsewhere;
mod other_version;
mod start_lock;
#[cfg(unix)]
mod unix;
mod unreachable;

#[cfg(not(unix))]
use elsewhere as platform;
use other_version::OtherVersion;
use start_lock::StartLock;
#[cfg(unix)]
use unix as platform;
use unreachable::{Reply, Unreachable};

pub(crate) use unreachable::OnQuestion;

/// How long to wait for a program that starts or takes over.
const START: Duration = Duration::from_secs(10);
/// How often to look for it.
const POLL: Duration = Duration::from_millis(20);
/// How long a shell's prompt waits.
const PROMPT: Duration = Duration::from_millis(250);
/// How long a command waits for what it can also do without.
const SOON: Duration = Duration::from_secs(2);

/// How to start the practice account, which has no agent.
pub(crate) const START_PRACTICE: &str = "Start it on a desktop with: rolecall-desktop --practice";
/// What to do if the settings do not say whether this program may start the agent.
const SETTINGS_UNREAD: &str = "The agent was not started, because settings.toml has a mistake. Correct it, or run \
                               rolecall agent, which shows the mistake.";

/// The socket of an application.
#[derive(Clone)]
pub(crate) struct Socket {
    dir: Option<PathBuf>,
    mode: Mode,
    environment: Environment,
    other_version: OtherVersion,
}

impl Socket {
    /// Returns the socket of the user's own application, or of the practice instance.
    pub(crate) fn new(environment: &Environment, mode: Mode) -> Self {
        let name = match mode {
            Mode::Own => OWN_DIR,
            Mode::Practice => PRACTICE_DIR,
        };
        Self {
            dir: environment.socket_parent().map(|parent| parent.join(name)),
            mode,
            environment: environment.clone(),
            other_version: OtherVersion::default(),
        }
    }

    /// Tells the user once if the program that answers has another version than this command.
    pub(crate) fn tell_versions(&self) {
        let host = || match self.send_soon(&Call::Host)? {
            Answer::Host(host) => Some(host.kind),
            _ => None,
        };
        self.other_version.tell(self.mode, host);
    }

    /// Ends the agent, and waits until it serves no more, so that the next command does not meet it.
    ///
    /// # Errors
    /// If no agent runs, or only the user can end the program.
    pub(crate) fn stop(&self) -> Result<(), Problem> {
        let reply = self.reply(&Call::Stop, &|_| ())?;
        reply.answer?;
        let (dir, begun) = (self.dir()?, now());
        while platform::served_by(dir) == Some(reply.process) && begun.elapsed() < START {
            pause();
        }
        Ok(())
    }

    /// Returns which application it is.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the application's folder, which only this user can enter.
    ///
    /// # Errors
    /// If the environment has no place for one.
    pub(crate) fn dir(&self) -> Result<&Path, Problem> {
        self.dir.as_deref().ok_or_else(|| self.not_running())
    }

    /// Sends a call and returns the answer. If no program serves the socket, it waits for one that is starting, or
    /// starts the agent if the settings allow it.
    ///
    /// # Errors
    /// If the application does not run, belongs to another user, does not answer in time, or fails.
    pub(crate) fn send(
        &self,
        call: &Call,
        on_question: &OnQuestion<'_>,
    ) -> Result<Answer, Problem> {
        self.reply(call, on_question)?.answer
    }

    fn reply(&self, call: &Call, on_question: &OnQuestion<'_>) -> Result<Reply, Problem> {
        let rules = call.rules();
        let limit = rules.deadline;
        let dir = self.dir()?;
        let begun = now();
        let mut lock: Option<StartLock> = None;
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            match platform::ask(dir, call, left, on_question) {
                Err(Unreachable::NotRunning) => {}
                Err(Unreachable::Lost) if rules.if_lost == IfLost::Resend => {}
                Err(error) => return Err(self.problem(error)),
                Ok(reply) => {
                    self.other_version.note(&reply.version);
                    return Ok(reply);
                }
            }
            if begun.elapsed() > START.min(limit) {
                return Err(self.not_running());
            }
            self.wait_or_start(dir, call, &mut lock)?;
        }
    }

    /// Sends a call without waiting for a program to start. `None` if the answer does not come at once.
    pub(crate) fn send_now(&self, call: &Call) -> Option<Answer> {
        self.send_within(call, PROMPT)
    }

    /// Sends a call to a program that runs. `None` if there is none, or its answer does not come soon.
    pub(crate) fn send_soon(&self, call: &Call) -> Option<Answer> {
        self.send_within(call, SOON)
    }

    fn send_within(&self, call: &Call, limit: Duration) -> Option<Answer> {
        let reply = platform::ask(self.dir.as_deref()?, call, limit, &|_| ());
        reply.ok()?.answer.ok()
    }

    /// Sends a call to a program that runs; `None` if there is none.
    ///
    /// # Errors
    /// As [`Socket::send`].
    pub(crate) fn send_if_running(&self, call: &Call) -> Option<Result<Answer, Problem>> {
        let dir = self.dir.as_deref()?;
        match platform::ask(dir, call, call.rules().deadline, &|_| ()) {
            Err(Unreachable::NotRunning | Unreachable::Lost) => None,
            Err(error) => Some(Err(self.problem(error))),
            Ok(reply) => Some(reply.answer),
        }
    }

    /// Takes the next step towards a program that serves: waits for one, takes the lock to start one, or starts it.
    fn wait_or_start(
        &self,
        dir: &Path,
        call: &Call,
        lock: &mut Option<StartLock>,
    ) -> Result<(), Problem> {
        let Some(ours) = lock else {
            if self.starts_agent(call) {
                start_lock::create_private(dir).map_err(|_| self.not_running())?;
            }
            *lock = StartLock::acquire(dir).map_err(|error| match error.kind() {
                ErrorKind::NotFound => self.not_running(),
                _ => start_lock::unusable(dir, &error),
            })?;
            if lock.is_none() {
                pause();
            }
            return Ok(());
        };
        if platform::is_served(dir) {
            *lock = None;
            pause();
            return Ok(());
        }
        if let Some(problem) = ours.failure() {
            return Err(problem);
        }
        match ours.has_started() {
            true => pause(),
            false if self.starts_agent(call) => ours.start_agent(&self.environment)?,
            false => return Err(self.not_running()),
        }
        Ok(())
    }

    /// Returns whether this call starts the agent.
    fn starts_agent(&self, call: &Call) -> bool {
        let ours = self.mode == Mode::Own && self.environment.privilege == Privilege::Own;
        if call.rules().if_absent == IfAbsent::Fail || !ours {
            return false;
        }
        match (agent_start(&self.environment), self.environment.display) {
            (AgentStart::Always, _) | (AgentStart::WithoutDisplay, Display::Absent) => true,
            (AgentStart::Never | AgentStart::Unreadable, _)
            | (AgentStart::WithoutDisplay, Display::Present) => false,
        }
    }

    fn problem(&self, error: Unreachable) -> Problem {
        match error {
            Unreachable::NotRunning | Unreachable::Lost => self.not_running(),
            Unreachable::Foreign(path) => self.foreign(&path),
            Unreachable::Silent => Problem::new(
                ProblemCode::TimedOut,
                "Rolecall does not answer in time.",
                "Check its window. If the window does not respond either, restart Rolecall.",
            ),
            Unreachable::Garbled => unexpected(),
        }
    }

    fn not_running(&self) -> Problem {
        let (what, remedy) = match (self.environment.privilege, self.environment.display) {
            (Privilege::Own, _) if self.mode == Mode::Practice => (
                "The practice account is not running.",
                START_PRACTICE.to_owned(),
            ),
            (Privilege::Own, Display::Absent) => (
                "Rolecall is not running.",
                match agent_start(&self.environment) {
                    AgentStart::Unreadable => SETTINGS_UNREAD.to_owned(),
                    AgentStart::WithoutDisplay | AgentStart::Always | AgentStart::Never => {
                        "Start it with: rolecall agent".to_owned()
                    }
                },
            ),
            (Privilege::Own, Display::Present) => (
                "Rolecall is not running.",
                "Start it from your applications menu, or run: rolecall-desktop".to_owned(),
            ),
            (Privilege::Sudo, _) => (
                "Rolecall is not running for the user that sudo switched to.",
                "Run this command without sudo.".to_owned(),
            ),
        };
        Problem::new(ProblemCode::NotRunning, what, remedy)
    }

    fn foreign(&self, path: &str) -> Problem {
        let remedy = match self.environment.privilege {
            Privilege::Own => "Nothing was sent. Find out which user created it.",
            Privilege::Sudo => "Run this command without sudo.",
        };
        let what = format!("{} is not private to you.", sanitise::visible(path));
        Problem::new(ProblemCode::ForeignPeer, what, remedy)
    }
}

/// Returns the problem of an answer that does not fit its call.
pub(crate) fn unexpected() -> Problem {
    let what = "This command does not understand Rolecall's answer.";
    let remedy = "The application and this command may have different versions: restart Rolecall.";
    Problem::new(ProblemCode::VersionMismatch, what, remedy)
}

/// Returns when the user wants the agent started.
fn agent_start(environment: &Environment) -> AgentStart {
    let Some(path) = environment.settings_path() else {
        return AgentStart::default();
    };
    match regular_file::text(&path) {
        Ok(text) => settings::read(&text, "settings.toml")
            .map_or(AgentStart::Unreadable, |it| it.settings.agent_start),
        Err(error) if error.kind() == ErrorKind::NotFound => AgentStart::default(),
        Err(_) => AgentStart::Unreadable,
    }
}

#[expect(clippy::disallowed_methods, reason = "the deadline of a call")]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program that starts does not say when it is ready"
)]
fn pause() {
    thread::sleep(POLL);
}
