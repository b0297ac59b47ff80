//! Secret text on its way between two processes.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Secret text for the socket. This is the only type of a secret that can be serialised.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WireSecret(String);

impl WireSecret {
    /// Wraps a secret for the socket.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for WireSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
