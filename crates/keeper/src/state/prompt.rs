//! Prompts for codes.

use jiff::Timestamp;

use rolecall_core::plan::PlanPreference;
use rolecall_core::value::input::InputError;
use rolecall_core::value::mfa::MfaSerial;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

/// A question for a code.
#[derive(Debug, Clone)]
pub(crate) struct CodePrompt {
    pub(crate) request: CodeRequest,
    pub(crate) next_code_at: Option<Timestamp>,
    pub(crate) problem: Option<Problem>,
    /// Whether a terminal shows the prompt.
    pub(crate) at_terminal: bool,
}

/// What a code is needed for.
#[derive(Debug, Clone)]
pub(crate) struct CodeRequest {
    /// The device.
    pub(crate) serial: MfaSerial,
    /// What the code is for.
    pub(crate) purpose: Purpose,
    /// The plan in plain words.
    pub(crate) plan: String,
    /// The alternative use of the code, and its description.
    pub(crate) alternative: Option<(PlanPreference, String)>,
}

/// What a code is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The call of this attempt.
    Attempt(u64),
    /// The session token of this request, for every attempt that waits for it.
    Token(u64),
    /// A change of the access keys of this key's user.
    Key(Name),
}

/// Why an attempt stops without a session: it failed, or it must be planned again.
#[derive(Debug, Clone)]
pub(crate) enum Halt {
    /// It failed.
    Failed(Problem),
    /// The attempt must be planned again, with this preference if there is one.
    Replan(Option<PlanPreference>),
    /// AWS no longer accepts the session or session token that signed. It was dropped, so the attempt is planned again,
    /// once.
    DeadSigner(Problem),
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<InputError> for Halt {
    fn from(error: InputError) -> Self {
        Self::Failed(error.into())
    }
}
