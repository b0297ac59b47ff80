//! A session of the console.

use jiff::Timestamp;

/// A session of the console.
#[derive(Debug, Clone)]
pub(super) struct ConsoleSession {
    /// The value of its cookie.
    pub(super) cookie: String,
    pub(super) arn: String,
    pub(super) account: String,
    pub(super) ends_at: Timestamp,
    pub(super) destination: String,
}
