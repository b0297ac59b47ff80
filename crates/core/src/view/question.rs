//! What the user is asked: for a code, for a reason, to confirm production, or whether a program may use a session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::asker::history::RequestKind;
use crate::asker::requester::Process;
use crate::setup::{SetupAct, SetupQuestion};
use crate::value::problem::Problem;
use crate::value::sanitise::cut;

/// An open question to the user. All questions share their IDs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum QuestionView {
    /// For a code of an MFA device.
    Code(CodeView),
    /// For the reason to assume a role.
    Reason(ReasonView),
    /// To confirm that a role which acts on production is assumed.
    Production(ProductionView),
    /// Whether a program may use a session.
    Consent(ConsentView),
}

impl QuestionView {
    /// Returns the question if it is for a code.
    pub fn code(&self) -> Option<&CodeView> {
        match self {
            Self::Code(code) => Some(code),
            Self::Reason(_) | Self::Production(_) | Self::Consent(_) => None,
        }
    }

    /// Returns the question if it is for a reason.
    pub fn reason(&self) -> Option<&ReasonView> {
        match self {
            Self::Reason(reason) => Some(reason),
            Self::Code(_) | Self::Production(_) | Self::Consent(_) => None,
        }
    }

    /// Returns the question if it is to confirm production.
    pub fn production(&self) -> Option<&ProductionView> {
        match self {
            Self::Production(production) => Some(production),
            Self::Code(_) | Self::Reason(_) | Self::Consent(_) => None,
        }
    }

    /// Returns the question if it is whether a program may use a session.
    pub fn consent(&self) -> Option<&ConsentView> {
        match self {
            Self::Consent(consent) => Some(consent),
            Self::Code(_) | Self::Reason(_) | Self::Production(_) => None,
        }
    }
}

/// A prompt for a code of an MFA device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CodeView {
    /// The ID of the prompt, for the answer.
    pub id: u64,
    /// The MFA device.
    pub mfa_serial: String,
    /// The roles that wait for the code.
    pub roles: Vec<String>,
    /// The description of the plan, in one or two sentences.
    pub plan: String,
    /// A short description of the alternative use of the code; see `Keeper::switch_prompt`.
    #[serde(default, alias = "instead")]
    pub alternative: Option<String>,
    /// When the device shows its next code, if the current one was used.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub next_code_at: Option<Timestamp>,
    /// What was wrong with the last answer.
    pub problem: Option<Problem>,
    /// Whether the prompt is already shown at a terminal, so that no window needs to open.
    #[serde(default)]
    pub at_terminal: bool,
    /// When the prompt times out.
    #[cfg_attr(test, ts(type = "string"))]
    pub deadline: Timestamp,
}

/// A question whether a program may use the session of a role or an access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConsentView {
    /// The ID of the question, for the answer.
    pub id: u64,
    /// The name of the role or access key, depending on `request`.
    pub role: String,
    /// Its 12-digit account.
    pub account_id: String,
    /// What is requested.
    pub request: RequestKind,
    /// The requesting program. Its name is empty if it is unknown.
    pub process: Process,
    /// Its parent processes, the nearest first.
    pub parents: Vec<Process>,
    /// The root of its process tree, if the user can allow the tree.
    pub tree: Option<Process>,
    /// Whether it runs in a container or sandbox. Version 0.1.0 called it `apart`.
    #[serde(alias = "apart")]
    pub sandboxed: bool,
    /// The setup kit that is applied or taken back, if the request is for that.
    #[serde(default)]
    pub setup: Option<SetupQuestion>,
    /// When the request is denied without an answer.
    #[cfg_attr(test, ts(type = "string"))]
    pub deadline: Timestamp,
}

/// A question before a role that acts on production is assumed. The user types the account's name or ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProductionView {
    /// The ID of the question, for the answer.
    pub id: u64,
    /// The role.
    pub role: String,
    /// Its 12-digit account.
    pub account_id: String,
    /// The account's name, if it has one.
    pub account_name: Option<String>,
    /// The root of the process tree that asks; `None` is the user in the tray or the window.
    pub process: Option<Process>,
    /// Whether a terminal shows the question, so that no window needs to open.
    pub at_terminal: bool,
    /// When the question times out.
    #[cfg_attr(test, ts(type = "string"))]
    pub deadline: Timestamp,
}

impl ProductionView {
    /// Returns what the user has to type: the account's name, or its ID if it has none.
    pub fn to_type(&self) -> &str {
        self.account_name.as_deref().unwrap_or(&self.account_id)
    }

