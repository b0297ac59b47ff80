//! The calls about the question before a role that acts on production is assumed.

use serde::{Deserialize, Serialize};

/// A call about the question before a role that acts on production is assumed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum QuestionCall {
    /// Have the user confirm that the caller may assume a role. The answer comes when they did.
    Confirm {
        /// The role's name.
        role: String,
        /// Whether to do it without a question, where the settings allow that.
        #[serde(default)]
        yes: bool,
    },
    /// Confirm, by the account's name or ID.
    AnswerAccount {
        /// The question's ID.
        id: u64,
        /// The name or ID, as typed.
        account: String,
    },
    /// Cancel the question, and what waits for it.
    CancelAccount {
        /// The question's ID.
        id: u64,
    },
}
