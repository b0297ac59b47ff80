//! Brings a window to the front on Wayland, where a program needs the user's permission for that: a token that came with
//! the user's click. <https://wayland.app/protocols/xdg-activation-v1>

use std::time::Duration;

use gtk::gdk::prelude::DisplayExtManual;
use gtk::glib;
use gtk::prelude::{GtkWindowExt, WidgetExt};
use tauri::WebviewWindow;

/// How long the desktop may take to bring a window to the front.
const PATIENCE: Duration = Duration::from_millis(300);

/// Brings the window to the front; `None` if it is not on Wayland. Without a token, and on desktops that only mark the
/// window then, it is unmapped and mapped again, since a new window comes to where the user is. The main thread calls this.
pub(crate) fn raise(window: &WebviewWindow, token: Option<String>) -> Option<()> {
    let window = window.gtk_window().ok()?;
    window.display().backend().is_wayland().then_some(())?;
    window.deiconify();
    match token {
        Some(token) => window.window()?.set_startup_id(&token),
        None if !window.is_active() => {
            map_again(&window);
            return Some(());
        }
        None => {}
    }
    // The user may just have left it.
    glib::timeout_add_local_once(PATIENCE, move || {
        if !window.is_active() {
            map_again(&window);
        }
    });
    Some(())
}

fn map_again(window: &gtk::ApplicationWindow) {
    window.hide();
    window.show();
}
