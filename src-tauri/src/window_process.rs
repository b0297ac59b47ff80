//! The window's process: a webview, its commands, and the pipe to the tray. It ends with its window or with the tray.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rolecall_core::api::desktop::DesktopCall;
use rolecall_core::api::frame::read_frame;
use rolecall_core::api::protocol::ANSWER_MAX;
use rolecall_core::api::protocol::Call;
use tauri::{AppHandle, Emitter};

#[cfg(target_os = "linux")]
use crate::app_id::APP_ID;
#[cfg(target_os = "linux")]
use crate::session_bus;
use crate::window_link::Link;
use crate::window_wire::WindowMessage;
use crate::{commands, window};

/// The name of the snapshot event.
const SNAPSHOT_EVENT: &str = "snapshot";
/// How long the window has to stay open for a person to have seen it.
const GLANCE: Duration = Duration::from_millis(500);

/// Shows the window until it is closed.
///
/// # Errors
/// If the toolkit does not start.
#[expect(
    clippy::disallowed_methods,
    reason = "the framework's context exits if its embedded files are damaged"
)]
pub(crate) fn run() -> anyhow::Result<()> {
    let link = Arc::new(Link::new());
    // Before the toolkit starts, which takes the window's id from it. With the framework's own setting, enableGTKAppId, the
    // second process of this id would end at once: that of the window, or of the practice account.
    #[cfg(target_os = "linux")]
    gtk::glib::set_prgname(Some(APP_ID));
    let app = tauri::Builder::default()
        .manage(link.clone())
        .invoke_handler(tauri::generate_handler![
            commands::ask,
            commands::close_window,
        ])
        .build(tauri::generate_context!())?;
    #[cfg(target_os = "linux")]
    {
        gtk::gdk::set_program_class(APP_ID);
        session_bus::outlive();
    }
    window::create(app.handle())?;
    let handle = app.handle().clone();
    thread::Builder::new()
        .name("tray".into())
        .spawn(move || listen(&link, &handle))?;
    app.run(|_, _| {});
    Ok(())
}

/// Handles the messages of the tray's process until it ends, then ends as well.
fn listen(link: &Arc<Link>, app: &AppHandle) {
    let mut input = io::stdin();
    while let Ok(message) = read_frame::<WindowMessage>(&mut input, ANSWER_MAX) {
        match message {
            WindowMessage::Snapshot(update) => {
                if let Err(error) = app.emit_to(window::LABEL, SNAPSHOT_EVENT, &update) {
                    tracing::warn!(%error, "a snapshot could not be sent to the window");
                }
            }
            WindowMessage::Answer { id, result } => link.resolve(id, result),
            WindowMessage::Raise { raised } => {
                window::raise(app);
                tauri::async_runtime::spawn(confirm(link.clone(), app.clone(), raised));
            }
        }
    }
    app.exit(0);
}

/// Tells the tray's process that the window is still open after it was brought to the front. One that closes at that
/// moment shows nobody what it was brought to the front for.
#[expect(
    clippy::disallowed_methods,
    reason = "a person needs a moment to see the window"
)]
async fn confirm(link: Arc<Link>, app: AppHandle, raised: u64) {
    tokio::time::sleep(GLANCE).await;
    if window::is_open(&app) {
        // The tray's process may have ended.
        let _ = link.ask(Call::Desktop(DesktopCall::Seen { raised })).await;
    }
}
