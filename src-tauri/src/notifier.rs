//! Desktop notifications.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod open_notices;
#[cfg(target_os = "linux")]
mod server;

use rolecall_core::view::notice::{Notice, NoticeAction, Topic};

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::DesktopNotifier;
#[cfg(target_os = "linux")]
pub(crate) use linux::DesktopNotifier;

/// Returns whether our own window has the keyboard's focus.
pub(crate) type IsFocused = Box<dyn Fn() -> bool + Send + Sync>;

/// Returns whether our window shows what a notice says: that sessions end soon.
fn is_in_window(notice: &Notice) -> bool {
    notice.topic == Topic::Digest || notice.actions.contains(&NoticeAction::Snooze)
}

/// Called when a button of a notice is pressed, with the token that permits a window to come to the front on Wayland.
pub(crate) type OnAction = Box<dyn Fn(&Topic, NoticeAction, Option<&str>) + Send + Sync>;
