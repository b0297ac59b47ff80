//! The requester of a session: a process and its parents, as the operating system reports them.
//!
//! This information is not proof. A process chooses its own name, and any program of the same user can start, trace or
//! imitate another. So it informs the user, but must never be the only protection of a secret.

use serde::{Deserialize, Serialize};

use crate::value::sanitise::{cut, visible};

/// The maximum number of characters of a process name.
const NAME_MAX: usize = 64;
/// The maximum number of characters of a program's path.
const PATH_MAX: usize = 256;
/// The name of our own command line, which makes requests on behalf of the program that started it.
const OWN_NAME: &str = "rolecall";

/// Identifies one process since boot. The system reuses a process ID, but not together with the same start time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessId {
    /// The process id.
    pub pid: u32,
    /// The start time, in the kernel's clock ticks since boot.
    pub started: u64,
}

/// A process as the kernel reports it. Its texts are not trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ancestor {
    /// Identifies the process.
    pub id: ProcessId,
    /// The name of the process.
    pub name: String,
    /// The path of its program, or empty if it cannot be read.
    pub program: String,
    /// The process ID of its session leader, such as the shell of a terminal.
    pub session: u32,
    /// Whether it has a terminal.
    pub has_terminal: bool,
    /// Whether it can read from that terminal, which a shell permits for one job at a time.
    pub in_foreground: bool,
}

/// A process as it is shown, with texts that are safe to display.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Process {
    /// The process id.
    pub pid: u32,
    /// The name of the process.
    pub name: String,
    /// The path of its program, or empty if it cannot be read.
    pub program: String,
}

/// Whether a process runs in a container or sandbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Isolation {
    /// It shares its namespaces with Rolecall.
    #[default]
    None,
    /// It runs in a container or sandbox: its mount, user or PID namespace differs from Rolecall's.
    Sandboxed,
}

/// The requester of a session. Nothing is known about the default one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requester {
    peer: Option<ProcessId>,
    process: Process,
    parents: Vec<Process>,
    tree: Option<(ProcessId, Process)>,
    has_terminal: bool,
    is_at_terminal: bool,
    /// Whether it runs in a container or sandbox.
    pub isolation: Isolation,
}

impl Requester {
    /// Returns the requester at the start of `lineage`, which is a process, its parent, and so on. Our own command line
    /// stands for the program that started it.
    ///
    /// Its tree begins at the shell of its terminal. Without a terminal, the tree begins below the session leader,
    /// because that may be the whole desktop. For the same reason it never begins at one of `ours`, the processes that
    /// started Rolecall.
    pub fn new(lineage: &[Ancestor], ours: &[ProcessId]) -> Self {
        let peer = lineage.first().map(|it| it.id);
        let has_terminal = lineage.first().is_some_and(|it| it.has_terminal);
        let asking_for_itself = |it: &Ancestor| it.in_foreground && it.name == OWN_NAME;
        let is_at_terminal = has_terminal && lineage.first().is_some_and(asking_for_itself);
        let asks = asking(lineage.iter().map(|it| it.name.as_str()));
        let lineage = lineage.get(asks..).unwrap_or_default();
        let Some((first, parents)) = lineage.split_first() else {
            return Self::default();
        };
        let root = lineage.get(root_of(lineage, ours)).unwrap_or(first);
        Self {
            peer,
            has_terminal,
            is_at_terminal,
            process: Process::from(first),
            parents: parents.iter().map(Process::from).collect(),
            tree: Some((root.id, Process::from(root))),
            isolation: Isolation::None,
        }
    }

    /// Returns Rolecall itself, which acts on the user's settings.
    pub fn rolecall() -> Self {
        Self {
            process: Process {
                name: "Rolecall".to_owned(),
                ..Process::default()
            },
            ..Self::default()
        }
    }

    /// Returns the same requester without its process tree, so that it shares no question and no permission.
    pub fn without_tree(mut self) -> Self {
        self.tree = None;
        self
    }

    /// Returns the process at the other end, even if it is our own command line.
    pub fn peer(&self) -> Option<ProcessId> {
        self.peer
    }

    /// Returns whether the process at the other end has a terminal.
    pub fn has_terminal(&self) -> bool {
        self.has_terminal
    }

    /// Returns whether the process at the other end is our own command line and can ask the user at its terminal.
    pub fn is_at_terminal(&self) -> bool {
        self.is_at_terminal
    }

    /// Returns the process that makes the request. Its name is empty if it is unknown.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Returns the name for use in a sentence.
    pub fn name(&self) -> &str {
        match self.process.name.as_str() {
            "" => "A program",
            name => name,
        }
    }

    /// Returns its parent processes, the nearest first.
    pub fn parents(&self) -> &[Process] {
        &self.parents
    }

    /// Returns the process at the root of its tree, if known.
    pub fn tree(&self) -> Option<ProcessId> {
        self.tree.as_ref().map(|(id, _)| *id)
    }

