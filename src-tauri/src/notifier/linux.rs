//! Notices over the desktop's bus. A server that is absent, slow, frozen or dying never holds anything up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use notify_rust::{Hint, Notification, NotificationResponse, Timeout, Urgency as Level};
use rolecall_core::value::sanitise::{Markup, notification_body};
use rolecall_core::view::notice::{Notice, NoticeAction, Topic, Urgency};
use rolecall_keeper::ports::Notifier;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::OnAction;

/// How long the server may take for one answer.
const DEADLINE: Duration = Duration::from_secs(5);
/// The most notices that wait for their buttons at one time.
const OPEN_MAX: usize = 20;

/// Shows notices, and tells which of their buttons was pressed.
#[derive(Clone)]
pub(crate) struct DesktopNotifier(Arc<Shared>);

struct Shared {
    on_action: OnceLock<OnAction>,
    open: Mutex<HashMap<Topic, Open>>,
    abilities: Mutex<Option<Abilities>>,
    asking: AtomicBool,
    /// Tells those who wait for the answer that there is one, or none.
    asked: Notify,
}

/// A notice on its way or on the screen.
struct Open {
    task: JoinHandle<()>,
    withdraw: oneshot::Sender<()>,
}

/// What the server can do.
#[derive(Debug, Clone, Copy)]
struct Abilities {
    markup: Markup,
    actions: bool,
}

impl DesktopNotifier {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            on_action: OnceLock::new(),
            open: Mutex::default(),
            abilities: Mutex::default(),
            asking: AtomicBool::new(false),
            asked: Notify::new(),
        }))
    }

    /// Says what a pressed button does; once.
    pub(crate) fn on_action(&self, on_action: OnAction) {
        let _ = self.0.on_action.set(on_action);
    }

    fn take(&self, topic: &Topic) -> Option<Open> {
        self.0
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(topic)
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, notice: &Notice) {
        self.withdraw(&notice.topic);
        let (withdraw, withdrawn) = oneshot::channel();
        let (notifier, notice, topic) = (self.clone(), notice.clone(), notice.topic.clone());
        let task = spawn(async move {
            if let Some(action) = notifier.0.present(&notice, withdrawn).await
                && let Some(on_action) = notifier.0.on_action.get()
            {
                on_action(&notice.topic, action);
            }
        });
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, open| !open.task.inner().is_finished());
        if open.len() >= OPEN_MAX {
            let oldest = open.keys().next().cloned();
            oldest
                .and_then(|topic| open.remove(&topic))
                .into_iter()
                .for_each(|open| open.task.abort());
        }
        open.insert(topic, Open { task, withdraw });
    }

    fn withdraw(&self, topic: &Topic) {
        if let Some(open) = self.take(topic) {
            let _ = open.withdraw.send(());
        }
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
        let Some(abilities) = self.abilities().await else {
            return is_question.then_some(NoticeAction::Open);
        };
        if is_question && !abilities.actions {
            // Nobody could answer there: the window asks.
            return Some(NoticeAction::Open);
        }
        let notification = render(notice, abilities);
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
            // Not every server takes a notice away once it is answered, and nobody could do so later.
            let _ = timeout(DEADLINE, handle.close_async()).await;
        }
        pressed
    }

    /// Returns what the server can do; `None` if there is none or it does not answer. It is asked once, and by one
    /// thread at a time, since the question blocks for as long as the server is frozen.
    async fn abilities(self: &Arc<Self>) -> Option<Abilities> {
        let known = *self
            .abilities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if known.is_some() {
            return known;
        }
        let answered = self.asked.notified();
        if self.asking.swap(true, Ordering::AcqRel) {
            // Notices that come together share the one question.
            let _ = timeout(DEADLINE, answered).await;
            return *self
                .abilities
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
        }
        let shared = self.clone();
        let asked = tauri::async_runtime::spawn_blocking(move || {
            let answer = notify_rust::get_capabilities();
            let abilities = answer
                .map(|names| Abilities::of(&names))
                .inspect_err(|error| {
                    tracing::info!(%error, "no notification server");
                });
            *shared
                .abilities
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = abilities.ok();
            shared.asking.store(false, Ordering::Release);
            shared.asked.notify_waiters();
        });
        let _ = timeout(DEADLINE, asked).await;
        *self
            .abilities
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Abilities {
    fn of(capabilities: &[String]) -> Self {
        let has = |name: &str| capabilities.iter().any(|capability| capability == name);
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

fn render(notice: &Notice, abilities: Abilities) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("Rolecall")
        .icon("rolecall-desktop")
        .hint(Hint::DesktopEntry("rolecall-desktop".into()))
        .summary(&notification_body(&notice.title, Markup::Plain))
        .body(&notification_body(&notice.body, abilities.markup))
        .urgency(match notice.urgency {
            Urgency::Low => Level::Low,
            Urgency::Normal | Urgency::High => Level::Normal,
            Urgency::Question => Level::Critical,
        });
    if notice.urgency == Urgency::Question {
        notification.timeout(Timeout::Never);
    }
    let buttons = notice.actions.iter().filter(|_| abilities.actions);
    for action in buttons {
        notification.action(action.key(), action.label());
    }
    notification
}
