//! The window: created when it is asked for, destroyed when it is closed, so that an idle tray does not pay for a
//! browser engine.

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// The window's label, which its capability names.
pub(crate) const LABEL: &str = "main";
const SIZE: (f64, f64) = (440.0, 680.0);
const SMALLEST: (f64, f64) = (360.0, 420.0);

/// Opens the window, or brings it to the front.
pub(crate) fn open(app: &AppHandle) {
    let on_main = app.clone();
    let asked = app.run_on_main_thread(move || match on_main.get_webview_window(LABEL) {
        Some(window) => {
            let raised = window
                .unminimize()
                .and_then(|()| window.show())
                .and_then(|()| window.set_focus());
            log(raised);
        }
        None => log(create(&on_main)),
    });
    log(asked);
}

/// Closes and destroys the window, if it is open.
pub(crate) fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        log(window.destroy());
    }
}

/// Ends what the browser engine leaves running after its last window: its network process. It starts a new one when
/// a window opens again.
pub(crate) fn end_leftovers(app: &AppHandle) {
    if app.webview_windows().is_empty() {
        leftovers::end();
    }
}

fn create(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Rolecall")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()
        .map(drop)
}

fn log(result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::error!(%error, "the window");
    }
}

#[cfg(target_os = "linux")]
mod leftovers {
    use std::fs;

    use rustix::process::{Pid, Signal, kill_process};

    /// What `/proc/PID/stat` calls the engine's helper: the kernel keeps 15 bytes of a name.
    const HELPER: &str = "(WebKitNetworkPr)";

    /// Ends the network process that is our own child.
    pub(super) fn end() {
        let own = std::process::id().to_string();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        for entry in entries {
            let Some(pid) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<i32>().ok())
            else {
                continue;
            };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            if is_helper_of(&stat, &own)
                && let Some(pid) = Pid::from_raw(pid)
                && let Err(error) = kill_process(pid, Signal::TERM)
            {
                tracing::warn!(%error, "the browser engine's network process");
            }
        }
    }

    /// Reads `pid (name) state parent …`. See proc_pid_stat(5).
    fn is_helper_of(stat: &str, parent: &str) -> bool {
        let mut words = stat.split_whitespace();
        words.nth(1) == Some(HELPER) && words.nth(1) == Some(parent)
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn only_our_own_network_process_is_meant() {
            assert!(super::is_helper_of("7 (WebKitNetworkPr) S 5 7 7 0", "5"));
            assert!(!super::is_helper_of("7 (WebKitNetworkPr) S 6 7 7 0", "5"));
            assert!(!super::is_helper_of("7 (WebKitWebProces) S 5 7 7 0", "5"));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod leftovers {
    /// The engine is part of the system.
    pub(super) fn end() {}
}
