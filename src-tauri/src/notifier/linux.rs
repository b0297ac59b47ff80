//! Notices over D-Bus. A missing, slow or frozen notification server never blocks the caller.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use notify_rust::{Hint, Notification, NotificationResponse, Timeout, Urgency as Level};
use rolecall_core::value::sanitise::{Markup, notification_body};
use rolecall_core::view::notice::{Notice, NoticeAction, Topic, Urgency};
use rolecall_keeper::ports::Notifier;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::OnAction;
use super::open_notices::OpenNotices;
use crate::app_id::APP_ID;

/// The timeout of a call to the server.
const DEADLINE: Duration = Duration::from_secs(5);

/// Shows notices and reports pressed buttons.
#[derive(Clone)]
pub(crate) struct DesktopNotifier(Arc<Shared>);

struct Shared {
    on_action: OnceLock<OnAction>,
    open: Mutex<OpenNotices<Open>>,
    capabilities: Mutex<Option<Capabilities>>,
    is_querying: AtomicBool,
    /// Signals that the query has finished.
    answered: Notify,
}

/// A notice that is shown or about to be shown.
struct Open {
    task: JoinHandle<()>,
    withdraw: oneshot::Sender<()>,
}

/// The capabilities of the server.
#[derive(Debug, Clone, Copy)]
struct Capabilities {
    markup: Markup,
    actions: bool,
}

impl DesktopNotifier {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            on_action: OnceLock::new(),
            open: Mutex::default(),
            capabilities: Mutex::default(),
            is_querying: AtomicBool::new(false),
            answered: Notify::new(),
        }))
    }

    /// Sets the callback; only the first one counts.
    pub(crate) fn on_action(&self, on_action: OnAction) {
        let _ = self.0.on_action.set(on_action);
    }

    fn lock(&self) -> MutexGuard<'_, OpenNotices<Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, notice: &Notice) {
        let (withdraw, withdrawn) = oneshot::channel();
        let (notifier, notice, topic) = (self.clone(), notice.clone(), notice.topic.clone());
        let task = spawn(async move {
            if let Some(action) = notifier.0.present(&notice, withdrawn).await
                && let Some(on_action) = notifier.0.on_action.get()
            {
                on_action(&notice.topic, action);
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
}

impl Open {
    fn withdraw(self) {
        // It may have been closed by now.
        let _ = self.withdraw.send(());
    }
}

impl Shared {
    /// Shows a notice and waits until a button is pressed, it is closed, or it is withdrawn.
    async fn present(
        self: &Arc<Self>,
        notice: &Notice,
        withdrawn: oneshot::Receiver<()>,
    ) -> Option<NoticeAction> {
        let is_question = notice.urgency == Urgency::Question;
        let Some(capabilities) = self.capabilities().await else {
            return is_question.then_some(NoticeAction::Open);
        };
        if is_question && !capabilities.actions {
            // The server has no buttons, so the window asks.
            return Some(NoticeAction::Open);
        }
        let notification = render(notice, capabilities);
        let handle = match timeout(DEADLINE, notification.show_async()).await {
            Ok(Ok(handle)) => handle,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a notification could not be shown");
                return is_question.then_some(NoticeAction::Open);
            }
            Err(_) => {
                tracing::warn!("the notification server does not answer");
                return is_question.then_some(NoticeAction::Open);
            }
        };
        let pressed = Mutex::new(None);
        let waiting = handle.wait_for_action_async(|response: &NotificationResponse| {
            *pressed.lock().unwrap_or_else(PoisonError::into_inner) = action_of(response);
        });
        tokio::select! {
            () = waiting => {}
            _ = withdrawn => {
                let _ = timeout(DEADLINE, handle.close_async()).await;
                return None;
            }
        }
        let pressed = pressed.into_inner().unwrap_or_else(PoisonError::into_inner);
        if is_question && pressed.is_some() {
            // Some servers keep a notice after it was answered.
            let _ = timeout(DEADLINE, handle.close_async()).await;
        }
        pressed
    }

    /// Returns the capabilities of the server; `None` if there is none or it does not answer. They are queried once, and
    /// by one thread at a time, since the query blocks while the server is frozen.
    async fn capabilities(self: &Arc<Self>) -> Option<Capabilities> {
        let known = *self
            .capabilities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if known.is_some() {
            return known;
        }
        let answered = self.answered.notified();
        if self.is_querying.swap(true, Ordering::AcqRel) {
            // Concurrent notices share one query.
            let _ = timeout(DEADLINE, answered).await;
            return *self
                .capabilities
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
        }
        let shared = self.clone();
        let asked = tauri::async_runtime::spawn_blocking(move || {
            let answer = notify_rust::get_capabilities();
            let capabilities = answer
                .map(|names| Capabilities::of(&names))
                .inspect_err(|error| {
                    tracing::info!(%error, "no notification server");
                });
            *shared
                .capabilities
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = capabilities.ok();
            shared.is_querying.store(false, Ordering::Release);
            shared.answered.notify_waiters();
        });
        let _ = timeout(DEADLINE, asked).await;
        *self
            .capabilities
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Capabilities {
    fn of(names: &[String]) -> Self {
        let has = |name: &str| names.iter().any(|known| known == name);
        let markup = if has("body-markup") {
            Markup::Escaped
        } else {
            Markup::Plain
        };
        Self {
            markup,
            actions: has("actions"),
        }
    }
}

fn action_of(response: &NotificationResponse) -> Option<NoticeAction> {
    match response {
        NotificationResponse::Default => Some(NoticeAction::Open),
        NotificationResponse::Action(key) => NoticeAction::ALL
            .into_iter()
            .find(|action| action.key() == key),
        _ => None,
    }
}

fn render(notice: &Notice, capabilities: Capabilities) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("Rolecall")
        .icon(APP_ID)
        .hint(Hint::DesktopEntry(APP_ID.into()))
        .summary(&notification_body(&notice.title, Markup::Plain))
        .body(&notification_body(&notice.body, capabilities.markup))
        .urgency(match notice.urgency {
            Urgency::Low => Level::Low,
            Urgency::Normal | Urgency::High => Level::Normal,
            Urgency::Question => Level::Critical,
        });
    if notice.urgency == Urgency::Question {
        notification.timeout(Timeout::Never);
    }
    let buttons = notice.actions.iter().filter(|_| capabilities.actions);
    for action in buttons {
        notification.action(action.key(), action.label());
    }
    notification
}
