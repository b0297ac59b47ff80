//! The browser engine's process, which draws the window's content. Without it, the window shows its last picture.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gtk::gio::Cancellable;
use gtk::glib;
use tauri::{Manager, WebviewWindow};
use webkit2gtk::WebViewExt;

use crate::window_wire::CONTENT_FAILED;

/// How often a window's content is loaded again before the window closes.
const RELOADS_MAX: u32 = 3;
/// How long the content may take to respond.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Loads the window's content again whenever its process ends, and closes the window if that happens too often.
///
/// # Errors
/// If the window is closing.
pub(crate) fn watch(window: &WebviewWindow) -> tauri::Result<()> {
    let app = window.app_handle().clone();
    let reloads = Cell::new(0);
    window.with_webview(move |webview| {
        let view = webview.inner();
        view.connect_web_process_terminated(move |view, reason| {
            reloads.set(reloads.get() + 1);
            if reloads.get() <= RELOADS_MAX {
                tracing::error!(
                    ?reason,
                    "the window's content has ended and is loaded again"
                );
                view.reload();
            } else {
                tracing::error!(?reason, "the window's content has ended too often");
                app.exit(CONTENT_FAILED);
            }
        });
    })
}

/// Ends the process if it does not respond, so that the content is loaded again.
///
/// # Errors
/// If the window is closing.
pub(crate) fn end_if_frozen(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|webview| {
        let view = webview.inner();
        let has_answered = Rc::new(Cell::new(false));
        let answered = has_answered.clone();
        view.evaluate_javascript("1", None, None, Cancellable::NONE, move |_| {
            answered.set(true);
        });
        glib::timeout_add_local_once(ANSWER_LIMIT, move || {
            if !has_answered.get() {
                tracing::error!("the window's content does not respond");
                view.terminate_web_process();
            }
        });
    })
}
