//! The program that serves the socket: the tray application, or the agent without a display.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The minimum number of characters of a sealed file's passphrase. NIST SP 800-63B, section 3.1.1.2.
pub const PASSPHRASE_MIN: usize = 8;

/// The value of the agent's `--idle` with which it runs until it is stopped.
pub const NEVER: &str = "never";

/// The environment variables that an agent needs: the locations of files, and the bus of the keychain. Those of AWS are
/// the paths of its files.
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

/// The sealed file that a passphrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SealedFileTarget {
    /// The existing file.
    #[serde(rename = "there")]
    Existing,
    /// A new file, in which new keys are stored from then on.
    New,
}

/// Information about the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HostView {
    /// The kind of program.
    pub kind: HostKind,
    /// Its version.
    pub version: String,
    /// Its process ID.
    pub pid: u32,
    /// The path of the sealed file as shown in messages.
    pub sealed_file: String,
    /// Whether that file exists and is open. Version 0.1.0 called it `sealed_file_is`.
    #[serde(alias = "sealed_file_is")]
    pub sealed_file_state: FileState,
    /// AWS's files that it reads and writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub aws_files: Option<AwsFilePaths>,
    /// After how many seconds without a session and a question it ends; `None` if it runs until it is stopped.
    #[serde(default)]
    pub idle_limit_s: Option<u64>,
}

/// The paths of AWS's two files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AwsFilePaths {
    /// The config file.
    pub config: PathBuf,
    /// The credentials file.
    pub credentials: PathBuf,
}

/// The state of a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FileState {
    /// It does not exist.
    Absent,
    /// It does not exist yet, and the user must choose its passphrase.
    Wanted,
    /// Its passphrase was not entered yet.
    Sealed,
    /// Its keys can be used.
    Open,
}

/// The programs that serve the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum HostKind {
    /// The tray application.
    Desktop,
    /// The agent, which has no display.
    Agent,
}
