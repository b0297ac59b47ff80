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
        .build(context())?;
    #[cfg(target_os = "linux")]
    {
        gtk::gdk::set_program_class(APP_ID);
        steady_cursor();
        session_bus::outlive();
    }
    let Ok(WindowMessage::Open(opening)) = read_frame(&mut io::stdin(), ANSWER_MAX) else {
        anyhow::bail!("the tray's process has ended");
    };
    window::create(app.handle(), &opening, link.clone())?;
    let handle = app.handle().clone();
    thread::Builder::new()
        .name("tray".into())
        .spawn(move || listen(&link, &handle))?;
    let temporary = window::practice_data(&opening);
    app.run(move |_, event| {
        if let (tauri::RunEvent::Exit, Some(dir)) = (event, &temporary) {
            // What is left is gone when the user logs out.
            let _ = std::fs::remove_dir_all(dir);
        }
    });
    Ok(())
}

/// Keeps the cursor of text from blinking, which would draw the window twice a second while nothing happens.
#[cfg(target_os = "linux")]
fn steady_cursor() {
    use gtk::prelude::GtkSettingsExt;
    if let Some(settings) = gtk::Settings::default() {
        settings.set_gtk_cursor_blink(false);
    }
}

/// Returns what is embedded for the window: its files, its settings, and what it may call.
#[expect(
    clippy::disallowed_methods,
    reason = "the framework's context exits if its embedded files are damaged"
)]
fn context() -> tauri::Context {
    tauri::generate_context!()
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
            // It is only the first message.
            WindowMessage::Open(_) => {}
            WindowMessage::Look(memory) => window::look(app, &memory),
            WindowMessage::Toggle { .. } if window::had_focus(app) => window::close(app),
            WindowMessage::Toggle { token, .. } => window::raise(app, token),
            WindowMessage::Raise { raised, token } => {
                window::raise(app, token);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;
    use tauri::ipc::{Origin, RuntimeAuthority};
    use tauri::utils::acl::ExecutionContext;

    use super::context;
    use crate::window::LABEL;

    const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src ipc: http://ipc.localhost; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
    const ALLOWED: [&str; 4] = [
        "ask",
        "close_window",
        "plugin:event|listen",
        "plugin:event|unlisten",
    ];

    /// Returns the commands of the framework and of ours.
    fn every_command() -> Vec<String> {
        let manifests = include_str!(concat!(env!("OUT_DIR"), "/acl-manifests.json"));
        let manifests: BTreeMap<String, Value> =
            serde_json::from_str(manifests).expect("manifests");
        let mut commands = Vec::new();
        for (plugin, manifest) in &manifests {
            let prefix = match plugin.strip_prefix("core:") {
                Some(plugin) => format!("plugin:{plugin}|"),
                None => String::new(),
            };
            let permissions = manifest["permissions"].as_object().expect("permissions");
            for permission in permissions.values() {
                let allowed = permission["commands"]["allow"]
                    .as_array()
                    .expect("commands");
                let names = allowed.iter().filter_map(Value::as_str);
                commands.extend(names.map(|name| format!("{prefix}{name}")));
            }
        }
        commands.sort();
        commands.dedup();
        commands
    }

    fn allowed(authority: &RuntimeAuthority, label: &str, origin: &Origin) -> Vec<String> {
        let all = every_command().into_iter();
        all.filter(|command| {
            let access = authority.resolve_access(command, label, label, origin);
            access.is_some()
        })
        .collect()
    }

    #[test]
    fn t30_the_window_may_call_four_commands_and_another_page_or_window_none() {
        let mut context = context();
        let authority = context.runtime_authority_mut();
        assert!(every_command().len() > 100, "the framework's are known");
        assert_eq!(allowed(authority, LABEL, &Origin::Local), ALLOWED);
        assert_eq!(allowed(authority, "other", &Origin::Local), [""; 0]);
        let url = "https://tauri.localhost.example.com"
            .parse()
            .expect("a URL");
        assert_eq!(allowed(authority, LABEL, &Origin::Remote { url }), [""; 0]);
        let another = "plugin:webview|create_webview_window";
        authority.__allow_command(another.into(), ExecutionContext::Local);
        let seen = allowed(authority, LABEL, &Origin::Local);
        assert!(seen.iter().any(|command| command == another), "{seen:?}");
    }

    #[test]
    fn t19_t30_the_page_runs_and_loads_only_what_is_embedded() {
        let context = context();
        let app = &context.config().app;
        let csp = app.security.csp.as_ref().expect("a policy").to_string();
        assert_eq!(csp, CSP);
        assert!(app.security.dev_csp.is_none() && app.security.freeze_prototype);
        assert!(!app.security.asset_protocol.enable && !app.with_global_tauri);
        assert!(app.windows.is_empty(), "each window is made in one place");
        assert!(context.config().plugins.0.is_empty());
    }
}
