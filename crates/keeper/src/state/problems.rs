//! Standing problems.

use std::collections::BTreeMap;

use rolecall_core::value::problem::{Problem, ProblemCode};

/// The subject of a standing problem. Each has at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Concern {
    /// The keychain.
    Keychain,
    /// The way to AWS.
    Network,
    /// The file of roles.
    RolesFile,
    /// AWS's own files.
    AwsFiles,
    /// The temporary profiles in AWS's credentials file.
    TemporaryProfiles,
    /// Files that a crash left during an edit of AWS's files.
    Leftovers,
    /// The file of labels.
    MarksFile,
    /// The file of settings.
    SettingsFile,
    /// The file of access keys.
    KeysFile,
    /// Rotations of access keys that stopped.
    Rotations,
    /// Stored data that cannot be read.
    Store,
    /// Data that could not be written and is tried again.
    Unwritten,
    /// A team catalogue.
    Teams,
    /// The tray.
    Tray,
    /// The window.
    Window,
    /// The file of the running program.
    Program,
    /// The local socket.
    Socket,
    /// The heartbeat, which shows the warnings.
    Heartbeat,
    /// A revocation whose outcome is not known.
    Revocations,
    /// Roles whose names look alike.
    LookAlikes,
}

/// The problems that stand until they are solved or the user dismisses them.
#[derive(Default)]
pub(crate) struct Problems {
    standing: BTreeMap<Concern, Problem>,
}

impl Problems {
    /// Sets or clears the problem of a subject.
    pub(crate) fn set(&mut self, concern: Concern, problem: Option<Problem>) {
        match problem {
            Some(problem) => drop(self.standing.insert(concern, problem)),
            None => drop(self.standing.remove(&concern)),
        }
    }

    /// Returns the problem of a subject.
    pub(crate) fn of(&self, concern: Concern) -> Option<&Problem> {
        self.standing.get(&concern)
    }

    /// Returns whether a subject has a problem.
    pub(crate) fn has(&self, concern: Concern) -> bool {
        self.standing.contains_key(&concern)
    }

    /// Clears all problems with this code.
    pub(crate) fn dismiss(&mut self, code: ProblemCode) {
        self.standing.retain(|_, problem| problem.code != code);
    }

    /// Returns the problems by their subjects.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.standing.values()
    }
}
