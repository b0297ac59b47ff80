//! Reports changes of the user's files without polling.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::disk;
use crate::paths::Paths;

/// How long the files must be unchanged before a change is reported: editors write in several steps.
const QUIET_PERIOD: Duration = Duration::from_millis(100);
/// The limit of events in one burst, so that a busy folder cannot delay a report forever.
const BURST_MAX: usize = 1_000;

/// The limit of links on the way to a file.
const LINKS_MAX: usize = 40;
/// How often watching is retried if folders appear or disappear at the same time.
const ATTEMPTS: usize = 8;

/// Which file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Changed {
    /// `roles.toml`.
    Roles,
    /// `settings.toml`.
    Settings,
    /// `keys.toml`.
    Keys,
    /// `marks.toml`.
    Marks,
    /// One of AWS's own files.
    Aws,
}

/// A watch on the files; it ends when dropped.
pub struct Watch {
    events: mpsc::Sender<WatchEvent>,
}

/// Watches the files of one set. `on_change` is called on the watch's thread, once per file and burst, also for changes
/// since `before` and for our own writes. The folder need not exist.
///
/// # Errors
/// If the system has no watches left.
pub fn watch(
    paths: &Paths,
    before: Fingerprints,
    on_change: impl FnMut(Changed) + Send + 'static,
) -> Result<Watch, Problem> {
    let (events, receiver) = mpsc::channel();
    let sender = events.clone();
    let names = Names::default();
    let relevant = names.clone();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| relevant.may_be_changed_by(&event)) {
            // The receiver is gone only while the watch ends.
            let _ = sender.send(WatchEvent::Changed);
        }
    })
    .map_err(|error| cannot_watch(&error))?;
    let mut file_watcher = FileWatcher::new(paths, before, watcher, names);
    file_watcher
        .rewatch()
        .map_err(|error| cannot_watch(&error))?;
    if Fingerprints::of(paths) != file_watcher.fingerprints {
        // The receiver exists.
        let _ = events.send(WatchEvent::Changed);
    }
    thread::Builder::new()
        .name("watch".into())
        .spawn(move || file_watcher.run(&receiver, on_change))
        .map_err(|error| cannot_watch(&notify::Error::io(error)))?;
    Ok(Watch { events })
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The thread may have ended.
        let _ = self.events.send(WatchEvent::Stopped);
    }
}

enum WatchEvent {
    Changed,
    Stopped,
}

/// Returns whether an event may be a change. Reading a file, as we do after each change, is not.
fn may_be_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => *kind == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

/// The names on the ways to the files. In a folder on the way, such as the home folder, other names may change often.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<BTreeSet<OsString>>>);

impl Names {
    fn set(&self, names: BTreeSet<OsString>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Returns whether an event may change a file, or what a path leads to. An event without a path may change anything.
    fn may_be_changed_by(&self, event: &Event) -> bool {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_on_way = |path: &PathBuf| path.file_name().is_none_or(|name| names.contains(name));
        may_be_change(&event.kind) && (event.paths.is_empty() || event.paths.iter().any(is_on_way))
    }
}

fn cannot_watch(error: &notify::Error) -> Problem {
    let remedy = match exhausted(error) {
        Some(limit) => {
            format!("Raise {limit} with sysctl, or start Rolecall again after you change a file.")
        }
        None => "Start Rolecall again after you change a file.".to_owned(),
    };
    let what = "Rolecall cannot watch its files for changes.";
    Problem::new(ProblemCode::StorageFailed, what, remedy).with_detail(error.to_string())
}

/// Returns the exceeded kernel limit.
/// <https://man7.org/linux/man-pages/man7/inotify.7.html>
fn exhausted(error: &notify::Error) -> Option<&'static str> {
    match &error.kind {
        ErrorKind::MaxFilesWatch => Some("fs.inotify.max_user_watches"),
        ErrorKind::Io(error) => match error.raw_os_error() {
            Some(NO_INSTANCE) => Some("fs.inotify.max_user_instances"),
            Some(NO_WATCH) => Some("fs.inotify.max_user_watches"),
            Some(_) | None => None,
        },
        ErrorKind::Generic(_)
        | ErrorKind::PathNotFound
        | ErrorKind::WatchNotFound
        | ErrorKind::InvalidConfig(_) => None,
    }
}

