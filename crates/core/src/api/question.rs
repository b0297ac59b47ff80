//! The calls about questions to the user: before a role that acts on production is assumed, and for more time.

use serde::{Deserialize, Serialize};

/// A call about a question to the user.
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
    /// Give a question of any kind its whole time again, as often as the user wants.
    /// <https://www.w3.org/WAI/WCAG22/Understanding/timing-adjustable>
    Extend {
        /// The question's ID.
        id: u64,
    },
}
