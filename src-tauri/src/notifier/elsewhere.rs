//! Notices on macOS and Windows over `notify-rust`, where buttons are untested. A notice has no buttons and disappears on its own; a
//! question opens the window.

use std::sync::{Arc, OnceLock};

use notify_rust::Notification;
use rolecall_core::value::sanitise::{Markup, notification_body};
use rolecall_core::view::notice::{Notice, NoticeAction, Topic, Urgency};
use rolecall_keeper::ports::Notifier;
use tauri::async_runtime::spawn_blocking;

use super::{IsFocused, OnAction, is_in_window};

/// Shows notices, and opens the window for questions.
#[derive(Clone)]
pub(crate) struct DesktopNotifier(Arc<OnceLock<OnAction>>, Arc<OnceLock<IsFocused>>);

impl DesktopNotifier {
    pub(crate) fn new() -> Self {
        Self(Arc::default(), Arc::default())
    }

    /// Sets the callback; only the first one counts.
    pub(crate) fn on_action(&self, on_action: OnAction) {
        let _ = self.0.set(on_action);
    }

    /// Sets how to find out whether our window has the focus: what it shows needs no notice then.
    pub(crate) fn over_window(&self, is_focused: IsFocused) {
        let _ = self.1.set(is_focused);
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, notice: &Notice) {
        let is_focused = self.1.get();
        if is_in_window(notice) && is_focused.is_some_and(|it| it()) {
            return;
        }
        let (notifier, notice) = (self.clone(), notice.clone());
        spawn_blocking(move || match notice.urgency {
            Urgency::Question => {
                if let Some(on_action) = notifier.0.get() {
                    on_action(&notice.topic, NoticeAction::Open, None);
                }
            }
            Urgency::Low | Urgency::Normal | Urgency::High | Urgency::Critical => show(&notice),
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
