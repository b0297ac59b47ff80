//! Desktop notifications over `notify-rust`.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod open_notices;

use rolecall_core::view::notice::{NoticeAction, Topic};

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::DesktopNotifier;
#[cfg(target_os = "linux")]
pub(crate) use linux::DesktopNotifier;

/// Called when a button of a notice is pressed.
pub(crate) type OnAction = Box<dyn Fn(&Topic, NoticeAction) + Send + Sync>;
