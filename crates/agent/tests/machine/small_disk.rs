//! A disk of 64 KiB for one test, which can fill up and turn read-only. It exists in a namespace of the test's own
//! process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desktop::skipped;

/// Tells the child process where its disk is.
const DISK: &str = "ROLECALL_TEST_DISK";

/// The disk as its test sees it.
pub(crate) struct SmallDisk {
    /// Where it is mounted.
    pub(crate) dir: PathBuf,
}

/// Runs a test on a disk of its own. `name` is the test's path. Where namespaces are not allowed, it says so.
pub(crate) fn on_small_disk(name: &str, test: impl FnOnce(&SmallDisk)) {
    #[expect(
        clippy::disallowed_methods,
        reason = "tells the test's own process from its parent"
    )]
    if let Some(dir) = std::env::var_os(DISK) {
        return test(&SmallDisk { dir: dir.into() });
    }
    if !command("unshare")
        .args(["-rm", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        skipped("namespaces are not allowed here");
        return;
    }
    let root = tempfile::tempdir().expect("a folder");
    let script =
        "mount -t tmpfs -o size=64k,mode=700 none \"$1\" && exec \"$3\" --exact \"$2\" --nocapture";
    let binary = fs::read_link("/proc/self/exe").expect("this program");
    let done = command("unshare")
        .args(["-rm", "sh", "-c", script, "sh"])
        .arg(root.path())
        .arg(name)
        .arg(binary)
        .env(DISK, root.path())
        .output()
        .expect("starts");
    assert!(
        done.status.success(),
        "{name}: {}\n{}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

impl SmallDisk {
    /// Fills the disk to the last byte; the file to remove to make room again is returned.
    pub(crate) fn fill(&self) -> PathBuf {
        let path = self.dir.join("filler");
        // It fails when the disk is full, and that is the point.
        let _ = fs::write(&path, vec![1; 1 << 20]);
        path
    }

    /// Turns the disk read-only, or back.
    pub(crate) fn remount(&self, mode: &str) {
        // Of its own mount alone: an ordinary user may not change the file system's options.
        let option = format!("remount,bind,{mode}");
        let status = command("mount")
            .args(["-o", &option])
            .arg(Path::new(&self.dir))
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "mounts the disk and starts the test's own process"
)]
fn command(program: &str) -> Command {
    Command::new(program)
}
