//! The audience: hands each snapshot to the tray and the window, and opens the window when a question waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use rolecall_core::menu;
use rolecall_core::ports::Audience;
use rolecall_core::snapshot::Snapshot;
use tauri::{AppHandle, Emitter};

use crate::tray::TrayPainter;
use crate::window;

/// The name of the event that carries the whole snapshot.
const SNAPSHOT_EVENT: &str = "snapshot";

/// Where snapshots are shown. Until the application has started, they wait.
#[derive(Default)]
pub(crate) struct Stage {
    app: OnceLock<AppHandle>,
    prompts_shown: Mutex<u64>,
    tray_missed: AtomicBool,
}

impl Stage {
    /// Begins to show snapshots.
    pub(crate) fn open(&self, app: AppHandle) {
        let _ = self.app.set(app);
    }

    /// Returns whether this is the first time that the tray is missing.
    pub(crate) fn is_first_without_tray(&self) -> bool {
        !self.tray_missed.swap(true, Ordering::AcqRel)
    }

    /// Opens the window for a prompt that it was not opened for before.
    fn show_new_prompt(&self, app: &AppHandle, snapshot: &Snapshot) {
        let newest = snapshot
            .prompts
            .iter()
            .map(|prompt| prompt.id)
            .max()
            .unwrap_or_default();
        let mut shown = self
            .prompts_shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if newest > *shown {
            *shown = newest;
            window::open(app);
        }
    }
}

impl Audience for Stage {
    fn publish(&self, snapshot: &Snapshot) {
        let Some(app) = self.app.get() else { return };
        if let Err(error) = app.emit_to(window::LABEL, SNAPSHOT_EVENT, snapshot) {
            tracing::warn!(%error, "the window could not be told");
        }
        self.show_new_prompt(app, snapshot);
    }

    fn tick(&self, snapshot: &Snapshot, now: Timestamp) {
        let Some(app) = self.app.get() else { return };
        TrayPainter::paint(app, menu::tray(snapshot, now));
    }
}
