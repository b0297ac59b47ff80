//! Starts other programs: a second instance for practice, and the desktop's file opener. It never starts a program
//! that a file or the network names.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use rolecall_agent::program;
use rolecall_agent::programs::OwnPrograms;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::ports::Programs;

/// The environment variables that a desktop program needs. AWS variables are not passed on.
#[cfg(not(windows))]
const INHERITED_VARIABLES: [&str; 16] = [
    "HOME",
    "PATH",
    "USER",
    "LANG",
    "LC_ALL",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    "XDG_STATE_HOME",
    "XDG_CURRENT_DESKTOP",
    "XDG_SESSION_TYPE",
];

/// The same on Windows, where programs need `SystemRoot` to find the system's files.
#[cfg(windows)]
const INHERITED_VARIABLES: [&str; 11] = [
    "SystemRoot",
    "SystemDrive",
    "PATH",
    "PATHEXT",
    "USERPROFILE",
    "USERNAME",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramData",
    "TEMP",
    "TMP",
];

/// Opens a file in its default program.
const OPENER: &str = if cfg!(windows) {
    "explorer.exe"
} else if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// Starts Rolecall with the practice account, or brings a running one to the front.
///
/// # Errors
/// If the program cannot be started.
pub(crate) fn start_practice() -> Result<(), Problem> {
    let program = program::running_path().map_err(|error| failed("Rolecall", &error))?;
    start(&program, &["--practice".as_ref(), "--window".as_ref()])
}

/// Starts the installed program, which may be newer than this one, with its window.
///
/// # Errors
/// If the program cannot be started.
pub(crate) fn start_installed(is_practice: bool) -> Result<(), Problem> {
    let program = program::installed_path().map_err(|error| failed("Rolecall", &error))?;
    let practice = is_practice.then_some("--practice");
    let arguments: Vec<&std::ffi::OsStr> = practice
        .into_iter()
        .chain(["--window"])
        .map(AsRef::as_ref)
        .collect();
    start(&program, &arguments)
}

/// Checks that the installed program starts, so that this one does not end for one that cannot take its place: an upgrade
/// may be incomplete, or need a library that is missing.
///
/// # Errors
/// If it cannot be started, fails, or does not end within ten seconds.
pub(crate) fn check_installed() -> Result<(), Problem> {
    let version = |path: PathBuf| {
        let words = [path.to_string_lossy().into_owned(), "--version".to_owned()];
        OwnPrograms.run(&words, SignedDuration::from_secs(10))
    };
    let started = program::installed_path()
        .map_err(|error| error.to_string())
        .and_then(version);
    started.map(drop).map_err(|cause| {
        let what = concat!(
            "The installed Rolecall does not start, so version ",
            env!("CARGO_PKG_VERSION"),
            " keeps running."
        );
        let remedy =
            "Run rolecall-desktop --version in a terminal to see why, or install Rolecall again.";
        Problem::new(ProblemCode::Internal, what, remedy).with_detail(cause)
    })
}

/// Opens a file in its default program.
///
/// # Errors
/// If there is no file (as in the practice set), or no program to open it.
pub(crate) fn open_file(path: Option<&Path>) -> Result<(), Problem> {
    let path = path.ok_or_else(|| {
        let what = "The practice account exists in memory only.";
        Problem::new(
            ProblemCode::StorageFailed,
            what,
            "Edit its roles in the window.",
        )
    })?;
    create_if_missing(path).map_err(|error| failed(&path.to_string_lossy(), &error))?;
    start(Path::new(OPENER), &[path.as_os_str()])
}

/// Creates the file if it does not exist, with a comment.
fn create_if_missing(path: &Path) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    match std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
    {
        Ok(mut file) => {
            file.write_all(b"# See the Rolecall documentation for what belongs in this file.\n")
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn start(program: &Path, arguments: &[&std::ffi::OsStr]) -> Result<(), Problem> {
    let child = limited(&mut command(program))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|error| failed(&program.to_string_lossy(), &error))?;
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Returns the command for this same program.
///
/// # Errors
/// If its file is not known.
pub(crate) fn this_program() -> std::io::Result<Command> {
    let command = command(&program::running_path()?);
    #[cfg(unix)]
    let command = {
        let mut command = command;
        // The name that lists of processes show, also after an upgrade.
        std::os::unix::process::CommandExt::arg0(&mut command, program::installed_path()?);
        command
    };
    Ok(command)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only place that starts programs"
)]
fn command(program: &Path) -> Command {
    Command::new(program)
}

/// Gives a program only the variables that a desktop program needs.
#[expect(
    clippy::disallowed_methods,
    reason = "the variables that a desktop program needs"
)]
pub(crate) fn limited(command: &mut Command) -> &mut Command {
    let inherited = INHERITED_VARIABLES
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)));
    command.env_clear().envs(inherited)
}

fn failed(program: &str, error: &std::io::Error) -> Problem {
    let what = format!(
        "{} could not be started.",
        rolecall_core::value::sanitise::echo(program)
    );
    Problem::new(
        ProblemCode::Internal,
        what,
        "Start it from a terminal to see why.",
    )
    .with_detail(error.to_string())
}
