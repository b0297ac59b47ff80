//! Sessions of access keys.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use rolecall_core::value::credentials::Credentials;

/// The session of one key.
#[derive(Default)]
pub(crate) struct KeySession {
    pub(crate) live: Option<Live>,
    /// How often the user ended it. Results of requests from before are dropped.
    pub(crate) ended: u64,
}

/// Credentials of a key, and when they were issued.
pub(crate) struct Live {
    pub(crate) issued_at: Timestamp,
    pub(crate) credentials: Arc<Credentials>,
}

impl KeySession {
    pub(crate) fn left(&self, now: Timestamp) -> SignedDuration {
        let expires_at = self.live.as_ref().map(|live| live.credentials.expires_at);
        expires_at.map_or(SignedDuration::ZERO, |end| end.duration_since(now))
    }
}
