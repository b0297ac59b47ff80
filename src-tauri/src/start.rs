//! What opens Rolecall: the login, and a key combination. What the window remembers is noted here, too.

use rolecall_agent::program;
use rolecall_core::api::window_memory::{StartView, WindowMemory};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise;
use rolecall_core::value::shortcut::Shortcut;

use crate::desktop::Desktop;

/// Remembers what the window tells. Its place and the key combination have calls of their own.
pub(crate) fn remember(desktop: &Desktop, shown: WindowMemory) {
    desktop.window_file.change(|memory| {
        *memory = WindowMemory {
            place: memory.place,
            shortcut: memory.shortcut.clone(),
            ..shown
        };
    });
    desktop.ui.window.send_look();
}

/// Returns what opens Rolecall.
pub(crate) fn view(desktop: &Desktop) -> StartView {
    let bound = desktop.shortcut.get().map(|shortcut| shortcut.bound());
    let bound = bound.unwrap_or_default();
    StartView {
        at_login: desktop.autostart.as_ref().map(|entry| entry.is_on()),
        shortcut: bound.keys,
        shortcut_state: bound.state,
        command: "rolecall-desktop --toggle".to_owned(),
    }
}

/// Starts Rolecall at login, or no longer.
///
/// # Errors
/// If the entry for it cannot be written.
pub(crate) fn set_at_login(desktop: &Desktop, is_on: bool) -> Result<StartView, Problem> {
    if let Some(entry) = &desktop.autostart {
        let program = program::installed_path().map_err(|error| {
            let what = "Rolecall does not know where it is installed.";
            Problem::new(
                ProblemCode::Internal,
                what,
                "Restart Rolecall, then try again.",
            )
            .with_detail(error.to_string())
        })?;
        entry.set(is_on, &program)?;
    }
    Ok(view(desktop))
}

/// Takes a key combination, or none.
///
/// # Errors
/// If it is none that a program can take.
pub(crate) fn set_shortcut(desktop: &Desktop, keys: Option<String>) -> Result<StartView, Problem> {
    let shortcut = keys.map(|keys| Shortcut::parse(&keys).ok_or_else(|| not_a_shortcut(&keys)));
    let shortcut = shortcut.transpose()?;
    let keys = shortcut.as_ref().map(ToString::to_string);
    desktop.window_file.change(|memory| memory.shortcut = keys);
    if let Some(global) = desktop.shortcut.get() {
        global.set(shortcut.as_ref());
    }
    Ok(view(desktop))
}

fn not_a_shortcut(keys: &str) -> Problem {
    let what = format!("“{}” cannot be a shortcut.", sanitise::echo(keys));
    let remedy =
        "Use Ctrl, Alt or Super with a letter, a digit, Space or F1 to F12, as in Ctrl+Alt+R.";
    Problem::new(ProblemCode::InvalidInput, what, remedy)
}
