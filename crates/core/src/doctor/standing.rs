//! Problems as findings: how bad each is, and why it matters.

use super::finding::{Finding, FindingId, Severity};
use crate::value::diagnosis::Cause;
use crate::value::problem::{Problem, ProblemCode as Code};

use Severity::{Error, Warning};

impl From<Problem> for Finding {
    fn from(problem: Problem) -> Self {
        let (severity, why) = weight(problem.code);
        let causes = problem.diagnosis.map(|it| it.causes).unwrap_or_default();
        let cause: Option<Cause> = causes.into_iter().next();
        let (who, command, statement) = match cause {
            Some(cause) => (cause.who, cause.check.command, cause.statement),
            None => (None, None, None),
        };
        Self {
            id: FindingId::Problem(problem.code),
            severity,
            what: problem.what,
            why: why.to_owned(),
            remedy: problem.remedy,
            who,
            command,
            statement,
            detail: problem.detail,
            fix: None,
        }
    }
}

/// Returns how bad a problem is, and why it matters.
#[expect(
    clippy::too_many_lines,
    reason = "the table: one arm for each kind of problem"
)]
fn weight(code: Code) -> (Severity, &'static str) {
    match code {
        Code::InvalidFile | Code::InvalidSettings => (
            Error,
            "Rolecall uses the last valid version of the file, or safe values, until it is fixed.",
        ),
        Code::InvalidAwsFile => (
            Error,
            "AWS's tools read nothing from a file that they reject.",
        ),
        Code::KeychainLocked | Code::KeysSealed => (
            Warning,
            "Until it is unlocked, no role can be assumed or renewed.",
        ),
        Code::WrongPassphrase
        | Code::KeychainAbsent
        | Code::KeychainFrozen
        | Code::KeychainDenied
        | Code::KeychainEmpty => (
            Error,
            "Without the secret of its access key, a role cannot be assumed or renewed.",
        ),
        Code::Offline | Code::NotAws | Code::TimedOut | Code::AwsFailed | Code::Throttled => (
            Error,
            "Without an answer from AWS, no role can be assumed or renewed.",
        ),
        Code::NoResources => (
            Error,
            "Without files that it may open, Rolecall can assume and renew no role.",
        ),
        Code::InvalidKey | Code::ExpiredCredentials | Code::RegionDisabled => (
            Error,
            "Roles that need these credentials cannot be assumed.",
        ),
        Code::ClockSkewed => (Error, "AWS refuses calls that are signed at a wrong time."),
        Code::NotRunning | Code::VersionMismatch | Code::ForeignPeer => (
            Error,
            "Terminals and profiles get their credentials from the running application.",
        ),
        Code::OtherNamespace => (
            Error,
            "Programs in a container or sandbox get no credentials unless you allow it.",
        ),
        Code::Updated | Code::Removed => (
            Warning,
            "The running program is not the installed one, and lacks its fixes.",
        ),
        Code::NoBus | Code::NoTray | Code::WindowFailed | Code::ClipboardFailed => (
            Warning,
            "Sessions, questions and warnings are harder to see and to use.",
        ),
        Code::StorageFailed | Code::Internal => {
            (Error, "What is not written is lost when Rolecall ends.")
        }
        Code::PlaintextKey => (Warning, "Every program that you run can read the key."),
        Code::InvalidInput
        | Code::UnknownRole
        | Code::UnknownKey
        | Code::NameTaken
        | Code::UnusableSource
        | Code::NoSession
        | Code::CodeNeeded
        | Code::ReasonNeeded
        | Code::ConfirmationNeeded
        | Code::Cancelled
        | Code::AccessDenied
        | Code::CodeRejected
        | Code::DurationTooLong
        | Code::InvalidRequest
        | Code::WrongIdentity
        | Code::NotAllowed
        | Code::NobodyToAsk => (Warning, "A role cannot be used as it is."),
    }
}
