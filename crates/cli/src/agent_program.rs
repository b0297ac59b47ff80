//! The agent's program, which is installed beside this one.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

/// The program's file name, without a suffix.
pub(crate) const NAME: &str = "rolecall-agent";

/// Returns the program's path.
///
/// # Errors
/// If the system does not know the path of this program.
pub(crate) fn path() -> io::Result<PathBuf> {
    let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Returns the problem of an agent that cannot be started.
pub(crate) fn not_started(program: &Path, error: &io::Error) -> Problem {
    let shown = visible(&program.to_string_lossy());
    let what = match error.kind() {
        ErrorKind::NotFound => format!("{shown} is not installed."),
        _ => format!("{shown} cannot be started: {error}."),
    };
    let remedy = "Install Rolecall's programs in one folder.";
    Problem::new(ProblemCode::NotRunning, what, remedy)
}
