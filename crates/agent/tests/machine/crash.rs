//! What a crash leaves behind: this program, killed at each of its writes in turn.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rolecall_agent::files::ConfigFiles;
use rolecall_core::ports::{Files, Store};

use crate::desktop::skipped;
use crate::state_folder::{Disk, pair, session, tokens};

/// Tells the child process where to write, and what.
const PLACE: &str = "ROLECALL_TEST_CRASH_DIR";
const TEXT: &str = "ROLECALL_TEST_CRASH_TEXT";
/// The calls that change a disk; the program is killed at the n-th of them.
const WRITES: &str =
    "write,pwrite64,fsync,fdatasync,ftruncate,unlink,rename,renameat,renameat2,mkdir,fchmod";
/// More than the program makes, so that the last round ends by itself.
const MOST_WRITES: u32 = 200;

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
    for at in 1..MOST_WRITES {
        let new = format!("text {at}");
        if write_and_be_killed(&disk, &new, at) {
            assert!(at > 10, "only {at} writes were hit");
            assert_eq!(tokens(&disk.store()), [pair("guest", &new)]);
            return;
        }
        let sessions = tokens(&disk.store());
        assert!(
            [[pair("guest", &kept)], [pair("guest", &new)]]
                .contains(&sessions.clone().try_into().expect("one")),
            "write {at}: {sessions:?}"
        );
        let roles = files(&disk).read_roles().expect("readable");
        assert!([&kept, &new].contains(&&roles), "write {at}: {roles}");
        write(&disk, &new);
        kept = new;
    }
    unreachable!("the program makes fewer writes");
}

/// Keeps a session and a file of roles that both say `text`.
fn write(disk: &Disk, text: &str) {
    disk.store().save(&session("guest", text)).expect("saves");
    let files = files(disk);
    let previous = files.read_roles().expect("readable");
    files.write_roles(&previous, text).expect("writes");
}

fn files(disk: &Disk) -> ConfigFiles {
    ConfigFiles::new(disk.paths.clone())
}

/// Returns whether the program lived to its end.
fn write_and_be_killed(disk: &Disk, text: &str, at: u32) -> bool {
    let home = disk.paths.config_dir.ancestors().nth(2).expect("a home");
    run_and_kill(
        at,
        "crash::r25_kill_at_any_write_keeps_old_or_new",
        &[(PLACE, home.as_os_str()), (TEXT, text.as_ref())],
    )
}

/// Returns whether a child that runs one test of this program was killed at its n-th writing call before it ended.
pub(crate) fn killed_at(at: u32, test: &str, place: (&str, &Path)) -> bool {
    !run_and_kill(at, test, &[(place.0, place.1.as_os_str())])
}

pub(crate) fn strace_is_there() -> bool {
    let run = command("strace").args(["-f", "true"]).output();
    run.is_ok_and(|run| run.status.success())
}

fn run_and_kill(at: u32, test: &str, variables: &[(&str, &OsStr)]) -> bool {
    let binary = std::fs::read_link("/proc/self/exe").expect("this program");
    command("strace")
        .args(["-f", "-qq", "-o", "/dev/null"])
        .arg(format!("--trace={WRITES}"))
        .arg(format!("--inject={WRITES}:signal=KILL:when={at}"))
        .arg(binary)
        .args(["--exact", test])
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("runs")
        .success()
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
