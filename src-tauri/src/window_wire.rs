//! The messages between the tray's process and the window's process, over pipes that only these two hold.
//!
//! The browser engine runs in its own process, which ends with the window. That process never contains a key, a
//! session or the keeper.

use rolecall_core::api::message_size;
use rolecall_core::api::protocol::{Answer, Call, REQUEST_MAX};
use rolecall_core::api::window_memory::WindowMemory;
use rolecall_core::value::problem::Problem;
use rolecall_core::view::snapshot::Snapshot;
use serde::{Deserialize, Serialize};

/// The exit code of a window whose content ended too often.
pub(crate) const CONTENT_FAILED: i32 = 70;

/// From the window: a call, with the id that its answer will have.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WindowRequest {
    pub(crate) id: u64,
    pub(crate) call: Call,
}

impl WindowRequest {
    /// Checks that it can be sent.
    ///
    /// # Errors
    /// Names the field that is too long, and what is allowed.
    pub(crate) fn check_size(&self) -> Result<(), Problem> {
        let fits = message_size::check(self, REQUEST_MAX);
        if let (Err(_), Call::SaveRole { role, .. }) = (&fits, &self.call) {
            // It knows how long each field may be.
            role.check()?;
        }
        fits
    }

    /// Returns the id of a request from its first bytes.
    pub(crate) fn id_of(head: &[u8]) -> Option<u64> {
        let digits = head.strip_prefix(b"{\"id\":")?;
        let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
        str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
    }
}

/// To the window.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WindowMessage {
    /// Open as it was the last time. This is the first message.
    Open(Box<Opening>),
    /// Look as the user chose now.
    Look(Box<WindowMemory>),
    /// The new snapshot, after each change.
    Snapshot(SnapshotUpdate),
    /// The answer to a call.
    Answer {
        id: u64,
        result: Result<Answer, Problem>,
    },
    /// Bring the window to the front, for the time with this number. On Wayland, the token is the permission.
    Raise { raised: u64, token: Option<String> },
    /// The same, but close if the window has the focus.
    Toggle { token: Option<String> },
}

/// How a window opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Opening {
    pub(crate) memory: WindowMemory,
    /// Whether it is the window of the practice account.
    pub(crate) is_practice: bool,
}

/// A snapshot; without the roles if they did not change, since there may be ten thousand.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SnapshotUpdate {
    pub(crate) snapshot: Box<Snapshot>,
    /// Whether the roles are omitted because they did not change.
    pub(crate) same_roles: bool,
}
