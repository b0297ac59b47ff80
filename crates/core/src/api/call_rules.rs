//! What each call may do, and who may send it: the one table that all ends read. It must hold no rule of a single role.

use std::time::Duration;

use crate::api::protocol::Call;
use crate::api::question::QuestionCall;
use crate::asker::by::By;
use crate::asker::history::RequestKind;
use crate::aws_files::connection::Step;
use crate::revoke::{RevokeStep, UndoStep};
use crate::setup::SetupCall;

/// For what needs neither AWS nor a person.
const QUICK: Duration = Duration::from_secs(5);
/// For edits of AWS's files, which another program may be writing to.
const FILE_EDIT: Duration = Duration::from_secs(30);
/// For AWS and the keychain, whose own prompt may stay open for two minutes.
const KEYCHAIN: Duration = Duration::from_secs(150);
/// For a chain of roles and a prompt for a code.
const PERSON: Duration = Duration::from_secs(240);
/// For the replacement of an access key: two prompts for a code, and what IAM takes until it knows a change everywhere.
const ROTATION: Duration = Duration::from_secs(900);
/// For an endpoint: botocore waits two seconds, then retries.
pub const ENDPOINT: Duration = Duration::from_millis(1_900);
/// For a `credential_process`, since SDKs set no limit themselves.
pub const SDK: Duration = Duration::from_secs(20);

/// What a call may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRules {
    /// Who may send it.
    pub callers: Callers,
    /// What it gives, and who decides about it.
    pub access: Access,
    /// Whom the asking program may prompt for what is missing, such as a passphrase.
    pub prompts: Prompts,
    /// How long the application may take to answer.
    pub deadline: Duration,
    /// Whether it may have to wait in the application.
    pub waits: Waits,
    /// What the asking program does if the answer was lost.
    pub if_lost: IfLost,
    /// What the asking program does if Rolecall does not run.
    pub if_absent: IfAbsent,
}

/// Who may send a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// Programs over the socket, such as the command line.
    Programs,
    /// The application's own window.
    Window,
    /// Both.
    All,
}

/// One who sends calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A program over the socket.
    Program,
    /// The application's own window.
    Window,
}

impl Callers {
    /// Returns whether one of them is of this kind.
    pub fn include(self, kind: CallerKind) -> bool {
        match (self, kind) {
            (Self::All, _)
            | (Self::Programs, CallerKind::Program)
            | (Self::Window, CallerKind::Window) => true,
            (Self::Programs, CallerKind::Window) | (Self::Window, CallerKind::Program) => false,
        }
    }
}

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Credentials of a role or an access key, if its policy allows it.
    Credentials(RequestKind),
    /// A session of a role, without its credentials: whatever the policy says, but noted in the history.
    Session(RequestKind),
    /// No credentials, but it matters which program asks.
    Identified,
    /// No credentials. It only matters whether the program runs in a sandbox.
    Open,
}

/// Whom a call may prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompts {
    /// The person at the terminal.
    Person,
    /// Nobody: an SDK or a process in the background waits for the answer, and its error output stays empty.
    Nobody,
}

/// Whether a call may have to wait for AWS, the keychain, another program or a person. Whatever waits keeps no other call
/// from being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// It is answered at once, as are all calls by which a person answers or sees what there is to answer.
    Never,
    /// It is answered at once if there is a session that is good for long enough.
    ForSession,
    /// It may always have to wait.
    Likely,
}

/// What to do about a lost answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfLost {
    /// Send the call again.
    Resend,
    /// Fail: the call may have been executed, and must not be twice.
    Fail,
}

/// What to do about a program that does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfAbsent {
    /// Start the agent, if the settings allow it.
    StartAgent,
    /// Fail: the call is about a program that already runs.
    Fail,
}

impl Access {
    /// Returns how the history calls the request, which also tells whether a role's or a key's policy decides; `None`
    /// for calls that are no request for a session.
    pub fn request(self) -> Option<RequestKind> {
        match self {
            Self::Credentials(kind) | Self::Session(kind) => Some(kind),
            Self::Identified | Self::Open => None,
        }
    }

    /// Returns whether it matters who asks, and not only where they run.
    pub fn needs_requester(self) -> bool {
        self != Self::Open
    }
}

/// The rules of a call that changes nothing.
const READ: CallRules = CallRules {
    callers: Callers::Programs,
    access: Access::Open,
    prompts: Prompts::Person,
    deadline: QUICK,
    waits: Waits::Never,
    if_lost: IfLost::Resend,
    if_absent: IfAbsent::StartAgent,
};

/// The rules of a call that changes something: an access key that was added exists then.
const CHANGE: CallRules = CallRules {
    if_lost: IfLost::Fail,
    ..READ
};

