//! Notices over D-Bus. A missing, slow or frozen notification server never blocks the caller.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rolecall_core::view::notice::{Notice, NoticeAction, Topic, Urgency};
use rolecall_keeper::ports::Notifier;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::sync::oneshot;
use tokio::time::timeout;

use jiff::{SignedDuration, Timestamp};

use super::open_notices::OpenNotices;
use super::server::{self, Ending, Pressed, Shown};
use super::{IsFocused, OnAction, is_in_window};

/// The timeout of what the server is asked.
const DEADLINE: Duration = Duration::from_secs(5);

/// Shows notices and reports pressed buttons.
#[derive(Clone)]
pub(crate) struct DesktopNotifier(Arc<Shared>);

struct Shared {
    on_action: OnceLock<OnAction>,
    is_focused: OnceLock<IsFocused>,
    open: Mutex<OpenNotices<Open>>,
}

/// A notice that is shown or about to be shown.
struct Open {
    task: JoinHandle<()>,
    withdraw: oneshot::Sender<()>,
}

impl DesktopNotifier {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            on_action: OnceLock::new(),
            is_focused: OnceLock::new(),
            open: Mutex::default(),
        }))
    }

    /// Sets the callback; only the first one counts.
    pub(crate) fn on_action(&self, on_action: OnAction) {
        let _ = self.0.on_action.set(on_action);
    }

    /// Sets how to find out whether our window has the focus: what it shows needs no notice then.
    pub(crate) fn over_window(&self, is_focused: IsFocused) {
        let _ = self.0.is_focused.set(is_focused);
    }

    fn lock(&self) -> MutexGuard<'_, OpenNotices<Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, notice: &Notice) {
        let is_focused = self.0.is_focused.get();
        if is_in_window(notice) && is_focused.is_some_and(|it| it()) {
            return self.withdraw(&notice.topic);
        }
        let (withdraw, withdrawn) = oneshot::channel();
        let (notifier, notice, topic) = (self.clone(), notice.clone(), notice.topic.clone());
        let task = spawn(async move {
            if let Some(pressed) = present(&notice, withdrawn).await
                && let Some(on_action) = notifier.0.on_action.get()
            {
                on_action(&notice.topic, pressed.action, pressed.token.as_deref());
            }
        });
        let mut open = self.lock();
        open.retain(|open| !open.task.inner().is_finished());
        let closed = open.add(topic, Open { task, withdraw });
        drop(open);
        closed.into_iter().for_each(Open::withdraw);
    }

    fn withdraw(&self, topic: &Topic) {
        let open = self.lock().take(topic);
        open.into_iter().for_each(Open::withdraw);
    }

    fn time_of_day(&self, at: Timestamp) -> SignedDuration {
        let local = gtk::glib::DateTime::from_unix_local(at.as_second());
        local.map_or_else(
            |_| SignedDuration::from_secs(at.as_second().rem_euclid(86_400)),
            |it| {
                SignedDuration::from_hours(it.hour().into())
                    + SignedDuration::from_mins(it.minute().into())
            },
        )
    }
}

impl Open {
    fn withdraw(self) {
        // It may have been closed by now.
        let _ = self.withdraw.send(());
    }
}

/// Shows a notice and waits until a button is pressed, it is closed, or it is withdrawn. The window asks a question that
/// no notice can ask.
async fn present(notice: &Notice, withdrawn: oneshot::Receiver<()>) -> Option<Pressed> {
    let is_question = notice.urgency == Urgency::Question;
    let in_window = || {
        is_question.then_some(Pressed {
            action: NoticeAction::Open,
            token: None,
        })
    };
    let Some(mut shown) = show(notice).await else {
        return in_window();
    };
    let ending = tokio::select! {
        ending = shown.ending() => ending,
        _ = withdrawn => {
            close(&shown).await;
            return None;
        }
    };
    match ending {
        Ending::Pressed(pressed) => {
            if is_question {
                // Some servers keep a notice after it was answered.
                close(&shown).await;
            }
            Some(pressed)
        }
        Ending::Closed => None,
        Ending::Lost => in_window(),
    }
}

/// Shows a notice; `None` if that is not possible.
async fn show(notice: &Notice) -> Option<Shown> {
    match timeout(DEADLINE, server::show(notice)).await {
        Ok(Ok(shown)) => shown,
        Ok(Err(error)) if server::is_absent(&error) => {
            tracing::info!(%error, "no notification server");
            None
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "a notification could not be shown");
            None
        }
        Err(_) => {
            tracing::warn!("the notification server does not answer");
            None
        }
    }
}

async fn close(shown: &Shown) {
    // It may have been closed by now.
    let _ = timeout(DEADLINE, shown.close()).await;
}
