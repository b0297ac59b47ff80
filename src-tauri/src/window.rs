//! The window. It allows no navigation and opens no other windows.

use std::path::PathBuf;
use std::sync::Arc;

use rolecall_agent::paths::{Environment, Paths};
use rolecall_core::api::window_memory::{self, WindowMemory, WindowPlace};
use tauri::image::Image;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, LogicalSize, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
};

use crate::window_link::Link;
use crate::window_place::PlaceWatch;
use crate::window_wire::Opening;
#[cfg(target_os = "linux")]
use crate::{wayland, web_process};

/// The window's label, which its capability names.
pub(crate) const LABEL: &str = "main";
const SIZE: (f64, f64) = (440.0, 680.0);
const SMALLEST: (f64, f64) = (220.0, 160.0);
/// The size of a window that shows the active sessions only.
const MINI: (f64, f64) = (320.0, 200.0);
/// The smallest and the largest size of what is shown.
const SCALES: (f64, f64) = (0.5, 4.0);
/// The toolkit's dots per inch of texts in their usual size, times 1024.
#[cfg(target_os = "linux")]
const USUAL_DPI: i32 = 96 * 1024;
const PRACTICE_ICON: &[u8] = include_bytes!("../../icons/practice-128.png");

/// Returns where the browser engine keeps its own files for the window of the practice account, which leaves no trace.
pub(crate) fn practice_data(opening: &Opening) -> Option<PathBuf> {
    let own = Paths::new(&Environment::read()).ok()?;
    let practice = own.practice(&own.socket_dir);
    opening
        .is_practice
        .then(|| practice.socket_dir.join("window"))
}

/// Creates the window where it was, and as it looked.
///
/// # Errors
/// If the browser engine does not start.
pub(crate) fn create(app: &AppHandle, opening: &Opening, link: Arc<Link>) -> tauri::Result<()> {
    let memory = &opening.memory;
    let place = memory.place;
    let (width, height) = size(memory);
    let mut window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(if opening.is_practice {
            "Rolecall – practice account"
        } else {
            "Rolecall"
        })
        .inner_size(width, height)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .always_on_top(is_on_top(memory))
        .theme(theme(memory))
        .prevent_overflow()
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .on_new_window(|_, _| NewWindowResponse::Deny);
    if let Some((x, y)) = place.and_then(|place| place.x.zip(place.y)) {
        window = window.position(f64::from(x), f64::from(y));
    }
    if opening.is_practice {
        window = window.icon(Image::from_bytes(PRACTICE_ICON)?)?;
    }
    if let Some(dir) = practice_data(opening) {
        window = window.data_directory(dir);
    }
    let window = window.build()?;
    let desktop_scale = desktop_scale();
    app.manage(PlaceWatch::start(
        &window,
        memory.is_mini,
        desktop_scale,
        link,
    ));
    window.set_zoom(scale(memory, desktop_scale))?;
    prepare(&window)
}

/// Lets the window look as the user chose now.
pub(crate) fn look(app: &AppHandle, memory: &WindowMemory) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    let watch = app.state::<PlaceWatch>();
    let looked = window
        .set_zoom(scale(memory, watch.desktop_scale()))
        .and_then(|()| window.set_always_on_top(is_on_top(memory)))
        .and_then(|()| window.set_theme(theme(memory)))
        .and_then(|()| match watch.set_mini(memory.is_mini) {
            true => {
                let (width, height) = size(memory);
                window.set_size(LogicalSize::new(width, height))
            }
            false => Ok(()),
        });
    if let Err(error) = looked {
        tracing::warn!(%error, "the window could not be changed");
    }
}

/// Closes the window, whose place is remembered first.
pub(crate) fn close(app: &AppHandle) {
    if let Some(watch) = app.try_state::<PlaceWatch>() {
        watch.tell();
    }
    app.exit(0);
}

/// Returns whether the window has the focus, or had it until a moment ago: a key combination takes it.
pub(crate) fn had_focus(app: &AppHandle) -> bool {
    app.try_state::<PlaceWatch>()
        .is_some_and(|watch| watch.had_focus())
}

/// Returns the size of what is shown: the user's for this window, times that of the desktop's texts, which the browser
/// engine does not follow.
fn scale(memory: &WindowMemory, desktop: f64) -> f64 {
    (memory.zoom.factor() * desktop).clamp(SCALES.0, SCALES.1)
}

/// Only the main thread may ask the toolkit.
#[cfg(target_os = "linux")]
fn desktop_scale() -> f64 {
    use gtk::prelude::GtkSettingsExt;
    let dpi = gtk::Settings::default().map_or(-1, |settings| settings.gtk_xft_dpi());
    match dpi {
        1.. => f64::from(dpi) / f64::from(USUAL_DPI),
        _ => 1.0,
    }
}

#[cfg(not(target_os = "linux"))]
fn desktop_scale() -> f64 {
    1.0
}

fn size(memory: &WindowMemory) -> (f64, f64) {
    let of = |place: WindowPlace| (f64::from(place.width), f64::from(place.height));
    match memory.is_mini {
        true => MINI,
        false => memory.place.map_or(SIZE, of),
    }
}

fn is_on_top(memory: &WindowMemory) -> bool {
    memory.is_on_top || memory.is_mini
}

fn theme(memory: &WindowMemory) -> Option<Theme> {
    match memory.theme {
        window_memory::Theme::Desktop => None,
        window_memory::Theme::Light => Some(Theme::Light),
        window_memory::Theme::Dark => Some(Theme::Dark),
    }
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
