//! The environment of a program with a session, as it is sent to the command line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::wire_secret::WireSecret;

/// The variables of a session for the environment of a program, the same as in its export block.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WireEnvironment {
    /// When the session expires.
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
    /// Names to remove.
    pub unset: Vec<String>,
    /// Names and values to set.
    pub set: Vec<(String, WireSecret)>,
}
