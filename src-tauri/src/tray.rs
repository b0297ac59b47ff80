//! Draws the tray from a plain value. Only differences are drawn.

#[cfg(target_os = "linux")]
mod bus_menu;
mod click;
#[cfg(target_os = "linux")]
mod item;
mod look;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod status_item;

use rolecall_core::view::menu::Tray;
use tauri::AppHandle;

pub(crate) use click::{Click, Clicked, OnClick};
#[cfg(not(target_os = "linux"))]
use native as platform;
#[cfg(target_os = "linux")]
use status_item as platform;

use crate::tray_host::TrayHost;

/// Draws the tray.
pub(crate) struct TrayPainter(platform::Painter);

impl TrayPainter {
    /// Returns a painter, which draws once it has something to draw and the desktop has a tray.
    pub(crate) fn start(app: &AppHandle, on_click: OnClick) -> Self {
        Self(platform::Painter::start(app, on_click))
    }

    /// Draws `tray`. Any thread may call this.
    pub(crate) fn paint(&self, tray: Tray) {
        self.0.paint(tray);
    }

    /// Draws the icon for a tray that appeared, or removes the icon of a bus that ended. Any thread may call this.
    pub(crate) fn host_changed(&self, host: TrayHost) {
        self.0.host_changed(host);
    }
}
