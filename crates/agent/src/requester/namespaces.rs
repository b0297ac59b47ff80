//! Checks whether another process is in the same mount, user and PID namespaces as this one.
//!
//! The links in `/proc/PID/ns` answer that, but a process that hides its memory, as ours do, hides them from its own user
//! too. Any program can do that, so hidden links prove nothing. Then the decision is made on facts that the kernel shows
//! of every process and that no process can change: the ID of its root mount, the nesting depth of its process ID, and
//! its user ID map. If that is not conclusive, the namespaces count as different.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The namespaces to compare.
const KINDS: [&str; 3] = ["mnt", "user", "pid"];
/// The maps of a user namespace. The last one is usually empty.
const MAPS: [&str; 3] = ["uid_map", "gid_map", "projid_map"];

/// Returns whether the process `pid` is in the same mount, user and PID namespaces as this one.
pub(super) fn are_ours(pid: u32) -> bool {
    let process = pid.to_string();
    match links(&process) {
        Ok(theirs) => our_links() == Some(&theirs),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Public::of(&process).is_some_and(|theirs| theirs.proves_same_as(our_public()))
        }
        Err(_) => false,
    }
}

/// Reads what other processes are compared with.
pub(super) fn prepare() {
    our_links();
    our_public();
}

/// The links in `/proc/PID/ns`: the kind and number of each namespace.
type Links = [PathBuf; KINDS.len()];

fn our_links() -> Option<&'static Links> {
    static OURS: OnceLock<Links> = OnceLock::new();
    once_read(&OURS, || links("self").ok())
}

/// Returns what was read once, or reads it. A failure, such as for lack of files, is not kept.
fn once_read<T>(
    kept: &'static OnceLock<T>,
    read: impl FnOnce() -> Option<T>,
) -> Option<&'static T> {
    match kept.get() {
        Some(ours) => Some(ours),
        None => read().map(|ours| kept.get_or_init(|| ours)),
    }
}

fn links(process: &str) -> io::Result<Links> {
    let mut found = Links::default();
    for (link, kind) in found.iter_mut().zip(KINDS) {
        *link = fs::read_link(format!("/proc/{process}/ns/{kind}"))?;
    }
    Ok(found)
}

/// The facts that `/proc` shows every user about the namespaces of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Public {
    /// The ID of its root mount, which is unique and belongs to one mount namespace.
    /// <https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html>
    root_mount: u64,
    /// The number of PID namespaces in which it has an ID, from the one of `/proc` down.
    /// <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
    pid_depth: usize,
    /// The user, group and project ID maps of its user namespace, as this process sees them.
    maps: [Vec<Extent>; MAPS.len()],
}

fn our_public() -> Option<&'static Public> {
    static OURS: OnceLock<Public> = OnceLock::new();
    once_read(&OURS, || Public::of("self"))
}

impl Public {
    fn of(process: &str) -> Option<Self> {
        let mut maps: [Vec<Extent>; MAPS.len()] = Default::default();
        for (map, name) in maps.iter_mut().zip(MAPS) {
            let text = fs::read_to_string(format!("/proc/{process}/{name}")).ok()?;
            *map = text.lines().map(Extent::parse).collect::<Option<_>>()?;
        }
        Some(Self {
            root_mount: root_mount(File::open(format!("/proc/{process}/mountinfo")).ok()?)?,
            pid_depth: pid_depth(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)?,
            maps,
        })
    }

    /// Returns whether this process must be in the same namespaces as `ours`.
    ///
    /// A sibling PID namespace has the same depth as ours, unless `/proc` is our own.
    fn proves_same_as(&self, ours: Option<&Self>) -> bool {
        Some(self) == ours && self.pid_depth == 1 && is_unique(&self.maps[0])
    }
}

/// One line of a map of ids.
/// <https://man7.org/linux/man-pages/man7/user_namespaces.7.html>
#[derive(Debug, Clone, PartialEq, Eq)]
struct Extent {
    inside: RangeInclusive<u64>,
    outside: RangeInclusive<u64>,
}

impl Extent {
    fn parse(line: &str) -> Option<Self> {
        let mut numbers = line.split_ascii_whitespace().map(str::parse::<u64>);
        let mut next = || numbers.next()?.ok();
        let (inside, outside, length) = (next()?, next()?, next()?);
        let range = |first: u64| Some(first..=first.checked_add(length.checked_sub(1)?)?);
        Some(Self {
            inside: range(inside)?,
            outside: range(outside)?,
        })
    }
}

