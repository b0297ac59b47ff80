//! The requests of programs and of the user.

use std::collections::BTreeMap;

use rolecall_core::asker::consent::Subject;
use rolecall_core::session::Session;
use rolecall_core::value::name::Name;

/// The maximum number of programs to remember for one session.
const PROGRAMS_MAX: usize = 8;

/// The requests that were answered, for the history.
#[derive(Default)]
pub(crate) struct Requests {
    /// The number of answered requests that are not in the history yet.
    pub(crate) unrecorded: usize,
    /// The number of AWS calls for each role and access key.
    pub(crate) aws_calls: BTreeMap<Subject, u64>,
    /// The session that was handed out last for each role, by its ID, and the programs that got it, the latest last.
    users: BTreeMap<Name, (String, Vec<String>)>,
}

impl Requests {
    /// Returns whether it is not noted yet that this program got a session.
    pub(crate) fn is_new_user(&self, session: &Session, program: &str) -> bool {
        let users = self.users.get(&session.role);
        users.is_none_or(|(id, names)| id != session.id() || !names.iter().any(|it| it == program))
    }

    /// Notes that a program got a session.
    pub(crate) fn note_user(&mut self, session: &Session, program: &str) {
        let users = self.users.entry(session.role.clone()).or_default();
        if users.0 != session.id() {
            *users = (session.id().to_owned(), Vec::new());
        }
        users.1.retain(|it| it != program);
        users.1.push(program.to_owned());
        let excess = users.1.len().saturating_sub(PROGRAMS_MAX);
        users.1.drain(..excess);
    }

    /// Returns the programs that got a session, the latest first.
    pub(crate) fn users_of(&self, session: &Session) -> Vec<String> {
        let users = self.users.get(&session.role);
        let users = users.filter(|(id, _)| id == session.id());
        users.map_or_else(Vec::new, |(_, names)| names.iter().rev().cloned().collect())
    }
}
