//! Sessions of access keys.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use rolecall_core::session::left_of;
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
        self.live.as_ref().map_or(SignedDuration::ZERO, |live| {
            left_of(live.issued_at, live.credentials.expires_at, now)
        })
    }
}
