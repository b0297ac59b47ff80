//! A disk of 64 KiB for one test, which can be filled and made read-only. It is in a namespace of the test's process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desktop::skipped;

/// The variable with the disk's path for the child process.
const DISK: &str = "ROLECALL_TEST_DISK";

/// The disk of a test.
pub(crate) struct SmallDisk {
    /// Where it is mounted.
    pub(crate) dir: PathBuf,
}

/// Runs a test on its own disk. `name` is the test's path. Skipped with a message where namespaces are not allowed.
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
    /// Fills the disk completely, and returns the file to remove to free space.
    pub(crate) fn fill(&self) -> PathBuf {
        let path = self.dir.join("filler");
        // It fails when the disk is full, as intended.
        let _ = fs::write(&path, vec![1; 1 << 20]);
        path
    }

    /// Makes the disk read-only, or writable again.
    pub(crate) fn remount(&self, mode: &str) {
        // Only for this mount: an ordinary user cannot change the file system's options.
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