    /// Returns whether typed text confirms the question. The ID counts for an account with a name as well, and case does
    /// not matter.
    pub fn is_confirmed_by(&self, typed: &str) -> bool {
        let typed = typed.trim().to_lowercase();
        typed == self.to_type().trim().to_lowercase() || typed == self.account_id
    }
}

/// A prompt for the reason to assume a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReasonView {
    /// The ID of the prompt, for the answer.
    pub id: u64,
    /// The role that waits for the reason.
    pub role: String,
    /// The roles assumed through it that wait as well.
    #[serde(default)]
    pub on_the_way_to: Vec<String>,
    /// A short description of the pattern.
    pub form: String,
    /// A short description of the field of the call in which it is sent. Version 0.1.0 called it `place`.
    #[serde(alias = "place")]
    pub target: String,
    /// The last reason.
    pub last: Option<String>,
    /// When the prompt times out.
    #[cfg_attr(test, ts(type = "string"))]
    pub deadline: Timestamp,
}

/// How much is shown of the ARN of a role. Its name and path have 576 characters at most.
const ARN_SHOWN: usize = 120;
/// How many parent processes of a program are shown.
const PARENTS_SHOWN: usize = 4;

impl ConsentView {
    /// Returns the requested role or access key, as in "aws wants access to …". The name is shortened to `max`
    /// characters.
    pub fn target(&self, max: usize) -> String {
        let name = cut(&self.role, max);
        match self.request {
            RequestKind::Key
            | RequestKind::PutBack
            | RequestKind::PreviewWithKey
            | RequestKind::SetupWithKey
            | RequestKind::RevokeWithKey => format!("the access key {name}"),
            RequestKind::Rotate => format!("change the access keys of {name}"),
            RequestKind::Credentials
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Console
            | RequestKind::Endpoint
            | RequestKind::Assume
            | RequestKind::Copy
            | RequestKind::Profile
            | RequestKind::Preview
            | RequestKind::Setup
            | RequestKind::Revoke => name,
        }
    }

    /// Returns what the user grants beyond the use of a role's session, or `None` if that is all.
    pub fn reach(&self) -> Option<&'static str> {
        match self.request {
            RequestKind::Key => {
                Some("This grants everything the key's user may do, not only what a role may do")
            }
            RequestKind::Rotate => {
                Some("This creates, deactivates or deletes access keys of the key's user in IAM")
            }
            RequestKind::PutBack => Some(
                "This writes the secret to AWS's credentials file, where all your programs can read it",
            ),
            RequestKind::Setup | RequestKind::SetupWithKey => Some(
                "This changes roles and policies in IAM, which decide who may do what in the account",
            ),
            RequestKind::Revoke | RequestKind::RevokeWithKey => {
                Some("This revokes sessions at AWS, or takes a revocation back")
            }
            RequestKind::Credentials
            | RequestKind::Env
            | RequestKind::Exec
            | RequestKind::Console
            | RequestKind::Endpoint
            | RequestKind::Assume
            | RequestKind::Copy
            | RequestKind::Profile
            | RequestKind::Preview
            | RequestKind::PreviewWithKey => None,
        }
    }

    /// Returns which setup the request is for, as a sentence without its end.
    pub fn setup_text(&self) -> Option<String> {
        let SetupQuestion {
            act,
            role_arn,
            steps,
        } = self.setup.as_ref()?;
        let act = match act {
            SetupAct::Apply => "Apply",
            SetupAct::Resume => "Go on with",
            SetupAct::Undo => "Take back",
        };
        let plural = if *steps == 1 { "" } else { "s" };
        let arn = cut(role_arn, ARN_SHOWN);
        Some(format!("{act} the setup of {arn}: {steps} step{plural}"))
    }

    /// Returns the name of the requesting program for a sentence.
    pub fn asker(&self) -> String {
        match self.process.name.as_str() {
            "" => "A program".to_owned(),
            name => cut(name, 32),
        }
    }

    /// Returns a short description of how the requesting program was started.
    pub fn origin(&self) -> String {
        let parents = self.parents.iter().take(PARENTS_SHOWN);
        let parents: Vec<String> = parents.map(|parent| cut(&parent.name, 24)).collect();
        let process = match (self.process.pid, parents.is_empty()) {
            (0, _) => "Unknown process".to_owned(),
            (pid, true) => format!("Process {pid}"),
            (pid, false) => format!("Process {pid}, started by {}", parents.join(" ← ")),
        };
        match self.sandboxed {
            true => format!("{process}, in a container or sandbox"),
            false => process,
        }
    }
}
