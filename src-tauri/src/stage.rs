//! The audience: hands each snapshot to the tray and the window, and opens the window when a question waits.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rolecall_core::view::menu;
use rolecall_core::view::snapshot::Snapshot;
use rolecall_keeper::ports::Audience;
use tauri::AppHandle;

use crate::tray::TrayPainter;
use crate::window_host::WindowHost;

/// Where snapshots are shown. Until the application has started, they wait.
#[derive(Default)]
pub(crate) struct Stage {
    app: OnceLock<AppHandle>,
    pub(crate) window: Arc<WindowHost>,
    last_prompt: AtomicU64,
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

    /// Returns whether a prompt waits that the window was not opened for before.
    fn has_new_prompt(&self, snapshot: &Snapshot) -> bool {
        let newest = snapshot
            .prompts
            .iter()
            .filter(|prompt| !prompt.at_terminal)
            .map(|prompt| prompt.id)
            .chain(snapshot.reason_prompts.iter().map(|prompt| prompt.id))
            .max()
            .unwrap_or_default();
        newest > self.last_prompt.fetch_max(newest, Ordering::AcqRel)
    }
}

impl Audience for Stage {
    fn publish(&self, snapshot: &Snapshot) {
        self.window.tell(snapshot);
        if self.has_new_prompt(snapshot) {
            self.window.open();
        }
    }

    fn tick(&self, snapshot: &Snapshot, now: Timestamp) {
        let Some(app) = self.app.get() else { return };
        TrayPainter::paint(app, menu::tray(snapshot, now));
    }
}
