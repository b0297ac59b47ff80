//! What a question says about a setup that is applied or taken back.

use serde::{Deserialize, Serialize};

/// What is done with a setup kit, if a question is about that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupQuestion {
    /// What is done with it.
    pub act: SetupAct,
    /// The role that it is for.
    pub role_arn: String,
    /// How many steps it has, or how many are left.
    pub steps: usize,
}

/// What is done with a setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SetupAct {
    /// It begins.
    Apply,
    /// It goes on.
    Resume,
    /// It is taken back.
    Undo,
}
