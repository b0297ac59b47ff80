//! The sealed store on a disk whose reads fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_keeper::ports::Store;

use crate::desktop::skipped;
use crate::state_folder::{Disk, pair, session, tokens};

const SHIM: &str = include_str!("failing_reads.c");
/// Names the file that says which reads fail, in the process whose reads fail.
const CONTROL: &str = "FAILING_READS";

/// Runs `test` in a process whose reads of `state.db` fail as the file says that it gets.
fn with_failing_reads(name: &str, test: impl FnOnce(&Path)) {
    #[expect(
        clippy::disallowed_methods,
        reason = "tells the test's own process from its parent"
    )]
    if let Some(control) = std::env::var_os(CONTROL) {
        return test(Path::new(&control));
    }
    let dir = tempfile::tempdir().expect("a folder");
    let Some(shim) = compiled(dir.path()) else {
        skipped("there is no C compiler here");
        return;
    };
    let control = dir.path().join("control");
    fs::write(&control, "0").expect("written");
    let binary = fs::read_link("/proc/self/exe").expect("this program");
    let mut child = command(&binary);
    child.args(["--exact", name, "--nocapture"]);
    child.env("LD_PRELOAD", shim).env(CONTROL, &control);
    let done = child.output().expect("starts");
    assert!(
        done.status.success(),
        "{name}: {}\n{}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

fn compiled(dir: &Path) -> Option<PathBuf> {
    let (source, shim) = (dir.join("failing_reads.c"), dir.join("failing_reads.so"));
    fs::write(&source, SHIM).expect("written");
    let mut compiler = command(Path::new("cc"));
    compiler.args(["-shared", "-fPIC", "-o"]);
    let done = compiler.arg(&shim).arg(&source).arg("-ldl").status();
    done.is_ok_and(|status| status.success()).then_some(shim)
}

#[expect(
    clippy::disallowed_methods,
    reason = "compiles the failing reads and starts the test's own process"
)]
fn command(program: &Path) -> Command {
    Command::new(program)
}

fn is_intact(disk: &Disk) -> bool {
    disk.names().iter().all(|it| !it.contains("corrupt"))
}

#[test]
fn r24_one_failing_read_never_makes_a_sound_file_count_as_damaged() {
    with_failing_reads(
        "read_errors::r24_one_failing_read_never_makes_a_sound_file_count_as_damaged",
        |control| {
            let disk = Disk::new();
            disk.store()
                .save(&session("guest", "first"))
                .expect("saves");
            let mut last_read = 0;
            for read in 1..200 {
                fs::write(control, read.to_string()).expect("written");
                let store = disk.store();
                let first = store.load();
                assert!(is_intact(&disk), "read {read}: {first:?}");
                let left = fs::read_to_string(control).expect("read");
                fs::write(control, "0").expect("written");
                assert_eq!(tokens(&store), [pair("guest", "first")], "read {read}");
                if left.trim() != "0" {
                    last_read = read;
                    break;
                }
            }
            assert!(
                last_read > 5,
                "reads fail one by one until none is left: {last_read}"
            );
        },
    );
}

#[test]
fn r24_a_disk_that_fails_every_read_is_reported_and_the_file_is_used_again_later() {
    with_failing_reads(
        "read_errors::r24_a_disk_that_fails_every_read_is_reported_and_the_file_is_used_again_later",
        |control| {
            let disk = Disk::new();
            disk.store()
                .save(&session("guest", "first"))
                .expect("saves");
            fs::write(control, "always").expect("written");
            let store = disk.store();
            let problem = store.load().expect_err("the disk fails");
            assert!(!problem.what.contains("damaged"), "{problem}");
            assert!(store.save(&session("guest", "second")).is_err());
            assert!(is_intact(&disk));
            fs::write(control, "0").expect("written");
            assert_eq!(tokens(&store), [pair("guest", "first")]);
        },
    );
}
