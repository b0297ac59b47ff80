//! A click in the tray.

use rolecall_core::view::menu::MenuAction;
use rolecall_core::view::menu_click::Entry;

/// Handles clicks. It may block: the tray does not wait for it.
pub(crate) type OnClick = Box<dyn Fn(Click) + Send + Sync>;

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Click {
    pub(crate) on: Clicked,
    /// Permits a window to come to the front on Wayland.
    pub(crate) token: Option<String>,
}

/// What was clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clicked {
    /// The icon, with the left button.
    Icon,
    /// The icon, to open its menu, which has not opened yet.
    #[cfg(target_os = "linux")]
    Menu,
    /// An entry of the menu.
    Entry(MenuAction, Entry),
    /// An entry that is not known any more.
    Unknown,
}
