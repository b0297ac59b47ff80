//! Publishes each snapshot to the tray and the window, and opens the window for a new prompt.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use rolecall_core::view::latest_tray::LatestTray;
use rolecall_core::view::snapshot::Snapshot;
use rolecall_keeper::ports::Audience;
use tauri::AppHandle;

use crate::tray::TrayPainter;
use crate::tray_host::TrayHost;
use crate::window_host::WindowHost;

/// Publishes snapshots. The tray follows once the application has started.
#[derive(Default)]
pub(crate) struct UiPublisher {
    app: OnceLock<AppHandle>,
    painter: OnceLock<TrayPainter>,
    tray: Mutex<LatestTray>,
    pub(crate) window: Arc<WindowHost>,
    last_prompt: AtomicU64,
    was_tray_missing: AtomicBool,
}

impl UiPublisher {
    /// Starts to draw the tray.
    pub(crate) fn start(&self, app: AppHandle, painter: TrayPainter) {
        let _ = self.app.set(app);
        let _ = self.painter.set(painter);
    }

    /// Draws the icon for a tray that appeared, or removes the icon of a bus that ended.
    pub(crate) fn host_changed(&self, host: TrayHost) {
        if let Some(painter) = self.painter.get() {
            painter.host_changed(host);
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
            .chain(
                snapshot
                    .productions()
                    .filter(|question| !question.at_terminal)
                    .map(|question| question.id),
            )
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
        let Some(painter) = self.painter.get() else {
            return;
        };
        // Painted under the lock, so that an older one never comes later.
        let mut tray = self.tray.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tray) = tray.at(snapshot, now) {
            painter.paint(tray.clone());
        }
    }
}
