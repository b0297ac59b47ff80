//! Tells when the user's files change, without polling: nothing wakes while they stay as they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::disk;
use crate::paths::Paths;

/// How long the files must rest before a change counts: editors write in several steps.
const SETTLED: Duration = Duration::from_millis(100);
/// The most signs of change that one burst takes together, so that a busy folder cannot put the news off for ever.
const BURST_MAX: usize = 1_000;

/// How often folders that come and go are looked for in one go; their going is a sign to look again.
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
    signs: mpsc::Sender<Sign>,
}

/// Watches the files of one set. `on_change` is called on the watch's own thread, once per file and burst, also for
/// what changed since `before`; our own writes are told as well. The folder need not exist.
///
/// # Errors
/// If the system has no watches left to give.
pub fn watch(
    paths: &Paths,
    before: Fingerprints,
    on_change: impl FnMut(Changed) + Send + 'static,
) -> Result<Watch, Problem> {
    let (signs, received) = mpsc::channel();
    let sender = signs.clone();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| is_sign(&event.kind)) {
            // The receiver is gone only while the watch ends.
            let _ = sender.send(Sign::Event);
        }
    })
    .map_err(|error| unwatched(&error))?;
    let mut lookout = Lookout::new(paths, before, watcher);
    lookout.arm().map_err(|error| unwatched(&error))?;
    if Fingerprints::of(paths) != lookout.prints {
        // The receiver is here.
        let _ = signs.send(Sign::Event);
    }
    thread::Builder::new()
        .name("watch".into())
        .spawn(move || lookout.keep(&received, on_change))
        .map_err(|error| unwatched(&notify::Error::io(error)))?;
    Ok(Watch { signs })
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The thread may have ended before.
        let _ = self.signs.send(Sign::End);
    }
}

enum Sign {
    Event,
    End,
}

/// Returns whether an event may mean a change: reading a file, as we do after each, is none.
fn is_sign(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => *kind == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

fn unwatched(error: &notify::Error) -> Problem {
    let remedy = match exhausted(error) {
        Some(limit) => {
            format!("Raise {limit} with sysctl, or start Rolecall again after you change a file.")
        }
        None => "Start Rolecall again after you change a file.".to_owned(),
    };
    let what = "Rolecall cannot watch its files for changes.";
    Problem::new(ProblemCode::StorageFailed, what, remedy).with_detail(error.to_string())
}

/// Returns the limit of the kernel that was reached.
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

/// What tells one state of a file from another.
type Print = Option<(SystemTime, u64, u64)>;

/// How many files a set has.
const FILES: usize = 6;

/// What the files of a set were like at one moment. It is taken before they are read, so that no later change is missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints([Print; FILES]);

impl Fingerprints {
    /// Returns what the files are like at present.
    pub fn of(paths: &Paths) -> Self {
        Self(files(paths).map(|(_, path)| print(&path)))
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

struct Lookout {
    watcher: RecommendedWatcher,
    config_dir: PathBuf,
    files: [(Changed, PathBuf); FILES],
    prints: Fingerprints,
    watched: Vec<PathBuf>,
}

impl Lookout {
    fn new(paths: &Paths, before: Fingerprints, watcher: RecommendedWatcher) -> Self {
        Self {
            watcher,
            config_dir: paths.config_dir.clone(),
            prints: before,
            files: files(paths),
            watched: Vec::new(),
        }
    }

    /// Reports changes until the watch ends. Blocks without a limit while nothing happens.
    fn keep(&mut self, signs: &Receiver<Sign>, mut on_change: impl FnMut(Changed)) {
        while let Ok(Sign::Event) = signs.recv() {
            if !has_settled(signs) {
                return;
            }
            if let Err(error) = self.arm() {
                tracing::warn!(%error, "the configuration folder cannot be watched");
            }
            let mut told = BTreeSet::new();
            for (print_before, (changed, path)) in self.prints.0.iter_mut().zip(&self.files) {
                let print = print(path);
                if *print_before != print {
                    *print_before = print;
                    told.insert(*changed);
                }
            }
            told.into_iter().for_each(&mut on_change);
        }
    }

    /// Watches the folders that matter at present, and again until none came or went meanwhile. Each is watched anew:
    /// a folder that took another's name may have its number as well, and the old watch is gone.
    fn arm(&mut self) -> notify::Result<()> {
        if let Err(error) = disk::create_private_dir(&self.config_dir) {
            tracing::info!(%error, "there is no configuration folder");
        }
        for _ in 0..ATTEMPTS {
            for dir in std::mem::take(&mut self.watched) {
                // A folder that is gone has lost its watch already.
                let _ = self.watcher.unwatch(&dir);
            }
            let wanted = self.wanted();
            for (dir, _) in &wanted {
                match self.watcher.watch(dir, RecursiveMode::NonRecursive) {
                    Ok(()) => self.watched.push(dir.clone()),
                    Err(_) if !dir.exists() => {}
                    Err(error) => return Err(error),
                }
            }
            if wanted == self.wanted() {
                break;
            }
        }
        Ok(())
    }

    /// Returns the folders of the files, or what there is of the way to them, and the folders that links lead to.
    fn wanted(&self) -> BTreeSet<(PathBuf, u64)> {
        let dirs = self.files.iter().filter_map(|(_, path)| path.parent());
        let nearest = dirs.filter_map(|dir| dir.ancestors().find(|dir| dir.is_dir()));
        let referents = self
            .files
            .iter()
            .filter_map(|(_, path)| disk::referent(path).ok()?.parent().map(Path::to_owned));
        nearest
            .map(Path::to_owned)
            .chain(referents)
            .filter_map(|dir| Some((dir.clone(), identity(&fs::metadata(dir).ok()?))))
            .collect()
    }
}

/// Waits until no further sign comes for a moment; false if the watch ended.
fn has_settled(signs: &Receiver<Sign>) -> bool {
    for _ in 0..BURST_MAX {
        match signs.recv_timeout(SETTLED) {
            Ok(Sign::Event) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Sign::End) | Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

fn print(path: &Path) -> Print {
    let metadata = fs::metadata(path).ok()?;
    Some((
        metadata.modified().ok()?,
        metadata.len(),
        identity(&metadata),
    ))
}

/// Tells a file or folder from another that took its name.
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

    #[test]
    fn a_limit_of_the_kernel_is_named_as_sysctl_names_it() {
        let remedy = |number| {
            let error = notify::Error::io(std::io::Error::from_raw_os_error(number));
            unwatched(&error).remedy
        };
        assert!(remedy(NO_INSTANCE).contains("fs.inotify.max_user_instances"));
        assert!(remedy(NO_WATCH).contains("fs.inotify.max_user_watches"));
        assert!(!remedy(13).contains("sysctl"));
        let full = notify::Error::new(ErrorKind::MaxFilesWatch);
        assert!(unwatched(&full).remedy.contains("max_user_watches"));
    }
}
