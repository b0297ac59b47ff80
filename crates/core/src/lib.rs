//! The domain of Rolecall: synchronous, without I/O and without a display.
//!
//! ```text
//! click in the tray ─► Keeper::assume ─► publish (assuming) ─► Sts::assume_role ─► settle ─► Store::save ─► publish
//! copy              ─► Keeper::copy_export ─► ExportBlock ─► Clipboard
//! heartbeat         ─► Keeper::tick ─► warnings due ─► Notifier ─► publish
//! aws …             ─► rolecall credentials ROLE ─► socket ─► Keeper::credentials ─► one JSON line
//! ```
//!
//! The keeper owns all state and acts through [`ports`]; a [`snapshot::Snapshot`] is the only thing that flows out.
//! Nothing here reads a clock, a file, an environment variable or a socket.

pub mod access_key;
pub mod aws_profile;
pub mod call_fields;
pub mod call_template;
pub mod catalogue;
pub mod code_use;
pub mod connection;
pub mod consent;
pub mod container_request;
pub mod credentials;
pub mod diagnosis;
pub mod duration;
pub mod export_block;
#[cfg(any(test, feature = "fakes"))]
pub mod fakes;
pub mod fuzzy;
pub mod history;
pub mod host;
pub mod iam;
pub mod input;
pub mod keeper;
pub mod key_text;
pub mod limits;
pub mod marks;
pub mod memory;
pub mod menu;
pub mod mfa_session;
pub mod name;
pub mod nearest;
pub mod notice;
pub mod origin;
pub mod output;
pub mod peers;
pub mod plan;
pub mod policy;
pub mod ports;
pub mod problem;
pub mod protocol;
pub mod reason;
pub mod refusal;
pub mod region;
pub mod requester;
pub mod role;
pub mod role_arn;
pub mod role_views;
pub mod sanitise;
pub mod search;
pub mod secret;
pub mod session;
pub mod session_policy;
pub mod session_tags;
pub mod settings;
pub mod shell;
pub mod snapshot;
pub mod sts;
pub mod team;
pub mod totp;
pub mod usage;
