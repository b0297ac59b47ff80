//! Everything that is shown: the snapshot, the menu, notifications and the search.

pub mod fuzzy;
pub mod latest_tray;
pub mod menu;
pub mod menu_click;
pub mod notice;
pub mod numbered_menu;
pub mod question;
pub mod role_list;
pub mod search;
pub mod session_notice;
pub mod shared;
pub mod snapshot;
