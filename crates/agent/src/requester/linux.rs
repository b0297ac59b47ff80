//! The kernel's account of a process, from `/proc`. A process id is used again, so nothing is believed that changed
//! while it was read.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

use rolecall_core::requester::{Ancestor, ProcessId, Requester};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// The most processes of a lineage that are read.
const LINEAGE_MAX: usize = 16;
/// Of how many processes the path of the program is read: of our own command line, and of the one that started it.
const PROGRAMS: usize = 2;
/// More than the longest line of `/proc/PID/stat`, in bytes.
const STAT_MAX: usize = 2048;
/// The process that everything descends from.
const INIT: u32 = 1;
/// What tells apart which files, users and processes a process sees.
const NAMESPACES: [&str; 3] = ["mnt", "user", "pid"];

/// Returns who is at the other end of the connection.
pub(super) fn of_socket(stream: &UnixStream) -> Requester {
    believed(stream, of_process)
}

/// Returns where the other end of the connection runs.
pub(super) fn whereabouts_of_socket(stream: &UnixStream) -> Requester {
    believed(stream, |pid| placed(Requester::default(), pid))
}

/// Returns who the process is.
pub(super) fn of_process(pid: u32) -> Requester {
    placed(Requester::new(&lineage(pid), ours()), pid)
}

/// Returns what `look` says of the process at the other end, if it still was that process afterwards.
fn believed(stream: &UnixStream, look: impl Fn(u32) -> Requester) -> Requester {
    let Ok(peer) = rustix::net::sockopt::socket_peercred(stream) else {
        // The process has no id here: it runs among other processes.
        return Requester::default().apart();
    };
    let Some(handle) = handle_of(stream, peer.pid) else {
        return Requester::default().apart();
    };
    let pid = u32::try_from(peer.pid.as_raw_nonzero().get()).unwrap_or_default();
    let requester = look(pid);
    match is_running(&handle) {
        true => requester,
        // Its id may be another's by then. One that left its connection to a child to hide itself gains nothing.
        false => Requester::default().apart(),
    }
}

/// Returns the requester with where it runs. What cannot be compared counts as apart.
fn placed(requester: Requester, pid: u32) -> Requester {
    match namespaces(&pid.to_string()) {
        None => requester.apart(),
        theirs if theirs != *our_namespaces() => requester.apart(),
        Some(_) => requester,
    }
}

/// Returns a handle that stays with the process even if its id is used again. Kernels before 6.5 give it by the id only.
fn handle_of(stream: &UnixStream, pid: Pid) -> Option<OwnedFd> {
    let of_peer = nix::sys::socket::getsockopt(stream, nix::sys::socket::sockopt::PeerPidfd);
    of_peer
        .ok()
        .or_else(|| pidfd_open(pid, PidfdFlags::empty()).ok())
}

fn is_running(handle: &OwnedFd) -> bool {
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut ended = [PollFd::from_borrowed_fd(handle.as_fd(), PollFlags::IN)];
    poll(&mut ended, Some(&at_once)).is_ok_and(|count| count == 0)
}

/// Returns a process, its parent and so on up, to the one that started its session. A parent is believed only if it is
/// older than its child; where both started in the same tick, only if the child still has it after it was read. A parent
/// that ended, and whose id was used again meanwhile, is neither.
fn lineage(pid: u32) -> Vec<Ancestor> {
    let mut lineage = Vec::new();
    let Some(first) = Stat::read(pid) else {
        return lineage;
    };
    let mut child = first.clone();
    loop {
        let parent = match child.parent > INIT && child.session == first.session {
            true => Stat::read(child.parent),
            false => None,
        };
        let program = match lineage.len() < PROGRAMS {
            true => child.program(),
            false => String::new(),
        };
        lineage.push(child.ancestor(program));
        match parent {
            Some(parent) if lineage.len() < LINEAGE_MAX && parent.is_parent_of(&child) => {
                child = parent;
            }
            Some(_) | None => return lineage,
        }
    }
}

/// Returns the processes that started this one, itself included.
fn ours() -> &'static [ProcessId] {
    static OURS: OnceLock<Vec<ProcessId>> = OnceLock::new();
    OURS.get_or_init(|| {
        lineage(std::process::id())
            .into_iter()
            .map(|it| it.id)
            .collect()
    })
}

type Namespaces = Option<[(u64, u64); NAMESPACES.len()]>;

fn our_namespaces() -> &'static Namespaces {
    static OURS: OnceLock<Namespaces> = OnceLock::new();
    OURS.get_or_init(|| namespaces("self"))
}

fn namespaces(process: &str) -> Namespaces {
    let mut found = [(0, 0); NAMESPACES.len()];
    for (place, name) in found.iter_mut().zip(NAMESPACES) {
        let file = fs::metadata(format!("/proc/{process}/ns/{name}")).ok()?;
        *place = (file.dev(), file.ino());
    }
    Some(found)
}

/// What `/proc/PID/stat` says. <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stat {
    id: ProcessId,
    name: String,
    parent: u32,
    session: u32,
    has_terminal: bool,
}

impl Stat {
    /// Reads it at one go: the kernel computes it anew for each part.
    fn read(pid: u32) -> Option<Self> {
        let mut bytes = [0; STAT_MAX];
        let mut file = File::open(format!("/proc/{pid}/stat")).ok()?;
        let length = file.read(&mut bytes).ok()?;
        Self::parse(&String::from_utf8_lossy(bytes.get(..length)?))
    }

    /// Reads the line. The name stands in brackets, and may hold brackets and spaces itself.
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
        })
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
    fn finds_this_process_and_those_that_started_it() {
        let lineage = lineage(std::process::id());
        assert_eq!(lineage[0].id.pid, std::process::id());
        assert!(lineage[0].program.contains("rolecall_agent"), "{lineage:?}");
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
        let requester = of_socket(&one);
        assert_eq!(requester.process().pid, std::process::id());
        assert_eq!(
            requester.whereabouts,
            rolecall_core::requester::Whereabouts::Here
        );
    }

    #[test]
    fn nothing_is_known_of_a_process_that_is_gone() {
        assert!(lineage(u32::MAX >> 2).is_empty());
    }
}
