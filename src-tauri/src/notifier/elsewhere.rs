//! Notices on macOS and Windows over `notify-rust`, where buttons are untested. A notice has no buttons and disappears on its own; a
//! question opens the window.

use std::sync::{Arc, OnceLock};

use notify_rust::Notification;
use rolecall_core::value::sanitise::{Markup, notification_body};
use rolecall_core::view::notice::{Notice, NoticeAction, Topic, Urgency};
use rolecall_keeper::ports::Notifier;
use tauri::async_runtime::spawn_blocking;

use super::OnAction;

/// Shows notices, and opens the window for questions.
#[derive(Clone)]
pub(crate) struct DesktopNotifier(Arc<OnceLock<OnAction>>);

impl DesktopNotifier {
    pub(crate) fn new() -> Self {
        Self(Arc::new(OnceLock::new()))
    }

    /// Sets the callback; only the first one counts.
    pub(crate) fn on_action(&self, on_action: OnAction) {
        let _ = self.0.set(on_action);
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, notice: &Notice) {
        let (notifier, notice) = (self.clone(), notice.clone());
        spawn_blocking(move || match notice.urgency {
            Urgency::Question => {
                if let Some(on_action) = notifier.0.get() {
                    on_action(&notice.topic, NoticeAction::Open, None);
                }
            }
            Urgency::Low | Urgency::Normal | Urgency::High => show(&notice),
        });
    }

    fn withdraw(&self, _: &Topic) {}
}

fn show(notice: &Notice) {
    let shown = Notification::new()
        .appname("Rolecall")
        .summary(&notification_body(&notice.title, Markup::Plain))
        .body(&notification_body(&notice.body, Markup::Plain))
        .show();
    if let Err(error) = shown {
        tracing::warn!(%error, "a notification could not be shown");
    }
}
