//! Protects this process's memory from core dumps and from the user's other programs, and makes new files private.
//!
//! Linux only: on macOS the hardened runtime of the bundle does this.

/// Disables core dumps, hides the process's memory and environment from other programs of the same user, and makes new
/// files private. Call it first in `main`, before there are threads and secrets.
///
/// Child processes are not hidden. The desktop's portals refuse to serve a hidden process, so that only a child process can
/// use them: <https://github.com/flatpak/xdg-desktop-portal/issues/1490>.
#[cfg(target_os = "linux")]
pub fn harden() {
    forbid_core_dumps();
    hide_memory();
    keep_files_private();
}

/// Makes new files private, where the platform supports that.
#[cfg(not(target_os = "linux"))]
pub fn harden() {
    #[cfg(unix)]
    keep_files_private();
}

/// None of these fails on a supported kernel; if one does, the others still help.
#[cfg(target_os = "linux")]
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core dumps stay possible");
    }
}

#[cfg(target_os = "linux")]
fn hide_memory() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "memory stays readable for the user's other programs");
    }
}

/// Opens the memory of this process to the user's other programs again, because the desktop's portals serve no other. Only
/// for a process that never gets a secret.
#[cfg(target_os = "linux")]
pub fn open_to_portals() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::Dumpable) {
        tracing::warn!(%error, "the desktop's portals will not serve this process");
    }
}

/// The folder of this process's open files.
#[cfg(target_os = "linux")]
const OPEN_FILES: &str = "/proc/self/fd";
#[cfg(all(unix, not(target_os = "linux")))]
const OPEN_FILES: &str = "/dev/fd";

/// Closes the files that this process got from the one that started it, such as the lock of a script, except for input,
/// output and errors. Call it before this process opens a file of its own.
#[cfg(unix)]
pub fn close_inherited() {
    let Ok(entries) = std::fs::read_dir(OPEN_FILES) else {
        return;
    };
    let numbers: Vec<i32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    for number in numbers {
        // The folder's own is closed already.
        let _ = nix::unistd::close(number);
    }
}

/// Windows passes on only what is asked for.
#[cfg(not(unix))]
pub fn close_inherited() {}

#[cfg(unix)]
fn keep_files_private() {
    use rustix::fs::Mode;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}
