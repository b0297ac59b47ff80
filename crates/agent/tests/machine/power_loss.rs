//! Power loss: what was answered is on disk by then. The calls of a child process are played back, and what the system
//! was not asked to write is what a power loss could take.

use std::collections::BTreeSet;
use std::path::Path;

use crate::crash::{Child, strace_is_there, variable};
use crate::desktop::skipped;
use crate::state_folder::{Disk, session};
use rolecall_agent::files::ConfigFiles;
use rolecall_keeper::ports::{Files, OwnFile, Store};

/// The variable for the child process: where to write.
const PLACE: &str = "ROLECALL_TEST_POWER_LOSS_DIR";

#[test]
fn r26_a_power_loss_takes_nothing_that_was_answered() {
    if let Some(place) = variable(PLACE) {
        return write(&Disk::at(&place));
    }
    if !strace_is_there() {
        skipped("strace is not installed or not allowed");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path().canonicalize().expect("a path");
    let first = calls(&home);
    let second = calls(&home);
    for log in [&first, &second] {
        assert_eq!(lost(log, &home), BTreeSet::new(), "{}", of_disk(log));
        assert!(log.contains("fsync") || log.contains("fdatasync"));
        let unsynced = without(log, |call| call.contains("sync("));
        let named = |name: &str| lost(&unsynced, &home).iter().any(|it| it.contains(name));
        assert!(named("roles.toml") && named("state.db"), "{unsynced}");
        let folders = without(log, |call| call.contains("fsync(") && !is_file(call));
        assert!(!lost(&folders, &home).is_empty(), "a name can be lost");
    }
}

/// Saves a session and a roles file.
fn write(disk: &Disk) {
    let text = format!("# {}\n", std::process::id());
    disk.store().save(&session("guest", &text)).expect("saves");
    let files = ConfigFiles::new(disk.paths.clone());
    let edited = files.edit(OwnFile::Roles, &|_| Ok(text.clone()));
    edited.expect("writes");
}

/// Returns the calls of a child that writes below `home`.
fn calls(home: &Path) -> String {
    let child = Child {
        test: "power_loss::r26_a_power_loss_takes_nothing_that_was_answered",
        variables: vec![(PLACE, home.as_os_str())],
    };
    child.calls().expect("the child succeeds")
}

/// Returns the calls that change a disk.
fn of_disk(log: &str) -> String {
    without(log, |call| {
        call.contains("O_RDONLY") || call.contains("/dev/null")
    })
}

fn without(log: &str, is_left_out: impl Fn(&str) -> bool) -> String {
    let kept = log.lines().filter(|call| !is_left_out(call));
    kept.map(|call| format!("{call}\n")).collect()
}

/// Returns whether a call is about a file and not a folder: all of ours have an extension, or are temporary.
fn is_file(call: &str) -> bool {
    let path = descriptor(call).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.trim_start_matches('.').contains('.') || name.starts_with(".rolecall")
}

/// Returns what a power loss after these calls could take: contents, by the path of their file, and changed names, by the
/// path of their folder. A file whose content is not on disk when it gets its name counts as lost.
fn lost(log: &str, home: &Path) -> BTreeSet<String> {
    let home = home.to_string_lossy();
    let mut contents = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut lost = BTreeSet::new();
    for line in log.lines() {
        let Some((call, rest)) = line
            .split_once(' ')
            .and_then(|it| it.1.trim().split_once('('))
        else {
            continue;
        };
        let paths: Vec<&str> = rest
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|path| path.starts_with(&*home))
            .collect();
        if rest.contains(" = -1 ") {
            continue;
        }
        match call {
            "write" | "pwrite64" | "ftruncate" => contents.extend(ours(line, &home)),
            "fsync" | "fdatasync" => {
                if let Some(path) = ours(line, &home) {
                    contents.remove(&path);
                    names.remove(&path);
                }
            }
            // A lock has no content.
            "openat" if !rest.contains("O_CREAT") || rest.contains(".lock\"") => {}
            _ => {
                names.extend(paths.iter().map(|path| folder(path)));
                if call.starts_with("rename")
                    && let [from, to] = paths[..]
                {
                    lost.extend(contents.take(from).map(|_| to.to_owned()));
                }
                if call.starts_with("unlink")
                    && let [path] = paths[..]
                {
                    contents.remove(path);
                }
            }
        }
    }
    lost.extend(contents);
    lost.extend(names);
    lost
}

/// Returns the path of the call's descriptor if it is below `home`.
fn ours(line: &str, home: &str) -> Option<String> {
    descriptor(line)
        .filter(|path| path.starts_with(home))
        .map(str::to_owned)
}

/// Returns the path that strace names for the first descriptor of a call.
fn descriptor(line: &str) -> Option<&str> {
    Some(line.split_once('<')?.1.split_once('>')?.0)
}

fn folder(path: &str) -> String {
    path.rsplit_once('/')
        .map(|(folder, _)| folder.to_owned())
        .unwrap_or_default()
}
