//! The program that answers the socket: the tray, or the same without a display.

use serde::{Deserialize, Serialize};

/// What there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostView {
    /// Which program it is.
    pub kind: HostKind,
    /// Its version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
}

/// The programs that answer the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostKind {
    /// The tray application.
    Desktop,
    /// The agent, which has no display.
    Agent,
}
