//! A key combination that opens the window from anywhere: X11 gives it to the program that takes it first. Elsewhere, the
//! desktop's own settings can run `rolecall-desktop --toggle`.

use std::sync::{Mutex, PoisonError};

use rolecall_core::api::window_memory::ShortcutState;
use rolecall_core::value::shortcut::Shortcut;

#[cfg(target_os = "linux")]
mod x11;

/// The combination, and what became of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    /// The combination as the desktop names it.
    pub(crate) keys: Option<String>,
    pub(crate) state: ShortcutState,
}

/// The one combination of this program.
pub(crate) struct GlobalShortcut {
    bound: Mutex<Bound>,
    /// Waits for the combination; `None` where a program cannot take one.
    #[cfg(target_os = "linux")]
    grabber: Option<x11::Grabber>,
}

impl GlobalShortcut {
    /// Starts without a combination.
    #[cfg(target_os = "linux")]
    pub(crate) fn start(pressed: impl Fn() + Send + 'static) -> Self {
        let grabber = match is_wayland() {
            true => None,
            false => x11::Grabber::start(pressed),
        };
        Self {
            bound: Mutex::default(),
            grabber,
        }
    }

    /// Starts without a combination.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn start(_: impl Fn() + Send + 'static) -> Self {
        Self {
            bound: Mutex::default(),
        }
    }

    /// Takes a combination instead of the present one, or none.
    pub(crate) fn set(&self, shortcut: Option<&Shortcut>) {
        let bound = Bound {
            keys: shortcut.map(ToString::to_string),
            state: self.take(shortcut),
        };
        *self.bound.lock().unwrap_or_else(PoisonError::into_inner) = bound;
    }

    /// Returns the combination.
    pub(crate) fn bound(&self) -> Bound {
        self.bound
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    #[cfg(target_os = "linux")]
    fn take(&self, shortcut: Option<&Shortcut>) -> ShortcutState {
        match &self.grabber {
            Some(grabber) => grabber.take(shortcut),
            None => ShortcutState::Unsupported,
        }
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "as on Linux")]
    fn take(&self, _: Option<&Shortcut>) -> ShortcutState {
        ShortcutState::Unsupported
    }
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable by which a desktop says that it is Wayland's"
)]
fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}
