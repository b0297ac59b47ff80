//! Crash tests: this program is killed at each of its writes in turn.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rolecall_agent::files::ConfigFiles;
use rolecall_keeper::ports::{Files, OwnFile, Store};

use crate::desktop::skipped;
use crate::state_folder::{Disk, pair, session, tokens};

/// The variables for the child process: where and what to write.
const PLACE: &str = "ROLECALL_TEST_CRASH_DIR";
const TEXT: &str = "ROLECALL_TEST_CRASH_TEXT";
/// The calls that change a disk; the program is killed at each of them in turn.
const WRITES: &str = "write,pwrite64,fsync,fdatasync,ftruncate,unlink,rename,renameat,renameat2,mkdir,fchmod,openat,linkat";

/// One call of the program under test: the `ordinal`-th of this name in its thread, as `strace` counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KillPoint {
    call: String,
    ordinal: usize,
}

/// A test of this program that runs in a child process, controlled by variables.
pub(crate) struct Child<'a> {
    pub(crate) test: &'a str,
    pub(crate) variables: Vec<(&'a str, &'a OsStr)>,
}

#[test]
fn r25_kill_at_any_write_keeps_old_or_new() {
    if let Some((place, text)) = variable(PLACE).zip(variable(TEXT)) {
        return write(&Disk::at(&place), &text.to_string_lossy());
    }
    if !strace_is_there() {
        skipped("strace is not installed or not allowed");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let disk = Disk::at(dir.path());
    let mut kept = "begin".to_owned();
    write(&disk, &kept);
    let points = child(&disk, "begin").kill_points();
    assert!(points.len() > 20, "only {points:?}");
    let mut killed = 0;
    for (at, point) in points.iter().enumerate() {
        let new = format!("text {at}");
        killed += usize::from(child(&disk, &new).is_killed_at(point));
        let sessions = tokens(&disk.store());
        assert!(
            [[pair("guest", &kept)], [pair("guest", &new)]]
                .contains(&sessions.clone().try_into().expect("one")),
            "{point:?}: {sessions:?}"
        );
        let roles = files(&disk).read(OwnFile::Roles).expect("readable");
        assert!([&kept, &new].contains(&&roles), "{point:?}: {roles}");
        write(&disk, &new);
        kept = new;
    }
    assert!(
        killed * 10 > points.len() * 9,
        "{killed} of {}",
        points.len()
    );
}

/// Returns the child that saves a session and a roles file with `text`.
fn child<'a>(disk: &'a Disk, text: &'a str) -> Child<'a> {
    let home = disk.paths.config_dir.ancestors().nth(2).expect("a home");
    Child {
        test: "crash::r25_kill_at_any_write_keeps_old_or_new",
        variables: vec![(PLACE, home.as_os_str()), (TEXT, text.as_ref())],
    }
}

/// Saves a session and a roles file with `text`.
fn write(disk: &Disk, text: &str) {
    disk.store().save(&session("guest", text)).expect("saves");
    let edited = files(disk).edit(OwnFile::Roles, &|_| Ok(text.to_owned()));
    edited.expect("writes");
}

fn files(disk: &Disk) -> ConfigFiles {
    ConfigFiles::new(disk.paths.clone())
}

impl Child<'_> {
    /// Runs it to completion, and returns every call of its thread that changes a disk.
    pub(crate) fn kill_points(&self) -> Vec<KillPoint> {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let traced = self.strace(log.path(), &[]);
        assert!(traced, "the child fails even if it is not killed");
        let text = std::fs::read_to_string(log.path()).expect("readable");
        let mut counts = HashMap::new();
        let mut points = Vec::new();
        for line in text.lines() {
            let Some((thread, call)) = line.split_once(' ') else {
                continue;
            };
            let Some((call, _)) = call.trim_start().split_once('(') else {
                continue;
            };
            let ordinal = counts.entry((thread, call)).or_insert(0);
            *ordinal += 1;
            let point = KillPoint {
                call: call.to_owned(),
                ordinal: *ordinal,
            };
            if !points.contains(&point) {
                points.push(point);
            }
        }
        points
    }

    /// Runs it, and returns whether it was killed at this call.
    pub(crate) fn is_killed_at(&self, point: &KillPoint) -> bool {
        let KillPoint { call, ordinal } = point;
        let inject = format!("--inject={call}:signal=KILL:when={ordinal}");
        !self.strace(Path::new("/dev/null"), &[&inject])
    }

    /// Runs it to completion, and returns its calls that change a disk, with the paths of their descriptors.
    pub(crate) fn calls(&self) -> Option<String> {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let is_complete = self.strace(log.path(), &["--decode-fds=path", "--string-limit=0"]);
        is_complete.then(|| std::fs::read_to_string(log.path()).expect("readable"))
    }

    /// Returns whether it ran to completion.
    fn strace(&self, log: &Path, options: &[&str]) -> bool {
        let binary = std::fs::read_link("/proc/self/exe").expect("this program");
        command("strace")
            .args(["-f", "-qq", "-o"])
            .arg(log)
            .arg(format!("--trace={WRITES}"))
            .args(options)
            .arg(binary)
            .args(["--exact", self.test])
            .envs(self.variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("runs")
            .success()
    }
}

pub(crate) fn strace_is_there() -> bool {
    let run = command("strace").args(["-f", "true"]).output();
    run.is_ok_and(|run| run.status.success())
}

#[expect(
    clippy::disallowed_methods,
    reason = "tells the program that is killed from the one that kills"
)]
pub(crate) fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "starts the program that is killed"
)]
fn command(program: &str) -> Command {
    Command::new(program)
}
