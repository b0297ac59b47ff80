//! How the window's process ended, and the problems that it has.

use std::process::ExitStatus;

use rolecall_core::api::frame::FrameError;
use rolecall_core::api::protocol::REQUEST_MAX;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::window_wire::CONTENT_FAILED;

/// Returns whether a process ended with an error of its own, and not because it was killed here.
pub(crate) fn has_failed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGKILL) {
        return false;
    }
    !status.success()
}

/// Returns whether a window crashed, or its content did so too often.
pub(crate) fn has_crashed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return CRASH_SIGNALS.contains(&signal);
    }
    status.code() == Some(CONTENT_FAILED)
}

/// The number of the signal that ends a process at once.
#[cfg(unix)]
const SIGKILL: i32 = 9;

/// The numbers of the signals of a crash: SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV, as on Linux.
#[cfg(unix)]
const CRASH_SIGNALS: [i32; 6] = [4, 5, 6, 7, 8, 11];

/// Returns the problem of a window that does not open.
pub(crate) fn not_opened(cause: &dyn std::fmt::Display) -> Problem {
    let what = "Rolecall's window could not be opened.";
    let remedy = "Quit Rolecall and start it from a terminal to see why. Until then, use the rolecall command.";
    Problem::new(ProblemCode::WindowFailed, what, remedy).with_detail(cause.to_string())
}

/// Returns the problem of a window that closed by itself.
pub(crate) fn crashed(cause: &dyn std::fmt::Display) -> Problem {
    let what = "Rolecall's window closed unexpectedly.";
    let remedy = "Open it again. If that does not help, start Rolecall from a terminal to see why, and use the rolecall command.";
    Problem::new(ProblemCode::WindowFailed, what, remedy).with_detail(cause.to_string())
}

/// Returns the problem of a call that was skipped.
pub(crate) fn skipped(error: &FrameError) -> Problem {
    match error {
        FrameError::Size(length) => {
            let what = format!("The window sent {length} bytes at once, which is too much.");
            let remedy = format!("Shorten what you entered to {REQUEST_MAX} bytes in all.");
            Problem::new(ProblemCode::InvalidInput, what, remedy)
        }
        FrameError::Content | FrameError::Io(_) => Problem::internal(),
    }
}
