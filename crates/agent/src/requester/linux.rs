//! Reads processes from `/proc`. Since process IDs are reused, data that changed during the read is discarded.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

use rolecall_core::asker::requester::{Ancestor, Isolation, ProcessId, Requester};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::namespaces;
use crate::descriptors;

/// The limit of processes in a lineage.
const LINEAGE_MAX: usize = 16;
/// More than the longest line of `/proc/PID/stat`, in bytes.
const STAT_MAX: usize = 2048;
/// The ancestor of all processes.
const INIT: u32 = 1;

/// Returns the process at the other end of the connection as far as an answer needs it: the process, its parent, and its
/// namespaces. [`Seen::whole`] reads the rest of the lineage on demand.
pub(super) fn of_socket(stream: &UnixStream) -> (Requester, Seen) {
    let seen = if_still_running(stream, Seen::process).unwrap_or_else(Seen::nobody);
    (seen.requester().without_tree(), seen)
}

/// Returns the isolation of the process at the other end of the connection.
pub(super) fn isolation_of_socket(stream: &UnixStream) -> Requester {
    let mut requester = Requester::default();
    requester.isolation = if_still_running(stream, isolation).unwrap_or(Isolation::Sandboxed);
    requester
}

/// Returns the process.
pub(super) fn of_process(pid: u32) -> Requester {
    Seen::process(pid).whole()
}

/// A process at the time of the request. It may have ended since.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The process and its ancestors, as far as they were read.
    lineage: Vec<Stat>,
    /// The path of the requesting program; empty if it cannot be read.
    program: String,
    isolation: Isolation,
}

impl Seen {
    /// Reads a process and its parent.
    fn process(pid: u32) -> Self {
        let isolation = isolation(pid);
        let Some(first) = Stat::read(pid) else {
            return Self {
                isolation,
                ..Self::nobody()
            };
        };
        let parent = first.verified_parent(first.session);
        let lineage: Vec<Stat> = std::iter::once(first).chain(parent).collect();
        let asks = lineage.get(asking(&lineage)).or(lineage.first());
        Self {
            program: asks.map(Stat::program).unwrap_or_default(),
            lineage,
            isolation,
        }
    }

    /// Returns a process that cannot be read: it is in another namespace, or its ID has been reused.
    fn nobody() -> Self {
        Self {
            lineage: Vec::new(),
            program: String::new(),
            isolation: Isolation::Sandboxed,
        }
    }

    /// Returns the process with all its ancestors.
    pub(super) fn whole(&self) -> Requester {
        let mut whole = self.clone();
        whole.read_ancestors();
        whole.requester()
    }

    /// Reads the rest of the lineage, up to the process that started its session.
    fn read_ancestors(&mut self) {
        let Some(session) = self.lineage.first().map(|first| first.session) else {
            return;
        };
        while let Some(last) = self.lineage.last()
            && self.lineage.len() < LINEAGE_MAX
            && let Some(parent) = last.verified_parent(session)
        {
            self.lineage.push(parent);
        }
    }

    fn requester(&self) -> Requester {
        let asking = asking(&self.lineage);
        let ancestor = |(at, stat): (usize, &Stat)| {
            let program = match at == asking {
                true => self.program.clone(),
                false => String::new(),
            };
            stat.ancestor(program)
        };
        let lineage: Vec<Ancestor> = self.lineage.iter().enumerate().map(ancestor).collect();
        let ours = ours();
        let mut requester = Requester::new(&lineage, ours.unwrap_or_default());
        // Its tree could begin at one of ours, which may be the whole desktop.
        requester.isolation = match ours {
            Some(_) => self.isolation,
            None => Isolation::Sandboxed,
        };
        requester
    }
}

/// Returns the index of the requesting process in a lineage.
fn asking(lineage: &[Stat]) -> usize {
    let names = lineage.iter().map(|stat| stat.name.as_str());
    rolecall_core::asker::requester::asking(names)
}

/// Returns the result of `look` for the process at the other end, if that process is still running afterwards.
fn if_still_running<T>(stream: &UnixStream, look: impl Fn(u32) -> T) -> Option<T> {
    // A process without an ID here is in another namespace.
    let peer = rustix::net::sockopt::socket_peercred(stream).ok()?;
    let handle = handle_of(stream, peer.pid)?;
    let pid = u32::try_from(peer.pid.as_raw_nonzero().get()).unwrap_or_default();
    let seen = look(pid);
    // The ID may have been reused. A process that hides by leaving its connection to a child gains nothing.
    is_running(&handle).then_some(seen)
}

/// Returns the isolation of a process. What cannot be compared counts as sandboxed.
fn isolation(pid: u32) -> Isolation {
    match namespaces::are_ours(pid) {
        true => Isolation::None,
        false => Isolation::Sandboxed,
    }
}

/// Returns a handle that stays valid if the process ID is reused. Kernels before 6.5 only open it by ID; on later ones an
/// error means that the process has ended and the ID may have been reused.
fn handle_of(stream: &UnixStream, pid: Pid) -> Option<OwnedFd> {
    match nix::sys::socket::getsockopt(stream, nix::sys::socket::sockopt::PeerPidfd) {
        Ok(handle) => Some(handle),
        Err(nix::errno::Errno::ENOPROTOOPT) => pidfd_open(pid, PidfdFlags::empty()).ok(),
        Err(_) => None,
    }
}

fn is_running(handle: &OwnedFd) -> bool {
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut ended = [PollFd::from_borrowed_fd(handle.as_fd(), PollFlags::IN)];
    poll(&mut ended, Some(&at_once)).is_ok_and(|count| count == 0)
}

