//! The commands of the webview. They contain no logic, and the tray's process decides what the window may send.

use std::sync::Arc;

use rolecall_core::api::protocol::{Answer, Call};
use rolecall_core::value::problem::Problem;
use tauri::{AppHandle, State};

use crate::window;
use crate::window_link::Link;

/// Sends a call to the tray's process.
#[tauri::command]
pub(crate) async fn ask(tray: State<'_, Arc<Link>>, call: Call) -> Result<Answer, Problem> {
    tray.ask(call).await
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the framework passes every argument by value"
)]
#[tauri::command]
pub(crate) fn close_window(app: AppHandle) {
    window::close(&app);
}
