//! A kit that is applied, as programs ask for it and show it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::draft::KitDraft;
use super::question::{SetupAct, SetupQuestion};
use super::run::{EntryState, Run, RunEntry, Signer};
use super::step::{Part, steps};
use crate::role::RoleDraft;
use crate::value::input::InputError;
use crate::value::sanitise::visible;

/// What can be asked about kits that are applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SetupCall {
    /// What applying a kit would do.
    Plan(SetupRequest),
    /// Record the steps of a kit.
    Begin {
        /// The kit.
        request: SetupRequest,
        /// Whether what exists already may be changed.
        replace: Replace,
        /// The digest of the plan that was shown.
        digest: String,
    },
    /// Do the next step.
    Continue {
        /// The number of the run.
        #[cfg_attr(test, ts(type = "number"))]
        number: u64,
        /// Its digest, as it was shown.
        digest: String,
        /// How often the step was tried.
        tries: u32,
    },
    /// Take back the last step.
    Undo {
        /// The number of the run.
        #[cfg_attr(test, ts(type = "number"))]
        number: u64,
        /// Its digest, as it was shown.
        digest: String,
        /// How often the step was tried.
        tries: u32,
    },
    /// All runs, the latest last.
    Runs,
}

/// What is to be applied, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupRequest {
    /// The kit.
    pub draft: Box<KitDraft>,
    /// What signs in each account.
    pub signers: Vec<Signer>,
    /// The finished role, if it is added to Rolecall.
    pub entry: Option<Box<RoleDraft>>,
}

impl SetupRequest {
    /// Returns what a question says about applying it.
    ///
    /// # Errors
    /// If the kit is not valid.
    pub fn question(&self) -> Result<SetupQuestion, InputError> {
        let kit = self.draft.check()?;
        let steps = steps(&kit, self.entry.as_deref().cloned());
        Ok(SetupQuestion {
            act: SetupAct::Apply,
            role_arn: kit.role.as_str().to_owned(),
            steps: steps.len(),
        })
    }
}

/// Whether what exists already may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Replace {
    /// It stays, and nothing is begun.
    No,
    /// It is changed.
    Yes,
}

/// A kit that is planned, applied or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupView {
    /// The number of the run; 0 for a plan.
    #[cfg_attr(test, ts(type = "number"))]
    pub number: u64,
    /// A digest of the plan or run. It is given back to do what was shown, and nothing else.
    pub digest: String,
    /// The role.
    pub role_arn: String,
    /// When it began.
    #[cfg_attr(test, ts(type = "string"))]
    pub started_at: Timestamp,
    /// What signs in each account.
    pub signers: Vec<Signer>,
    /// The steps in order.
    pub steps: Vec<SetupStepView>,
    /// Whether there is something left to do.
    pub is_open: bool,
    /// Whether it is being taken back.
    pub is_undoing: bool,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupStepView {
    /// The account; empty for what is done in Rolecall.
    pub account: String,
    /// What it makes, such as `the role guest`.
    pub title: String,
    /// How far it is.
    pub state: EntryState,
    /// What is different from what was expected, as a sentence.
    pub note: Option<String>,
    /// What its title and policy leave out, such as the whole ARN.
    #[serde(default)]
    pub details: Option<String>,
    /// The policy that it puts, if it puts one.
    pub policy: Option<String>,
    /// The policy that was there before, and that is put back if the step is taken back.
    pub policy_before: Option<String>,
    /// The name of the role in Rolecall, if this step added it.
    pub role: Option<String>,
}

/// What happened when the next step was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SetupProgress {
    /// This step is done.
    Step(SetupStepView),
    /// IAM does not know yet what was made, and the step is to be tried again.
    Wait {
        /// Why, as a sentence.
        message: String,
        /// After how many milliseconds.
        #[cfg_attr(test, ts(type = "number"))]
        ms: u64,
    },
    /// Nothing is left to do.
    Finished,
}

impl SetupView {
    /// Returns what is shown of a plan or run with this digest.
    pub fn new(run: &Run, digest: String) -> Self {
        Self {
            number: run.number,
            digest,
            role_arn: run.role_arn.clone(),
            started_at: run.started_at,
            signers: run.signers.clone(),
            steps: run.entries.iter().map(SetupStepView::from).collect(),
            is_open: run.next().is_some(),
            is_undoing: run.is_undoing(),
        }
    }
}

impl From<&RunEntry> for SetupStepView {
    fn from(entry: &RunEntry) -> Self {
        Self {
            account: entry.step.account.clone(),
            title: visible(&entry.step.makes.title()),
            state: entry.state,
            note: entry.note.clone(),
            details: entry.step.makes.details(entry.before.as_ref()),
            policy: entry.step.makes.policy().map(str::to_owned),
            policy_before: entry.before.as_ref().map(|it| it.policy().to_owned()),
            role: match entry.step.makes {
                Part::Entry(_) => entry.id.clone(),
                _ => None,
            },
        }
    }
}
