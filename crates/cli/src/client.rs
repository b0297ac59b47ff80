//! The way to the running application: its socket, checked before a byte is sent.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{Answer, Call, OWN_DIR, PRACTICE_DIR};
use rolecall_core::sanitise;
use rolecall_core::settings::{self, AgentStart};
use rolecall_core::snapshot::{Mode, QuestionView, Snapshot};

use crate::commands::unlock;
use crate::environment::{Display, Environment, Privilege};
use crate::question::Putting;
use crate::terminal;

#[cfg(not(unix))]
mod elsewhere;
mod start;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use elsewhere as platform;
use start::{Turn, Whose};
#[cfg(unix)]
use unix as platform;

/// How long the application may take for what needs neither AWS nor a person.
const QUICK: Duration = Duration::from_secs(5);
/// How long a prompt waits for it.
const GLIMPSE: Duration = Duration::from_millis(250);
/// How long it may take to write one of AWS's files, which another program may be writing.
const WRITING: Duration = Duration::from_secs(30);
/// How long it may take for what needs AWS and the keychain, whose own prompt may be open for two minutes.
const KEYCHAIN: Duration = Duration::from_secs(150);
/// How long it may take for a chain of roles and a prompt for a code.
const PERSON: Duration = Duration::from_secs(240);
/// How long an endpoint waits, whose SDK waits two seconds.
const ENDPOINT: Duration = Duration::from_millis(1_900);
/// How long an SDK waits for credentials, since it sets no limit itself.
const SDK: Duration = Duration::from_secs(20);

/// What to do where it cannot be read whether this program may start the agent.
const UNREAD: &str = "It was not started, because settings.toml has a mistake. Correct it, or start the agent with: \
                      rolecall agent; it shows what is wrong.";

/// How long a program that is starting or taking over is waited for.
const START: Duration = Duration::from_secs(10);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// What is done when the user is asked first; it is given the question if this program is to put it.
type OnAsking<'a> = dyn Fn(Option<Box<QuestionView>>) + 'a;

