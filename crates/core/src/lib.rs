//! The domain of Rolecall: synchronous, without I/O and without a display.
//!
//! ```text
//! click in the tray ─► Keeper::assume ─► publish (assuming) ─► Sts::assume_role ─► settle ─► Store::save ─► publish
//! copy              ─► Keeper::copy_export ─► ExportBlock ─► Clipboard
//! heartbeat         ─► Keeper::tick ─► warnings due ─► Notifier ─► publish
//! aws …             ─► rolecall credentials ROLE ─► socket ─► Keeper::credentials ─► one JSON line
//! ```
//!
//! The keeper owns all state and acts through [`ports`]; a [`view::snapshot::Snapshot`] is the only thing that flows out.
//! Nothing here reads a clock, a file, an environment variable or a socket.

pub mod api;
pub mod asker;
pub mod aws_files;
pub mod calls;
pub mod catalogue;
pub mod explain;
pub mod plan;
pub mod role;
pub mod session;
pub mod settings;
pub mod value;
pub mod view;