/// `EMFILE` and `ENOSPC`, the same on every Linux.
const NO_INSTANCE: i32 = 24;
const NO_WATCH: i32 = 28;

/// Identifies one state of a file.
type Fingerprint = Option<(SystemTime, u64, u64)>;

/// The number of files of a set.
const FILES: usize = 6;

/// The fingerprints of the files of a set at one moment. Taken before the files are read, so that no change is missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints([Fingerprint; FILES]);

impl Fingerprints {
    /// Returns the current fingerprints.
    pub fn of(paths: &Paths) -> Self {
        Self(files(paths).map(|(_, path)| fingerprint(&path)))
    }
}

fn files(paths: &Paths) -> [(Changed, PathBuf); FILES] {
    [
        (Changed::Roles, paths.roles_path()),
        (Changed::Settings, paths.settings_path()),
        (Changed::Keys, paths.keys_path()),
        (Changed::Marks, paths.marks_path()),
        (Changed::Aws, paths.aws_config_path.clone()),
        (Changed::Aws, paths.aws_credentials_path.clone()),
    ]
}

struct FileWatcher {
    watcher: RecommendedWatcher,
    names: Names,
    config_dir: PathBuf,
    files: [(Changed, PathBuf); FILES],
    fingerprints: Fingerprints,
    watched: Vec<PathBuf>,
}

impl FileWatcher {
    fn new(paths: &Paths, before: Fingerprints, watcher: RecommendedWatcher, names: Names) -> Self {
        Self {
            watcher,
            names,
            config_dir: paths.config_dir.clone(),
            fingerprints: before,
            files: files(paths),
            watched: Vec::new(),
        }
    }

    /// Reports changes until the watch ends. Blocks while there are none.
    fn run(&mut self, events: &Receiver<WatchEvent>, mut on_change: impl FnMut(Changed)) {
        while let Ok(WatchEvent::Changed) = events.recv() {
            if !has_settled(events) {
                return;
            }
            if let Err(error) = self.rewatch() {
                tracing::warn!(%error, "the configuration folder cannot be watched");
            }
            let mut changed_files = BTreeSet::new();
            for (before, (changed, path)) in self.fingerprints.0.iter_mut().zip(&self.files) {
                let now = fingerprint(path);
                if *before != now {
                    *before = now;
                    changed_files.insert(*changed);
                }
            }
            changed_files.into_iter().for_each(&mut on_change);
        }
    }

    /// Watches the relevant folders, and repeats that until none appeared or disappeared. Each is watched again, since a new
    /// folder can have the name and inode of the old one, whose watch is gone.
    fn rewatch(&mut self) -> notify::Result<()> {
        if let Err(error) = disk::create_private_dir(&self.config_dir) {
            tracing::info!(%error, "there is no configuration folder");
        }
        for _ in 0..ATTEMPTS {
            for dir in std::mem::take(&mut self.watched) {
                // A deleted folder has no watch any more.
                let _ = self.watcher.unwatch(&dir);
            }
            let dirs = self.dirs_to_watch();
            for (dir, (_, need)) in &dirs {
                match self.watcher.watch(dir, RecursiveMode::NonRecursive) {
                    Ok(()) => self.watched.push(dir.clone()),
                    Err(_) if !dir.exists() => {}
                    // The folder above all home folders is often not readable.
                    Err(error) if *need == Need::OnWay && is_denied(&error) => {}
                    Err(error) => return Err(error),
                }
            }
            if dirs == self.dirs_to_watch() {
                break;
            }
        }
        Ok(())
    }