/// The running application, as far as the command line knows it.
#[derive(Clone)]
pub(crate) struct Client {
    dir: Option<PathBuf>,
    mode: Mode,
    environment: Environment,
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
            environment: environment.clone(),
        }
    }

    /// Returns whose application it is.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the application's folder, which only this user can enter.
    ///
    /// # Errors
    /// If there is no place for one.
    pub(crate) fn dir(&self) -> Result<&Path, Problem> {
        self.dir.as_deref().ok_or_else(|| self.not_running())
    }

    /// Asks one question and returns the answer. Where the keys are sealed and somebody can be asked for the
    /// passphrase, that comes first.
    ///
    /// # Errors
    /// If the application does not run, is another user's, does not answer in time, or could not do it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a question and its secrets end with its answer"
    )]
    pub(crate) fn ask(&self, call: Call) -> Result<Answer, Problem> {
        match self.reach(&call) {
            Err(problem) if problem.code == ProblemCode::KeysSealed && may_ask(&call) => {
                unlock::on_the_way(self)?;
                self.reach(&call)
            }
            answer => answer,
        }
    }

    /// Asks one question and returns the answer. Where nobody serves, it waits for a program that is starting, or
    /// starts the agent if the user wants that.
    ///
    /// # Errors
    /// If the application does not run, is another user's, does not answer in time, or could not do it.
    fn reach(&self, call: &Call) -> Result<Answer, Problem> {
        let limit = limit(call);
        let dir = self.dir()?;
        let is_quiet = matches!(
            call,
            Call::Credentials { .. } | Call::ContainerCredentials { .. }
        );
        let putting = Putting::default();
        let on_asking = |question: Option<Box<QuestionView>>| match question {
            Some(question) => putting.start(self, question),
            None if is_quiet => {}
            None => terminal::tell("Rolecall asks whether to allow this."),
        };
        let begun = now();
        let mut turn: Option<Turn> = None;
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            match platform::ask(dir, call, left, &on_asking) {
                Err(Unreachable::NotRunning) => {}
                Err(Unreachable::Lost) if is_repeatable(call) => {}
                Err(error) => return Err(self.problem(error)),
                Ok(answer) => {
                    putting.end();
                    return answer;
                }
            }
            if begun.elapsed() > START.min(limit) {
                return Err(self.not_running());
            }
            self.make_way(dir, call, &mut turn)?;
        }
    }

    /// Does the next thing after which somebody may serve: waits, takes the turn to start a program, or starts it.
    fn make_way(&self, dir: &Path, call: &Call, turn: &mut Option<Turn>) -> Result<(), Problem> {
        let Some(ours) = turn else {
            if self.starts(call) {
                start::prepare(dir).map_err(|_| self.not_running())?;
            }
            match start::turn(dir).map_err(|_| self.not_running())? {
                Whose::Ours(ours) => *turn = Some(ours),
                Whose::Others => pause(),
            }
            return Ok(());
        };
        if platform::is_served(dir) {
            *turn = None;
            pause();
            return Ok(());
        }
        if let Some(problem) = ours.failure() {
            return Err(problem);
        }
        match ours.has_started() {
            true => pause(),
            false if self.starts(call) => ours.start(&self.environment)?,
            false => return Err(self.not_running()),
        }
        Ok(())
    }

    /// Returns whether the agent is started for this question.
    fn starts(&self, call: &Call) -> bool {
        let about_the_program = matches!(
            call,
            Call::Host
                | Call::Stop
                | Call::HandOver
                | Call::ShowWindow
                | Call::Attend { .. }
                | Call::Serve { .. }
                | Call::Reply { .. }
                | Call::KeepFresh { .. }
        );
        let ours = self.mode == Mode::Own && self.environment.privilege == Privilege::Own;
        if about_the_program || !ours {
            return false;
        }
        match (agent_start(&self.environment), self.environment.display) {
            (AgentStart::Always, _) | (AgentStart::WithoutDisplay, Display::Absent) => true,
            (AgentStart::Never | AgentStart::Unread, _)
            | (AgentStart::WithoutDisplay, Display::Present) => false,
        }
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

    /// Returns everything that is shown, with the roles that are found alone, best first.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn search(&self, text: String) -> Result<Snapshot, Problem> {
        let Answer::Snapshot(snapshot) = self.ask(Call::Search { text })? else {
            return Err(unexpected());
        };
        Ok(*snapshot)
    }

    /// Returns the names of the roles that are found, best first.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn names(&self, search: String) -> Result<Vec<String>, Problem> {
        let Answer::Names(names) = self.ask(Call::Names { search })? else {
            return Err(unexpected());
        };
        Ok(names)
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
        let answer = platform::ask(self.dir.as_deref()?, &Call::Sessions, GLIMPSE, &|_| ());
        let Answer::Snapshot(snapshot) = answer.ok()?.ok()? else {
            return None;
        };
        Some(*snapshot)
    }

    fn problem(&self, error: Unreachable) -> Problem {
        match error {
            Unreachable::NotRunning | Unreachable::Lost => self.not_running(),
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
        let remedy = match self.environment.privilege {
            Privilege::Own if self.environment.display == Display::Absent => {
                match agent_start(&self.environment) {
                    AgentStart::Unread => UNREAD.to_owned(),
                    AgentStart::WithoutDisplay | AgentStart::Always | AgentStart::Never => {
                        "Start it with: rolecall agent".to_owned()
                    }
                }
            }
            Privilege::Own => {
                format!("Start it from your applications menu, or run: {program}")
            }
            Privilege::Sudo => {
                "It runs for you, not for root: use this command without sudo.".to_owned()
            }
        };
        Problem::new(
            ProblemCode::NotRunning,
            match self.environment.privilege {
                Privilege::Own => "Rolecall is not running.",
                Privilege::Sudo => "Rolecall is not running for the user that sudo switched to.",
            },
            remedy,
        )
    }

    fn foreign(&self, path: &str) -> Problem {
        let remedy = match self.environment.privilege {
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
    /// It went away before it answered.
    Lost,
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
        | Call::Search { .. }
        | Call::Names { .. }
        | Call::Limited { .. }
        | Call::GiveReason { .. }
        | Call::End { .. }
        | Call::EndKey { .. }
        | Call::History(_)
        | Call::Attend { .. }
        | Call::AnswerPrompt { .. }
        | Call::CancelPrompt { .. }
        | Call::SwitchPrompt { .. }
        | Call::EndMfa { .. }
        | Call::ShowWindow
        | Call::Host
        | Call::Stop
        | Call::HandOver
        | Call::Serve { .. }
        | Call::Questions
        | Call::Reply { .. }
        | Call::KeepFresh { .. } => QUICK,
        Call::Assume { .. } | Call::Env { .. } | Call::Environment { .. } => PERSON,
        Call::Credentials { .. } | Call::KeyCredentials { .. } => SDK,
        Call::ContainerCredentials { .. } => ENDPOINT,
        Call::AddKey { .. }
        | Call::RenameKey { .. }
        | Call::RemoveKey { .. }
        | Call::AddTotp { .. }
        | Call::RemoveTotp { .. }
        | Call::LookDeeper { .. }
        | Call::MoveIn { .. }
        | Call::TakeRoles { .. }
        | Call::Unlock { .. } => KEYCHAIN,
        Call::Connect { .. } | Call::Disconnect { .. } => WRITING,
        Call::MoveKey { .. } | Call::PutKeyBack { .. } => KEYCHAIN,
    }
}

/// Returns whether a question may be asked again when its answer was lost: what it asks for is there then, or is had
/// anew. A code works once, and a key is there already.
fn is_repeatable(call: &Call) -> bool {
    match call {
        Call::Snapshot
        | Call::Sessions
        | Call::Search { .. }
        | Call::Names { .. }
        | Call::Limited { .. }
        | Call::GiveReason { .. }
        | Call::Env { .. }
        | Call::Environment { .. }
        | Call::Credentials { .. }
        | Call::KeyCredentials { .. }
        | Call::ContainerCredentials { .. }
        | Call::KeepFresh { .. }
        | Call::Assume { code: None, .. }
        | Call::LookDeeper { .. }
        | Call::ShowWindow
        | Call::History(_)
        | Call::Attend { .. }
        | Call::Questions
        | Call::Host => true,
        Call::Assume { code: Some(_), .. }
        | Call::End { .. }
        | Call::EndKey { .. }
        | Call::AnswerPrompt { .. }
        | Call::CancelPrompt { .. }
        | Call::SwitchPrompt { .. }
        | Call::EndMfa { .. }
        | Call::AddKey { .. }
        | Call::RenameKey { .. }
        | Call::RemoveKey { .. }
        | Call::AddTotp { .. }
        | Call::RemoveTotp { .. }
        | Call::MoveIn { .. }
        | Call::Connect { .. }
        | Call::Disconnect { .. }
        | Call::MoveKey { .. }
        | Call::PutKeyBack { .. }
        | Call::TakeRoles { .. }
        | Call::Unlock { .. }
        | Call::Serve { .. }
        | Call::Reply { .. }
        | Call::Stop
        | Call::HandOver => false,
    }
}

/// Returns whether a person may be asked for a passphrase on the way to this answer: an SDK's program must not.
fn may_ask(call: &Call) -> bool {
    !matches!(call, Call::Credentials { .. } | Call::Unlock { .. }) && terminal::is_reachable()
}

/// Returns when the user wants the agent started.
fn agent_start(environment: &Environment) -> AgentStart {
    let Some(path) = environment.settings_path() else {
        return AgentStart::default();
    };
    match std::fs::read_to_string(path) {
        Ok(text) => settings::read(&text, "settings.toml")
            .map_or(AgentStart::Unread, |it| it.settings.agent_start),
        Err(error) if error.kind() == ErrorKind::NotFound => AgentStart::default(),
        Err(_) => AgentStart::Unread,
    }
}

#[expect(clippy::disallowed_methods, reason = "the deadline of a question")]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program that starts tells nobody when it is ready"
)]
fn pause() {
    thread::sleep(LOOK);
}
