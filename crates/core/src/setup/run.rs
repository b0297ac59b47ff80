//! The record of a kit that is applied: what was there, what was made, and what is left to do. It has no secrets.
//!
//! It is written before and after each step, so that it is known after a crash what may have been made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::question::SetupAct;
use super::step::{Before, Step};
use crate::asker::by::By;

/// A kit that is or was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its number, which no other run has.
    pub number: u64,
    /// The role.
    pub role_arn: String,
    /// When it began.
    pub started_at: Timestamp,
    /// What signs in each account.
    pub signers: Vec<Signer>,
    /// The steps in order.
    pub entries: Vec<RunEntry>,
}

/// The access key or role that signs in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "SetupSigner"))]
pub struct Signer {
    /// The account's 12 digits.
    pub account: String,
    /// The access key, or the role with a session.
    pub by: By,
    /// The ID of the access key or the ARN of the role, to which a run is bound: another key of the same name does not
    /// go on with it. Empty in a request.
    #[serde(default)]
    pub id: String,
}

/// A step and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEntry {
    /// The step.
    pub step: Step,
    /// How far it is.
    pub state: EntryState,
    /// Whether it was there before the run began. It is then never taken back, whatever `state` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_there: bool,
    /// What there was before, if the step changes something that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// The unique ID of what was made, or the name that it got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it last changed in IAM, or may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What is different from what was expected, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "SetupStepState"))]
pub enum EntryState {
    /// It makes something that does not exist yet.
    Planned,
    /// It changes something that exists.
    Changes,
    /// It was there before, and stays.
    Stays,
    /// The call may have been made.
    Begun,
    /// It was made or changed.
    Done,
    /// The call that takes it back may have been made.
    Undoing,
    /// It was taken back.
    Undone,
    /// It was not taken back, because somebody changed it since.
    Left,
}

impl Run {
    /// Returns the place of the next step to do.
    pub fn next(&self) -> Option<usize> {
        self.entries.iter().position(RunEntry::is_to_do)
    }

    /// Returns the place of the next step to take back: what was made last comes first.
    pub fn next_to_undo(&self) -> Option<usize> {
        self.entries.iter().rposition(RunEntry::is_to_undo)
    }

    /// Returns how many steps are left for an act.
    pub fn left(&self, act: SetupAct) -> usize {
        let is_left = match act {
            SetupAct::Apply | SetupAct::Resume => RunEntry::is_to_do,
            SetupAct::Undo => RunEntry::is_to_undo,
        };
        self.entries.iter().filter(|entry| is_left(entry)).count()
    }

    /// Returns whether it is being taken back.
    pub fn is_undoing(&self) -> bool {
        let is_back = |entry: &RunEntry| match entry.state {
            EntryState::Undoing | EntryState::Undone | EntryState::Left => true,
            EntryState::Planned
            | EntryState::Changes
            | EntryState::Stays
            | EntryState::Begun
            | EntryState::Done => false,
        };
        self.entries.iter().any(is_back)
    }

    /// Returns what signs in an account.
    pub fn signer(&self, account: &str) -> Option<&Signer> {
        self.signers.iter().find(|it| it.account == account)
    }
}

impl RunEntry {
    fn is_to_do(&self) -> bool {
        match self.state {
            EntryState::Planned | EntryState::Changes | EntryState::Begun => true,
            EntryState::Stays
            | EntryState::Done
            | EntryState::Undoing
            | EntryState::Undone
            | EntryState::Left => false,
        }
    }

    fn is_to_undo(&self) -> bool {
        match self.state {
            EntryState::Begun | EntryState::Done | EntryState::Undoing => !self.was_there,
            EntryState::Planned
            | EntryState::Changes
            | EntryState::Stays
            | EntryState::Undone
            | EntryState::Left => false,
        }
    }
}
