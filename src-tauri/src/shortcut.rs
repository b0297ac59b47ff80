//! A key combination that opens the window from anywhere: X11 gives it to the program that takes it first, and on Wayland
//! the desktop's portal binds it. Elsewhere, the desktop's own settings can run `rolecall-desktop --toggle`.

use std::sync::{Mutex, PoisonError};

use rolecall_core::api::window_memory::ShortcutState;
use rolecall_core::value::shortcut::Shortcut;

use bound::Bound;

mod bound;
#[cfg(target_os = "linux")]
pub(crate) mod portal;
#[cfg(target_os = "linux")]
mod x11;

/// The one combination of this program.
pub(crate) struct GlobalShortcut {
    bound: Mutex<Bound>,
    /// Who gives the combination; `None` where nobody does.
    #[cfg(target_os = "linux")]
    giver: Option<Giver>,
}

/// Who gives a combination to a program.
#[cfg(target_os = "linux")]
enum Giver {
    Server(x11::Grabber),
    Portal(portal::Portal),
}

impl GlobalShortcut {
    /// Starts without a combination. `pressed` gets the token that permits a window to come to the front on Wayland.
    #[cfg(target_os = "linux")]
    pub(crate) fn start(pressed: impl Fn(Option<&str>) + Send + Sync + 'static) -> Self {
        let giver = match is_wayland() {
            true => portal::Portal::start(pressed).ok().map(Giver::Portal),
            false => x11::Grabber::start(move || pressed(None)).map(Giver::Server),
        };
        Self {
            bound: Mutex::default(),
            giver,
        }
    }

    /// Starts without a combination.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn start(_: impl Fn(Option<&str>) + Send + Sync + 'static) -> Self {
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
        #[cfg(target_os = "linux")]
        if let Some(Giver::Portal(portal)) = &self.giver {
            return portal.bound();
        }
        self.bound
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    #[cfg(target_os = "linux")]
    fn take(&self, shortcut: Option<&Shortcut>) -> ShortcutState {
        match &self.giver {
            Some(Giver::Server(server)) => server.take(shortcut),
            Some(Giver::Portal(portal)) => {
                portal.take(shortcut);
                portal.bound().state
            }
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