    /// Returns the root of its tree as it is shown.
    pub fn root(&self) -> Option<&Process> {
        self.tree.as_ref().map(|(_, process)| process)
    }
}

impl From<&Ancestor> for Process {
    fn from(of: &Ancestor) -> Self {
        Self {
            pid: of.id.pid,
            name: cut(&visible(&of.name), NAME_MAX),
            program: cut(&visible(&of.program), PATH_MAX),
        }
    }
}

/// Returns the index of the process in a lineage with these names that a request is attributed to. Our own command line
/// stands for the program that started it.
pub fn asking<'a>(mut names: impl Iterator<Item = &'a str>) -> usize {
    let is_ours = names.next() == Some(OWN_NAME);
    usize::from(is_ours && names.next().is_some())
}

/// Returns the index in the lineage at which the tree of its first process begins.
fn root_of(lineage: &[Ancestor], ours: &[ProcessId]) -> usize {
    let Some(first) = lineage.first() else {
        return 0;
    };
    let same_session = |one: &&Ancestor| one.session == first.session;
    let within = lineage.iter().take_while(same_session).count();
    let top = within.saturating_sub(1);
    let is_leader = |at: usize| lineage[at].id.pid == first.session;
    let top = match first.has_terminal || !is_leader(top) {
        true => top,
        false => top.saturating_sub(1),
    };
    let shared = lineage
        .iter()
        .take(top + 1)
        .position(|one| ours.contains(&one.id));
    shared.map_or(top, |at| at.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, name: &str, session: u32, has_terminal: bool) -> Ancestor {
        Ancestor {
            id: ProcessId {
                pid,
                started: u64::from(pid),
            },
            name: name.into(),
            program: format!("/usr/bin/{name}"),
            session,
            has_terminal,
            in_foreground: has_terminal,
        }
    }

    fn root(lineage: &[Ancestor], ours: &[u32]) -> u32 {
        let ours: Vec<ProcessId> = ours
            .iter()
            .map(|pid| ProcessId {
                pid: *pid,
                started: u64::from(*pid),
            })
            .collect();
        Requester::new(lineage, &ours).tree().map_or(0, |id| id.pid)
    }

    #[test]
    fn our_own_command_line_stands_for_the_program_that_started_it() {
        let lineage = [
            process(9, "rolecall", 3, true),
            process(8, "aws", 3, true),
            process(3, "bash", 3, true),
            process(2, "xterm", 2, false),
        ];
        let requester = Requester::new(&lineage, &[]);
        assert_eq!((requester.name(), requester.process().pid), ("aws", 8));
        let parents: Vec<&str> = requester
            .parents()
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(parents, ["bash", "xterm"]);
        assert_eq!(requester.root().map(|it| it.pid), Some(3));
    }

    #[test]
    fn a_tree_begins_at_the_shell_of_its_terminal() {
        let shell = process(3, "bash", 3, true);
        assert_eq!(
            root(
                &[
                    process(8, "aws", 3, true),
                    shell.clone(),
                    process(2, "xterm", 2, false)
                ],
                &[]
            ),
            3
        );
        assert_eq!(root(&[shell], &[]), 3);
    }

    #[test]
    fn without_a_terminal_a_tree_begins_below_the_session_leader() {
        let desktop = process(2, "gnome-shell", 2, false);
        let editor = process(4, "code", 2, false);
        assert_eq!(
            root(
                &[
                    process(8, "node", 2, false),
                    editor,
                    desktop.clone(),
                    process(1, "systemd", 1, false)
                ],
                &[]
            ),
            4
        );
        assert_eq!(root(&[desktop], &[]), 2);
    }

    #[test]
    fn a_tree_never_contains_rolecall_itself() {
        let lineage = [
            process(8, "aws", 3, true),
            process(7, "make", 3, true),
            process(3, "bash", 3, true),
        ];
        assert_eq!(root(&lineage, &[3]), 7);
        assert_eq!(root(&lineage, &[7, 3]), 8);
    }

    #[test]
    fn nothing_is_known_about_an_empty_lineage() {
        let requester = Requester::new(&[], &[]);
        assert_eq!((requester.name(), requester.tree()), ("A program", None));
        assert_eq!(
            Requester::new(&[process(9, "rolecall", 9, false)], &[]).name(),
            "rolecall"
        );
    }

    #[test]
    fn t18_hostile_names_are_escaped_and_shortened() {
        let mut hostile = process(8, "a\u{202e}b\u{1b}[2J", 8, false);
        hostile.program = "x".repeat(5000);
        let requester = Requester::new(&[hostile], &[]);
        assert_eq!(requester.name(), "a\\u{202e}b\\u{1b}[2J");
        assert_eq!(requester.process().program.chars().count(), 256);
    }
}
