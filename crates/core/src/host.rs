//! The program that answers the socket: the tray, or the same without a display.

use serde::{Deserialize, Serialize};

/// The fewest characters of a sealed file's passphrase. NIST SP 800-63B, section 3.1.1.2.
pub const PASSPHRASE_MIN: usize = 8;

/// What there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostView {
    /// Which program it is.
    pub kind: HostKind,
    /// Its version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// The file of keys under a passphrase, as messages call it.
    pub sealed_file: String,
    /// Whether there is such a file, and whether it was opened.
    pub sealed_file_is: FileState,
}

/// What there is of a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// There is none.
    Absent,
    /// There is none yet, and the user wants one: its passphrase is to be chosen.
    Wanted,
    /// Its passphrase was not given yet.
    Sealed,
    /// Its keys can be used.
    Open,
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
