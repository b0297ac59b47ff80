//! The program that answers the socket: the tray, or the same without a display.

use serde::{Deserialize, Serialize};

/// The fewest characters of a sealed file's passphrase. NIST SP 800-63B, section 3.1.1.2.
pub const PASSPHRASE_MIN: usize = 8;

/// What `--idle` of the agent's program takes in place of a span, where it is to stay until it is told to end.
pub const NEVER: &str = "never";

/// What an agent needs of the environment: where things lie, and the bus of the keychain. AWS's are the paths of its
/// files.
pub const INHERITED_VARIABLES: [&str; 19] = [
    "HOME",
    "PATH",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "TZ",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

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
    /// Whether that file exists and is open. Version 0.1.0 called it `sealed_file_is`.
    #[serde(alias = "sealed_file_is")]
    pub sealed_file_state: FileState,
    /// How long it stays without a session and without a question, in seconds; `None`: until it is told to end.
    #[serde(default)]
    pub idle_limit_s: Option<u64>,
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
