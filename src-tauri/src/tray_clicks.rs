//! Clicks in the tray on Linux, each with the token that permits a window to come to the front on Wayland. The framework
//! would drop the token, which can be read only while the click is delivered.

use std::sync::mpsc::{self, Receiver};
use std::thread;

use tray_icon::menu::MenuEvent;
use tray_icon::{MouseButton, TrayIconEvent};

/// A click in the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Click {
    pub(crate) on: Clicked,
    pub(crate) token: Option<String>,
}

/// What was clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clicked {
    /// The icon, with the left button.
    Icon,
    /// The entry of the menu with this id.
    Entry(String),
}

/// The clicks that wait for [`Clicks::handle`].
pub(crate) struct Clicks(Receiver<Click>);

impl Clicks {
    /// Takes the clicks. The first to ask for them gets them, so this comes before the framework starts.
    pub(crate) fn take() -> Self {
        let (clicks, taken) = mpsc::channel();
        let of_menu = clicks.clone();
        TrayIconEvent::set_event_handler(Some(move |event| {
            if is_left_click(&event) {
                // Nothing handles it while the program ends.
                let _ = clicks.send(Click::now(Clicked::Icon));
            }
        }));
        MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
            let _ = of_menu.send(Click::now(Clicked::Entry(event.id.0)));
        }));
        Self(taken)
    }

    /// Handles them on a thread of their own: the tray waits until a click is delivered.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub(crate) fn handle(self, on_click: impl Fn(Click) + Send + 'static) -> std::io::Result<()> {
        let handling = move || self.0.into_iter().for_each(on_click);
        thread::Builder::new()
            .name("tray-clicks".into())
            .spawn(handling)
            .map(drop)
    }
}

fn is_left_click(event: &TrayIconEvent) -> bool {
    matches!(
        event,
        TrayIconEvent::Click {
            button: MouseButton::Left,
            ..
        }
    )
}

impl Click {
    /// Returns the click that is being delivered.
    fn now(on: Clicked) -> Self {
        let token = ksni::current_xdg_activation_token();
        Self { on, token }
    }
}