/// Reads what requesters are compared with, while there are files for it.
pub(super) fn prepare() {
    ours();
    namespaces::prepare();
}

/// Returns this process and its ancestors; `None` if they cannot all be read for lack of files.
fn ours() -> Option<&'static [ProcessId]> {
    static OURS: OnceLock<Vec<ProcessId>> = OnceLock::new();
    if let Some(ours) = OURS.get() {
        return Some(ours);
    }
    if !descriptors::are_left() {
        return None;
    }
    Some(OURS.get_or_init(|| {
        let mut seen = Seen::nobody();
        seen.lineage.extend(Stat::read(std::process::id()));
        seen.read_ancestors();
        seen.lineage.iter().map(|it| it.id).collect()
    }))
}

/// The fields of `/proc/PID/stat`. <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stat {
    id: ProcessId,
    name: String,
    parent: u32,
    session: u32,
    has_terminal: bool,
    in_foreground: bool,
}

impl Stat {
    /// Reads it in one call, since the kernel recomputes it for each part.
    fn read(pid: u32) -> Option<Self> {
        let mut bytes = [0; STAT_MAX];
        let mut file = File::open(format!("/proc/{pid}/stat")).ok()?;
        let length = file.read(&mut bytes).ok()?;
        Self::parse(&String::from_utf8_lossy(bytes.get(..length)?))
    }

    /// Parses the line. The name is in brackets, and may contain brackets and spaces itself.
    fn parse(text: &str) -> Option<Self> {
        let (pid, rest) = text.split_once(" (")?;
        let (name, rest) = rest.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let small = |at: usize| number(at).and_then(|it| u32::try_from(it).ok());
        Some(Self {
            id: ProcessId {
                pid: pid.parse().ok()?,
                started: number(19)?,
            },
            name: name.to_owned(),
            parent: small(1)?,
            session: small(3)?,
            has_terminal: fields.get(4).is_some_and(|terminal| *terminal != "0"),
            in_foreground: fields
                .get(5)
                .is_some_and(|group| fields.get(2) == Some(group)),
        })
    }

    /// Reads the parent of this process within a session. It counts only if it is older than its child, or, if both started
    /// in the same tick, if it still is the parent afterwards. This excludes a parent whose ID has been reused.
    fn verified_parent(&self, session: u32) -> Option<Self> {
        let is_within = self.parent > INIT && self.session == session;
        let parent = is_within.then(|| Self::read(self.parent)).flatten();
        parent.filter(|parent| parent.is_parent_of(self))
    }

    fn is_parent_of(&self, child: &Self) -> bool {
        match self.id.started.cmp(&child.id.started) {
            Ordering::Less => true,
            Ordering::Equal => {
                Self::read(child.id.pid).is_some_and(|again| again.parent == self.id.pid)
            }
            Ordering::Greater => false,
        }
    }

    fn program(&self) -> String {
        let path = fs::read_link(format!("/proc/{}/exe", self.id.pid));
        path.map(|it| it.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    fn ancestor(&self, program: String) -> Ancestor {
        Ancestor {
            id: self.id,
            name: self.name.clone(),
            program,
            session: self.session,
            has_terminal: self.has_terminal,
            in_foreground: self.in_foreground,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let text = "42 (a) R 1 (b) S 7 42 41 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 9876 0 0";
        let stat = Stat::parse(text).expect("parses");
        assert_eq!(
            (stat.id.pid, stat.id.started, stat.parent, stat.session),
            (42, 9876, 7, 41)
        );
        assert_eq!((stat.name.as_str(), stat.has_terminal), ("a) R 1 (b", true));
        assert_eq!(Stat::parse("42 (x"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn finds_this_process_and_its_ancestors() {
        let mut seen = Seen::process(std::process::id());
        seen.read_ancestors();
        assert!(seen.program.contains("rolecall_agent"), "{seen:?}");
        let lineage = seen.lineage;
        assert_eq!(lineage[0].id.pid, std::process::id());
        let pairs = lineage.windows(2);
        assert!(
            pairs
                .clone()
                .all(|pair| pair[1].id.started <= pair[0].id.started),
            "{lineage:?}"
        );
    }

    #[test]
    fn the_other_end_of_a_socket_is_this_process() {
        let (one, _other) = UnixStream::pair().expect("a pair");
        let (requester, seen) = of_socket(&one);
        assert_eq!(requester.process().pid, std::process::id());
        assert_eq!(requester.isolation, Isolation::None);
        assert_eq!(
            requester.tree(),
            None,
            "a tree is known by its whole lineage only"
        );
        assert!(seen.whole().tree().is_some());
    }

    #[test]
    fn nothing_is_known_of_a_process_that_has_ended() {
        let seen = Seen::process(u32::MAX >> 2);
        assert!(seen.lineage.is_empty() && seen.isolation == Isolation::Sandboxed);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a program to look at")]
    fn a_program_that_ended_before_its_ancestors_were_read_keeps_its_name_and_gains_no_parent() {
        let mut child = std::process::Command::new("sleep")
            .arg("30")
            .spawn()
            .expect("started");
        let seen = Seen::process(child.id());
        child.kill().expect("killed");
        child.wait().expect("gone");
        let whole = seen.whole();
        assert_eq!(whole.process().pid, child.id());
        assert_eq!(
            whole.parents().first().map(|it| it.pid),
            Some(std::process::id())
        );
    }
}