    /// Returns every folder in which a change of the user can make a path lead to another file, and notes the names on the
    /// ways. Folders of the system above the home folder would wake this process for each program that looks into them.
    fn dirs_to_watch(&self) -> BTreeMap<PathBuf, (u64, Need)> {
        let ways: Vec<Way> = self.files.iter().map(|(_, path)| Way::to(path)).collect();
        let names = ways.iter().flat_map(|way| way.names.iter().cloned());
        self.names.set(names.collect());
        let mut dirs: BTreeMap<PathBuf, (u64, Need)> = BTreeMap::new();
        for (dir, need) in ways.into_iter().flat_map(|way| way.dirs) {
            let Ok(metadata) = fs::metadata(&dir) else {
                continue;
            };
            let entry = dirs.entry(dir).or_insert((identity(&metadata), need));
            entry.1 = entry.1.max(need);
        }
        dirs.retain(|dir, (_, need)| *need != Need::OnWay || can_change(dir));
        dirs
    }
}

/// How much depends on a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// It is on the way: it may be renamed, and replaced by another one.
    OnWay,
    /// The file or a link is in it.
    Holds,
}

/// The way to a file through folders and links.
struct Way {
    dirs: Vec<(PathBuf, Need)>,
    names: Vec<OsString>,
}

impl Way {
    /// Returns each folder on the way to a file, which may not exist, and each name on it.
    fn to(path: &Path) -> Self {
        let (mut dirs, mut names, mut at) = (Vec::new(), Vec::new(), PathBuf::new());
        let mut links = 0;
        let mut rest: VecDeque<OsString> = path.iter().map(OsStr::to_owned).collect();
        while let Some(part) = rest.pop_front() {
            if part == ".." {
                // Links are followed, so this is the folder above.
                at.pop();
                continue;
            }
            let next = at.join(&part);
            names.push(part);
            match fs::symlink_metadata(&next) {
                Ok(found) if found.is_symlink() && links < LINKS_MAX => {
                    links += 1;
                    dirs.push((at.clone(), Need::Holds));
                    let target = fs::read_link(&next).unwrap_or_default();
                    let parts = target.iter().map(OsStr::to_owned);
                    rest = parts.chain(rest).collect();
                }
                Ok(found) if found.is_dir() => {
                    dirs.push((at.clone(), Need::OnWay));
                    at = next;
                }
                Ok(_) | Err(_) => break,
            }
        }
        dirs.push((at, Need::Holds));
        names.extend(rest);
        Self { dirs, names }
    }
}

fn is_denied(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::Io(error) => error.kind() == io::ErrorKind::PermissionDenied,
        ErrorKind::MaxFilesWatch
        | ErrorKind::Generic(_)
        | ErrorKind::PathNotFound
        | ErrorKind::WatchNotFound
        | ErrorKind::InvalidConfig(_) => false,
    }
}

/// Waits until there is no event for a moment; false if the watch ended.
fn has_settled(events: &Receiver<WatchEvent>) -> bool {
    for _ in 0..BURST_MAX {
        match events.recv_timeout(QUIET_PERIOD) {
            Ok(WatchEvent::Changed) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(WatchEvent::Stopped) | Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

fn fingerprint(path: &Path) -> Fingerprint {
    let metadata = fs::metadata(path).ok()?;
    Some((
        metadata.modified().ok()?,
        metadata.len(),
        identity(&metadata),
    ))
}

/// Returns whether the user can rename what is in a folder.
#[cfg(unix)]
fn can_change(dir: &Path) -> bool {
    rustix::fs::access(dir, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn can_change(_dir: &Path) -> bool {
    true
}

/// Distinguishes a file or folder from another one with the same name.
#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn identity(_metadata: &fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_system_above_the_home_folder_is_not_watched() {
        let home = tempfile::tempdir().expect("a folder");
        assert!(can_change(home.path()));
        let is_root = rustix::process::geteuid().is_root();
        assert_eq!(can_change(Path::new("/")), is_root);
    }

    #[test]
    fn a_kernel_limit_has_its_sysctl_name() {
        let remedy = |number| {
            let error = notify::Error::io(std::io::Error::from_raw_os_error(number));
            cannot_watch(&error).remedy
        };
        assert!(remedy(NO_INSTANCE).contains("fs.inotify.max_user_instances"));
        assert!(remedy(NO_WATCH).contains("fs.inotify.max_user_watches"));
        assert!(!remedy(13).contains("sysctl"));
        let full = notify::Error::new(ErrorKind::MaxFilesWatch);
        assert!(cannot_watch(&full).remedy.contains("max_user_watches"));
    }
}