/// The rules of a change that only the window makes.
const WINDOW_CHANGE: CallRules = CallRules {
    callers: Callers::Window,
    if_absent: IfAbsent::Fail,
    waits: Waits::Likely,
    ..CHANGE
};

/// The rules of a change that needs the keychain or AWS.
const KEYCHAIN_CHANGE: CallRules = CallRules {
    deadline: KEYCHAIN,
    waits: Waits::Likely,
    ..CHANGE
};

impl Call {
    /// Returns what this call may do.
    #[expect(
        clippy::too_many_lines,
        reason = "the table: one arm for each kind of call"
    )]
    pub fn rules(&self) -> CallRules {
        match self {
            Self::Sessions
            | Self::Search { .. }
            | Self::List { .. }
            | Self::Names { .. }
            | Self::CheckReason { .. }
            | Self::Questions => READ,
            Self::Snapshot | Self::Limited { .. } => CallRules {
                callers: Callers::All,
                ..READ
            },
            Self::History(_) => CallRules {
                callers: Callers::All,
                waits: Waits::Likely,
                ..READ
            },
            Self::CheckSessions | Self::Doctor { .. } | Self::ExplainFurther { .. } => CallRules {
                callers: Callers::All,
                deadline: KEYCHAIN,
                waits: Waits::Likely,
                ..READ
            },
            Self::Attend { .. } | Self::ShowWindow | Self::Host => CallRules {
                if_absent: IfAbsent::Fail,
                ..READ
            },
            // Sent twice, it would undo itself.
            Self::ToggleWindow => CallRules {
                if_absent: IfAbsent::Fail,
                ..CHANGE
            },
            Self::Assume { code, .. } => CallRules {
                callers: Callers::All,
                access: Access::Session(RequestKind::Assume),
                deadline: PERSON,
                waits: Waits::Likely,
                // AWS takes each code once.
                if_lost: match code {
                    Some(_) => IfLost::Fail,
                    None => IfLost::Resend,
                },
                ..READ
            },
            Self::Env { .. } => CallRules {
                access: Access::Credentials(RequestKind::Env),
                deadline: PERSON,
                waits: Waits::ForSession,
                ..READ
            },
            Self::Environment { .. } => CallRules {
                access: Access::Credentials(RequestKind::Exec),
                deadline: PERSON,
                waits: Waits::ForSession,
                ..READ
            },
            Self::Console { .. } => CallRules {
                access: Access::Credentials(RequestKind::Console),
                deadline: PERSON,
                waits: Waits::Likely,
                ..READ
            },
            // Its answer is about a page of the program that runs.
            Self::ConsolePage { .. } => CallRules {
                waits: Waits::Likely,
                if_absent: IfAbsent::Fail,
                ..READ
            },
            Self::Credentials { .. } => sdk(RequestKind::Credentials, SDK),
            Self::KeyCredentials { .. } => sdk(RequestKind::Key, SDK),
            Self::ContainerCredentials { .. } => sdk(RequestKind::Endpoint, ENDPOINT),
            Self::KeepFresh { .. } => CallRules {
                access: Access::Identified,
                prompts: Prompts::Nobody,
                if_absent: IfAbsent::Fail,
                ..READ
            },
            Self::End { .. } => CallRules {
                callers: Callers::All,
                waits: Waits::Likely,
                ..CHANGE
            },
            Self::EndKey { .. }
            | Self::AnswerPrompt { .. }
            | Self::CancelPrompt { .. }
            | Self::SwitchPrompt { .. }
            | Self::EndMfa { .. } => CallRules {
                callers: Callers::All,
                ..CHANGE
            },
            Self::Reply { .. } => CallRules {
                callers: Callers::All,
                access: Access::Identified,
                if_absent: IfAbsent::Fail,
                ..CHANGE
            },
            Self::Question(QuestionCall::Confirm { .. }) => CallRules {
                access: Access::Identified,
                deadline: PERSON,
                waits: Waits::Likely,
                ..READ
            },
            Self::Question(
                QuestionCall::AnswerAccount { .. } | QuestionCall::CancelAccount { .. },
            ) => CallRules {
                callers: Callers::All,
                access: Access::Identified,
                if_absent: IfAbsent::Fail,
                ..CHANGE
            },
            Self::Question(QuestionCall::Extend { .. }) => CallRules {
                callers: Callers::Window,
                ..CHANGE
            },
            Self::Serve { .. } => CallRules {
                access: Access::Identified,
                if_absent: IfAbsent::Fail,
                ..CHANGE
            },
            Self::Stop => CallRules {
                if_absent: IfAbsent::Fail,
                ..CHANGE
            },
            Self::HandOver => CallRules {
                waits: Waits::Likely,
                if_absent: IfAbsent::Fail,
                ..CHANGE
            },
            Self::Connect { .. } | Self::Disconnect { .. } => CallRules {
                callers: Callers::All,
                deadline: FILE_EDIT,
                waits: Waits::Likely,
                ..CHANGE
            },
            Self::SetRenew { .. } => CallRules {
                callers: Callers::All,
                waits: Waits::Likely,
                ..CHANGE
            },
            Self::AddKey { .. } | Self::AddTotp { .. } | Self::ImportRoles { .. } => {
                KEYCHAIN_CHANGE
            }
            Self::RenameKey { .. }
            | Self::RemoveKey { .. }
            | Self::RemoveTotp { .. }
            | Self::Import { .. }
            | Self::MoveKey { .. } => CallRules {
                callers: Callers::All,
                ..KEYCHAIN_CHANGE
            },
            Self::OpenConsole { .. } => CallRules {
                access: Access::Credentials(RequestKind::Console),
                ..WINDOW_CHANGE
            },
            Self::Setup(SetupCall::Runs) => CallRules {
                waits: Waits::Likely,
                ..READ
            },
            Self::Setup(SetupCall::Plan(_)) => CallRules {
                access: Access::Credentials(RequestKind::PreviewWithKey),
                deadline: KEYCHAIN,
                waits: Waits::Likely,
                ..READ
            },
            Self::Setup(
                SetupCall::Begin { .. } | SetupCall::Continue { .. } | SetupCall::Undo { .. },
            ) => CallRules {
                access: Access::Credentials(RequestKind::SetupWithKey),
                deadline: PERSON,
                ..KEYCHAIN_CHANGE
            },
            Self::Revoke {
                step: RevokeStep::Write { by, .. },
                ..
            }
            | Self::UndoRevocation {
                step: UndoStep::Write { by, .. },
                ..
            } => CallRules {
                access: Access::Credentials(match by {
                    By::Role(_) => RequestKind::Revoke,
                    By::Key(_) => RequestKind::RevokeWithKey,
                }),
                deadline: PERSON,
                ..KEYCHAIN_CHANGE
            },
            Self::Revoke {
                step: RevokeStep::Preview { .. },
                ..
            }
            | Self::UndoRevocation {
                step: UndoStep::Preview { .. },
                ..
            } => CallRules {
                access: Access::Credentials(RequestKind::PreviewWithKey),
                ..KEYCHAIN_CHANGE
            },
            Self::CopyExport { .. } => CallRules {
                access: Access::Credentials(RequestKind::Copy),
                ..WINDOW_CHANGE
            },
            Self::AnswerReason { .. }
            | Self::CancelReason { .. }
            | Self::ExplainText { .. }
            | Self::LockRegions { .. }
            | Self::SetConsent { .. }
            | Self::SetKeyConsent { .. }
            | Self::SetTemporaryProfile { .. }
            | Self::SetSetting { .. }
            | Self::Settings
            | Self::SaveRole { .. }
            | Self::RemoveRole { .. }
            | Self::MarkRole { .. }
            | Self::NameAccount { .. }
            | Self::DismissProblem { .. }
            | Self::RetryKeychain
            | Self::Desktop(_) => WINDOW_CHANGE,
            Self::RefreshKeys => CallRules {
                callers: Callers::All,
                access: Access::Identified,
                waits: Waits::Likely,
                ..READ
            },
            Self::RotationPlan { .. } => CallRules {
                callers: Callers::All,
                access: Access::Credentials(RequestKind::PreviewWithKey),
                deadline: PERSON,
                waits: Waits::Likely,
                ..READ
            },
            Self::RotateKey { .. } => CallRules {
                callers: Callers::All,
                access: Access::Credentials(RequestKind::Rotate),
                deadline: ROTATION,
                waits: Waits::Likely,
                ..CHANGE
            },
            Self::PutKeyBack { step, .. } => CallRules {
                callers: Callers::All,
                access: match step {
                    Step::Write => Access::Credentials(RequestKind::PutBack),
                    Step::Preview => Access::Open,
                },
                ..KEYCHAIN_CHANGE
            },
            // Its passphrase is what another call would prompt for.
            Self::Unlock { .. } => CallRules {
                prompts: Prompts::Nobody,
                ..KEYCHAIN_CHANGE
            },
        }
    }
}

/// Returns the rules of a call whose answer an SDK waits for.
fn sdk(request: RequestKind, deadline: Duration) -> CallRules {
    CallRules {
        access: Access::Credentials(request),
        prompts: Prompts::Nobody,
        deadline,
        waits: Waits::ForSession,
        ..READ
    }
}

#[cfg(test)]
mod tests;
