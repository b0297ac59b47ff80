//! The window. It allows no navigation and opens no other windows.

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

#[cfg(target_os = "linux")]
use crate::{wayland, web_process};

/// The window's label, which its capability names.
pub(crate) const LABEL: &str = "main";
const SIZE: (f64, f64) = (440.0, 680.0);
const SMALLEST: (f64, f64) = (360.0, 420.0);

/// Creates the window.
///
/// # Errors
/// If the browser engine does not start.
pub(crate) fn create(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Rolecall")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()
        .and_then(|window| prepare(&window))
}

#[cfg(target_os = "linux")]
fn prepare(window: &WebviewWindow) -> tauri::Result<()> {
    web_process::watch(window)
}

#[cfg(target_os = "linux")]
fn repair(window: &WebviewWindow) -> tauri::Result<()> {
    web_process::end_if_frozen(window)
}

#[cfg(not(target_os = "linux"))]
fn prepare(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn repair(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// Returns whether the window is open.
pub(crate) fn is_open(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
}

/// Brings the window to the front. On Wayland, `token` is the permission for that.
pub(crate) fn raise(app: &AppHandle, token: Option<String>) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = repair(&window).and_then(|()| bring_to_front(&window, token))
    {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

#[cfg(target_os = "linux")]
fn bring_to_front(window: &WebviewWindow, token: Option<String>) -> tauri::Result<()> {
    let raised = window.clone();
    window.run_on_main_thread(move || raise_on_main(&raised, token))
}

#[cfg(not(target_os = "linux"))]
fn bring_to_front(window: &WebviewWindow, _: Option<String>) -> tauri::Result<()> {
    show_in_front(window)
}

#[cfg(target_os = "linux")]
fn raise_on_main(window: &WebviewWindow, token: Option<String>) {
    if wayland::raise(window, token).is_none()
        && let Err(error) = show_in_front(window)
    {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

fn show_in_front(window: &WebviewWindow) -> tauri::Result<()> {
    window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus())
}
