//! The id under which the desktop knows the application.

/// The name of the desktop file and of the icon, the identifier in `tauri.conf.json`, and the window's class. Desktops use
/// it to find the name and icon of a window and of a notification. `tests/shape/test_app_id.py` compares all places.
pub(crate) const APP_ID: &str = "io.github.rolecall.Rolecall";
