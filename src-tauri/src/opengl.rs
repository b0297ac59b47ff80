//! Keeps OpenGL out of the tray's process: the toolkit loads a driver for windows, and this process has none.
//! <https://docs.gtk.org/gtk3/running.html>

use std::os::unix::process::CommandExt;
use std::process::Command;

use rolecall_agent::program;

/// The toolkit's variable, and the value without OpenGL.
const TOOLKIT: (&str, &str) = ("GDK_GL", "disable");
/// Says that the variable of the toolkit is ours, and not the user's.
const OURS: &str = "ROLECALL_WITHOUT_OPENGL";

/// Starts this program again in this same process, without OpenGL. It goes on as it is if it was started so, if the user
/// has chosen, or if that fails.
#[expect(
    clippy::disallowed_methods,
    reason = "this same program, with the toolkit's variable"
)]
pub(crate) fn leave_out() {
    if std::env::var_os(TOOLKIT.0).is_some() {
        return;
    }
    let Ok(path) = program::running_path() else {
        return;
    };
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    let mut command = Command::new(path);
    command.arg0(name).args(arguments);
    command.env(TOOLKIT.0, TOOLKIT.1).env(OURS, "1");
    let error = command.exec();
    tracing::warn!(%error, "the tray keeps OpenGL");
}

/// Lets the window's process use OpenGL as the user wants it.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable by which this program knows itself"
)]
pub(crate) fn let_in(window: &mut Command) {
    if std::env::var_os(OURS).is_some() {
        window.env_remove(TOOLKIT.0).env_remove(OURS);
    }
}
