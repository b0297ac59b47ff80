//! Publishes each snapshot to the tray and the window, and opens the window for a new prompt.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rolecall_core::view::menu;
use rolecall_core::view::snapshot::Snapshot;
use rolecall_keeper::ports::Audience;
use tauri::AppHandle;

use crate::tray::TrayPainter;
use crate::window_host::WindowHost;

/// Publishes snapshots. The tray follows once the application has started.
#[derive(Default)]
pub(crate) struct UiPublisher {
    app: OnceLock<AppHandle>,
    pub(crate) window: Arc<WindowHost>,
    last_prompt: AtomicU64,
    was_tray_missing: AtomicBool,
}

impl UiPublisher {
    /// Starts to draw the tray.
    pub(crate) fn start(&self, app: AppHandle) {
        let _ = self.app.set(app);
    }

    /// Removes the tray icon, whose connection has ended. It is drawn again once there is a tray.
    pub(crate) fn forget_tray(&self) {
        if let Some(app) = self.app.get() {
            TrayPainter::forget(app);
        }
    }

    /// Quits the application.
    pub(crate) fn quit(&self) {
        if let Some(app) = self.app.get() {
            app.exit(0);
        }
    }

    /// Returns whether the tray is missing for the first time.
    pub(crate) fn is_first_without_tray(&self) -> bool {
        !self.was_tray_missing.swap(true, Ordering::AcqRel)
    }

    /// Returns whether there is a prompt for which the window has not been opened yet.
    fn has_new_prompt(&self, snapshot: &Snapshot) -> bool {
        let newest = snapshot
            .codes()
            .filter(|prompt| !prompt.at_terminal)
            .map(|prompt| prompt.id)
            .chain(snapshot.reasons().map(|prompt| prompt.id))
            .max()
            .unwrap_or_default();
        newest > self.last_prompt.fetch_max(newest, Ordering::AcqRel)
    }
}

impl Audience for UiPublisher {
    fn publish(&self, snapshot: &Snapshot) {
        self.window.send_snapshot(snapshot);
        if self.has_new_prompt(snapshot) {
            // A failure is reported by the window's host.
            let _ = self.window.open(None);
        }
    }

    fn tick(&self, snapshot: &Snapshot, now: Timestamp) {
        let Some(app) = self.app.get() else { return };
        TrayPainter::paint(app, menu::tray(snapshot, now));
    }
}
