//! The file of the running program, which an upgrade may replace and an uninstallation may remove.

use std::io;
use std::path::PathBuf;

use rolecall_core::api::host::HostKind;
use rolecall_core::value::problem::{Problem, ProblemCode};

/// What lies at the path from which the program was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// The program that is running.
    Same,
    /// Another file: an upgrade replaced it.
    Replaced,
    /// Nothing: it was removed.
    Removed,
}

impl Installed {
    /// Returns the problem of a program that is no longer the installed one; `None` if it is.
    pub fn problem(self, kind: HostKind) -> Option<Problem> {
        let version = env!("CARGO_PKG_VERSION");
        let (code, what, remedy) = match (self, kind) {
            (Self::Same, _) => return None,
            (Self::Replaced, HostKind::Desktop) => (
                ProblemCode::Updated,
                format!("Rolecall was updated, and version {version} is still running."),
                "Choose Restart Rolecall in its menu. Active sessions are kept.",
            ),
            (Self::Replaced, HostKind::Agent) => (
                ProblemCode::Updated,
                format!(
                    "Rolecall was updated, and the agent of version {version} is still running."
                ),
                "Run: rolecall agent --stop. The next command starts the new one, and active sessions are kept.",
            ),
            (Self::Removed, HostKind::Desktop) => (
                ProblemCode::Removed,
                format!("Rolecall was removed, and version {version} is still running."),
                "Quit it in its menu, or install Rolecall again.",
            ),
            (Self::Removed, HostKind::Agent) => (
                ProblemCode::Removed,
                format!(
                    "Rolecall was removed, and the agent of version {version} is still running."
                ),
                "Run: rolecall agent --stop. Or install Rolecall again.",
            ),
        };
        Some(Problem::new(code, what, remedy))
    }
}

/// Returns the path from which the program was started, whatever lies there now.
///
/// # Errors
/// If the system does not know it.
pub fn installed_path() -> io::Result<PathBuf> {
    platform::installed_path()
}

/// Returns a path that starts the program that is running, even after it was replaced or removed.
///
/// # Errors
/// If the system does not know it.
pub fn running_path() -> io::Result<PathBuf> {
    platform::running_path()
}

/// Returns what lies at the path from which the program was started.
pub fn installed() -> Installed {
    platform::installed()
}

#[cfg(target_os = "linux")]
mod platform {
    use std::ffi::OsString;
    use std::fs;
    use std::io;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use super::Installed;

    /// The running program's file, which opens even if no path leads to it any more.
    /// <https://man7.org/linux/man-pages/man5/proc_pid_exe.5.html>
    const RUNNING: &str = "/proc/self/exe";
    /// What the kernel appends to the path of a file that no path leads to any more.
    const DELETED: &[u8] = b" (deleted)";

    pub(super) fn installed_path() -> io::Result<PathBuf> {
        let path = std::env::current_exe()?;
        match path.as_os_str().as_bytes().strip_suffix(DELETED) {
            Some(rest) if !path.exists() => Ok(OsString::from_vec(rest.to_vec()).into()),
            Some(_) | None => Ok(path),
        }
    }

    pub(super) fn running_path() -> io::Result<PathBuf> {
        match installed() {
            // Under its own path, the process also has its own name.
            Installed::Same => installed_path(),
            Installed::Replaced | Installed::Removed => Ok(RUNNING.into()),
        }
    }

    pub(super) fn installed() -> Installed {
        let Ok(path) = installed_path() else {
            return Installed::Same;
        };
        match (identity(&path), identity(Path::new(RUNNING))) {
            (Ok(there), Ok(running)) if there == running => Installed::Same,
            (Ok(_), Ok(_)) => Installed::Replaced,
            (Err(error), Ok(_)) if error.kind() == io::ErrorKind::NotFound => Installed::Removed,
            (Err(_), _) | (_, Err(_)) => Installed::Same,
        }
    }

    fn identity(path: &Path) -> io::Result<(u64, u64)> {
        fs::metadata(path).map(|it| (it.dev(), it.ino()))
    }
}

/// Windows does not replace a running program, and on macOS an update replaces the whole application.
#[cfg(not(target_os = "linux"))]
mod platform {
    use std::io;
    use std::path::PathBuf;

    use super::Installed;

    pub(super) fn installed_path() -> io::Result<PathBuf> {
        std::env::current_exe()
    }

    pub(super) fn running_path() -> io::Result<PathBuf> {
        std::env::current_exe()
    }

    pub(super) fn installed() -> Installed {
        match installed_path() {
            Ok(path) if !path.exists() => Installed::Removed,
            Ok(_) | Err(_) => Installed::Same,
        }
    }
}
