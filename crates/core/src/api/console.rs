//! The calls that open the AWS console, and their answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::wire_secret::WireSecret;
use crate::console::destination::PageRequest;

/// What of the console to open, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConsoleRequest {
    /// The page.
    #[serde(default)]
    pub page: PageRequest,
    /// How long the console session is to last, instead of the setting.
    #[serde(default)]
    pub duration: Option<String>,
    /// How the caller gets the sign-in.
    #[serde(default)]
    pub delivery: ConsoleDelivery,
    /// Why: for each role on the way, the last of these that it takes counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// How a caller gets a sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ConsoleDelivery {
    /// As a page on loopback that a browser opens once.
    #[default]
    Page,
    /// As the URL that signs in, which is a secret.
    Url,
}

/// A sign-in to the console.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConsoleView {
    /// The role's name.
    pub role: String,
    /// The role's name without limits, for the names of profiles and containers.
    pub profile: String,
    /// Its account.
    pub account_id: String,
    /// The page on loopback, or the URL that signs in.
    pub url: WireSecret,
    /// The ID of the page on loopback.
    pub page: Option<u64>,
    /// Until when the URL can be used.
    #[cfg_attr(test, ts(type = "string"))]
    pub usable_until: Timestamp,
    /// The browser of the role or of the settings.
    pub browser: String,
    /// When the console session ends.
    #[cfg_attr(test, ts(type = "string"))]
    pub ends_at: Timestamp,
    /// What is not as requested.
    pub note: Option<String>,
}

/// What became of a page on loopback.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PageState {
    /// Whether a program of this user got the sign-in.
    pub is_used: bool,
    /// Whether nobody can get it any more.
    pub is_over: bool,
    /// The IDs of other users of this machine who tried to get it. They were refused.
    pub other_users: Vec<u32>,
}