/// Returns whether no other user namespace that this user can create would show the same map.
///
/// The map of another namespace is shown in our IDs, so its outside IDs are all among our inside IDs. Only root can map
/// all IDs, or the ID of root.
fn is_unique(map: &[Extent]) -> bool {
    let has = |id: u64| map.iter().any(|extent| extent.inside.contains(&id));
    let leads_out = |extent: &Extent| !has(*extent.outside.start()) || !has(*extent.outside.end());
    let is_root = rustix::process::geteuid().is_root();
    let maps_root = |extent: &Extent| extent.outside.contains(&0);
    let maps_all = |extent: &Extent| extent.outside == (0..=u64::from(u32::MAX) - 1);
    map.iter()
        .any(|extent| leads_out(extent) || maps_all(extent) || (!is_root && maps_root(extent)))
}

/// Returns the ID of the mount at `/`. Reads line by line, since there may be thousands.
fn root_mount(mountinfo: impl io::Read) -> Option<u64> {
    for line in BufReader::new(mountinfo).split(b'\n') {
        let line = line.ok()?;
        let mut fields = line.split(|byte| *byte == b' ');
        let id = fields.next()?;
        if fields.nth(3) == Some(b"/") {
            return std::str::from_utf8(id).ok()?.parse().ok();
        }
    }
    None
}

/// Returns the number of PID namespaces in which a process has an ID.
fn pid_depth(status: &str) -> Option<usize> {
    let ids = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))?;
    Some(ids.split_ascii_whitespace().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> Vec<Extent> {
        text.lines()
            .map(|line| Extent::parse(line).expect("an extent"))
            .collect()
    }

    fn public(root_mount: u64, pid_depth: usize, uid_map: &str) -> Public {
        Public {
            root_mount,
            pid_depth,
            maps: [map(uid_map), map(uid_map), Vec::new()],
        }
    }

    #[test]
    fn this_process_is_in_its_own_namespaces() {
        assert!(are_ours(std::process::id()));
        let ours = our_public().expect("/proc shows this process");
        assert_eq!(
            Public::of(&std::process::id().to_string()).as_ref(),
            Some(ours)
        );
    }

    #[test]
    fn a_process_that_is_gone_is_not_in_our_namespaces() {
        assert!(!are_ours(u32::MAX >> 2));
    }

    #[test]
    fn t39_equal_public_facts_prove_the_same_namespaces_and_any_difference_disproves_them() {
        let ours = public(27, 1, "0 100000 65536");
        assert!(ours.clone().proves_same_as(Some(&ours)));
        assert!(!public(28, 1, "0 100000 65536").proves_same_as(Some(&ours)));
        assert!(!public(27, 2, "0 100000 65536").proves_same_as(Some(&ours)));
        assert!(!public(27, 1, "0 100000 65535").proves_same_as(Some(&ours)));
        assert!(!ours.proves_same_as(None));
    }

    #[test]
    fn t39_a_nested_process_id_or_a_map_that_any_user_can_make_proves_nothing() {
        let nested = public(27, 2, "0 100000 65536");
        assert!(!nested.clone().proves_same_as(Some(&nested)));
        let sandbox = public(27, 1, "1000 1000 1");
        assert!(!sandbox.clone().proves_same_as(Some(&sandbox)));
        let unmapped = public(27, 1, "");
        assert!(!unmapped.clone().proves_same_as(Some(&unmapped)));
    }

    #[test]
    fn a_map_is_unique_if_it_leads_to_ids_that_do_not_exist_inside() {
        assert!(is_unique(&map("0 1000 1")));
        assert!(is_unique(&map("0 1000 1\n1 100000 65536")));
        assert!(
            is_unique(&map("0 0 4294967295")),
            "only root can map all ids"
        );
        assert!(!is_unique(&map("5 5 1\n6 6 10")));
        assert!(!is_unique(&map("1 2 1\n2 1 1")));
    }

    #[test]
    fn the_root_mount_is_found_among_others() {
        let text = b"22 27 0:21 / /proc rw - proc proc rw\n27 1 254:0 / / rw - ext4 /dev/vda rw\n9 27 0:3 / /a\\040b rw\n";
        assert_eq!(root_mount(&text[..]), Some(27));
        assert_eq!(root_mount(&b"22 27 0:21 / /proc rw\n"[..]), None);
        assert_eq!(root_mount(&b""[..]), None);
    }

    #[test]
    fn the_depth_of_process_ids_is_counted() {
        assert_eq!(pid_depth("Name:\tx\nNSpid:\t4211\nNSpgid:\t1\n"), Some(1));
        assert_eq!(pid_depth("NSpid:\t4211\t7\n"), Some(2));
        assert_eq!(pid_depth("Name:\tx\n"), None);
    }
}
