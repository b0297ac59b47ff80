//! The running application, as commands use it. The user is asked here for what a call needs on the way: consent to
//! hand out a session, or the passphrase of the key file.

use std::path::Path;

use rolecall_core::api::call_rules::Prompts;
use rolecall_core::api::host::AwsFilePaths;
use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::secret::Secret;
use rolecall_core::view::question::ConsentView;
use rolecall_core::view::role_list::RoleList;
use rolecall_core::view::snapshot::{Mode, Snapshot};

use crate::environment::Environment;
use crate::question::BackgroundQuestion;
use crate::socket::Socket;
use crate::{passphrase, terminal};

pub(crate) use crate::socket::unexpected;

/// The running application.
#[derive(Clone)]
pub(crate) struct Client {
    socket: Socket,
}

impl Client {
    /// Returns the user's own application, or the practice instance.
    pub(crate) fn new(environment: &Environment, mode: Mode) -> Self {
        Self {
            socket: Socket::new(environment, mode),
        }
    }

    /// Returns the socket, for what asks the user itself.
    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Returns which application it is.
    pub(crate) fn mode(&self) -> Mode {
        self.socket.mode()
    }

    /// Returns the application's folder, which only this user can enter.
    ///
    /// # Errors
    /// If the environment has no place for one.
    pub(crate) fn dir(&self) -> Result<&Path, Problem> {
        self.socket.dir()
    }

    /// Sends a call and returns the answer. If the key file is sealed, asks for its passphrase and sends the call again.
    ///
    /// # Errors
    /// If the application does not run, belongs to another user, does not answer in time, or fails.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a call and its secrets end with its answer"
    )]
    pub(crate) fn ask(&self, call: Call) -> Result<Answer, Problem> {
        match self.ask_once(&call) {
            Err(problem)
                if problem.code == ProblemCode::KeysSealed && may_ask_passphrase(&call) =>
            {
                passphrase::open_or_create(&self.socket)?;
                self.ask_once(&call)
            }
            answer => answer,
        }
    }

    fn ask_once(&self, call: &Call) -> Result<Answer, Problem> {
        let background = BackgroundQuestion::default();
        let on_question = |question: Option<Box<ConsentView>>| match question {
            Some(question) => background.ask(&self.socket, question),
            None => match call.rules().prompts {
                Prompts::Person => terminal::tell("Waiting for you to allow this in Rolecall."),
                Prompts::Nobody => {}
            },
        };
        let answer = self.socket.send(call, &on_question);
        background.close();
        answer
    }

    /// Sends a call that has no result but success.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn perform(&self, call: Call) -> Result<(), Problem> {
        match self.ask(call)? {
            Answer::Done => Ok(()),
            _ => Err(unexpected()),
        }
    }

    /// Asks for text that holds credentials.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn secret_text(&self, call: Call) -> Result<Secret, Problem> {
        match self.ask(call)? {
            Answer::Text(text) => Ok(Secret::new(text.expose().to_owned())),
            _ => Err(unexpected()),
        }
    }

    /// Returns a text whose commands are for the same application as this one.
    pub(crate) fn command_in(&self, text: &str) -> String {
        match self.mode() {
            Mode::Own => text.to_owned(),
            Mode::Practice => text
                .replace("rolecall ", "rolecall --practice ")
                .replace("--practice --practice", "--practice"),
        }
    }

    /// Returns roles, sessions, keys and problems.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn snapshot(&self) -> Result<Snapshot, Problem> {
        self.snapshot_of(Call::Snapshot)
    }

    /// Returns a snapshot with only the roles that match, best match first.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn search(&self, text: String) -> Result<Snapshot, Problem> {
        self.snapshot_of(Call::Search { text })
    }

    /// Returns a list of the roles that match a search, best match first, or of all roles.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn list(&self, search: Option<String>) -> Result<RoleList, Problem> {
        match self.ask(Call::List {
            search: search.clone(),
        }) {
            Ok(Answer::List(list)) => Ok(*list),
            Ok(_) => Err(unexpected()),
            // An earlier version, which was not restarted after an update.
            Err(problem) if problem.code == ProblemCode::VersionMismatch => {
                let snapshot = match search {
                    Some(text) => self.search(text),
                    None => self.snapshot(),
                };
                snapshot.map(|snapshot| RoleList::from(&snapshot))
            }
            Err(problem) => Err(problem),
        }
    }

    /// Returns a snapshot without roles and keys.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn sessions(&self) -> Result<Snapshot, Problem> {
        self.snapshot_of(Call::Sessions)
    }

    fn snapshot_of(&self, call: Call) -> Result<Snapshot, Problem> {
        match self.ask(call)? {
            Answer::Snapshot(snapshot) => Ok(*snapshot),
            _ => Err(unexpected()),
        }
    }

    /// Returns the snapshot if the application runs and answers at once.
    pub(crate) fn snapshot_now(&self) -> Option<Snapshot> {
        match self.socket.send_now(&Call::Snapshot)? {
            Answer::Snapshot(snapshot) => Some(*snapshot),
            _ => None,
        }
    }

    /// Returns AWS's files that the running application reads, if it is the user's own and says so.
    pub(crate) fn aws_files(&self) -> Option<AwsFilePaths> {
        if self.mode() == Mode::Practice {
            return None;
        }
        match self.socket.send_soon(&Call::Host)? {
            Answer::Host(host) => host.aws_files,
            _ => None,
        }
    }

    /// Returns the sessions if the application answers at once, for a shell's prompt.
    pub(crate) fn sessions_now(&self) -> Option<Snapshot> {
        match self.socket.send_now(&Call::Sessions)? {
            Answer::Snapshot(snapshot) => Some(*snapshot),
            _ => None,
        }
    }

    /// Returns the names of the roles that match, best match first; all names for an empty text.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) fn names(&self, search: String) -> Result<Vec<String>, Problem> {
        match self.ask(Call::Names { search })? {
            Answer::Names(names) => Ok(names),
            _ => Err(unexpected()),
        }
    }
}

/// Returns whether the user may be asked for a passphrase before this call is answered.
fn may_ask_passphrase(call: &Call) -> bool {
    call.rules().prompts == Prompts::Person && terminal::is_reachable()
}
