//! Everything that is shown: the snapshot, the menu, notifications and the search.

pub mod fuzzy;
pub mod menu;
pub mod notice;
pub mod question;
pub mod search;
pub mod shared;
pub mod snapshot;
