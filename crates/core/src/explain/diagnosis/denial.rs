//! AccessDenied: the permission or condition that is missing.

use super::message::{self, Denied};
use super::named::{named, session_field};
use super::other_call;
use super::sent_request::SentRequest;
use super::unnamed::unnamed;
use super::verdict::Verdict;
use crate::calls::sts::Refusal;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::problem::ProblemCode;

use CauseKind::{CallerSession, MfaCode, MfaDevice, RootUser};
use Confidence::Certain;

/// STS does not let a root user assume a role.
const NOT_BY_ROOT: &str = "Roles may not be assumed by root accounts";
/// STS does not let a session call GetSessionToken.
const NOT_BY_SESSIONS: &str = "with session credentials";

/// Returns whether a message is about a rule of STS itself, whatever policies say.
fn is_sts_rule(message: &str) -> bool {
    message.contains(NOT_BY_ROOT) || message.contains(NOT_BY_SESSIONS)
}

/// Explains a denial. Returns `None` for other errors.
pub(super) fn explain(refusal: &Refusal, sent: &SentRequest) -> Option<Verdict> {
    if !is_denial(&refusal.code) {
        return None;
    }
    let message = refusal.message.as_str();
    if message.contains("MultiFactorAuthentication failed") {
        return Some(rejected_code(message));
    }
    let denied = Denied::read(message);
    let is_other =
        sent.role.is_none() || (denied.as_ref()).is_some_and(|it| !is_of_assuming(it.action));
    if is_other && !is_sts_rule(message) {
        return Some(other_call::explain(message, denied.as_ref(), sent));
    }
    let what = match &sent.role {
        Some(role) => format!(
            "{} may not assume {} in account {}.",
            sent.who(),
            role.role_name(),
            role.account_id()
        ),
        None => format!("AWS refused the key {}.", sent.who()),
    };
    let causes = if message.contains(NOT_BY_ROOT) {
        vec![root(sent)]
    } else if message.contains(NOT_BY_SESSIONS) {
        vec![session_only(sent)]
    } else if let Some(denied) = denied {
        of(&denied, sent)
    } else if is_bare(message) {
        unnamed(sent)
    } else {
        return None;
    };
    Some(Verdict {
        code: ProblemCode::AccessDenied,
        what,
        causes,
    })
}

/// Returns whether a message of STS says only that access is denied.
fn is_bare(message: &str) -> bool {
    let text = message.trim().trim_end_matches('.').to_ascii_lowercase();
    matches!(
        text.as_str(),
        "" | "access denied"
            | "accessdenied"
            | "access is denied"
            | "forbidden"
            | "user is not authorized to access this resource"
            | "you do not have sufficient access to perform this action"
    ) || text.starts_with("you are not authorized to perform this operation")
        || message::encoded(message).is_some()
}

/// The codes with which services deny a call.
pub(crate) fn is_denial(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "Client.UnauthorizedOperation"
            | "UnauthorizedException"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "NotAuthorized"
            | "NotAuthorizedException"
            | "Forbidden"
            | "403"
            | "ForbiddenException"
            | "KMSAccessDeniedException"
    )
}

fn is_of_assuming(action: &str) -> bool {
    matches!(
        action,
        "sts:AssumeRole" | "sts:TagSession" | "sts:SetSourceIdentity"
    )
}

/// Returns the cause if a device belongs to somebody else.
pub fn device_cause() -> Cause {
    Cause::new(
        MfaDevice,
        Certain,
        "The MFA device is not one of the user whose key signs.",
        "Compare the device with IAM, Users, Security credentials, and correct it in the role's settings.",
    )
}

fn rejected_code(message: &str) -> Verdict {
    let cause = if message.contains("unable to validate") {
        device_cause()
    } else if message.contains("must provide both") {
        Cause::new(
            MfaDevice,
            Certain,
            "AWS received a device without a code, or a code without a device.",
            "Check the MFA device in the role's settings.",
        )
    } else {
        Cause::new(
            MfaCode,
            Certain,
            "The code is wrong, late, or was used before.",
            "Wait for the next code: each works once. If this continues, check the clock of the authenticator.",
        )
    };
    Verdict {
        code: ProblemCode::CodeRejected,
        what: "AWS did not accept the code.".into(),
        causes: vec![cause],
    }
}

fn root(sent: &SentRequest) -> Cause {
    Cause::new(
        RootUser,
        Certain,
        format!(
            "{} is the access key of an account's root user, which cannot assume roles.",
            sent.who()
        ),
        "Use the access key of an IAM user, and delete the root user's key.",
    )
}

fn session_only(sent: &SentRequest) -> Cause {
    Cause::new(
        CallerSession,
        Certain,
        format!(
            "{} is a session, but AWS allows this call with a long-term key only.",
            sent.who()
        ),
        "Use the access key itself.",
    )
}

fn of(denied: &Denied<'_>, sent: &SentRequest) -> Vec<Cause> {
    let mut causes = match denied.reason {
        Some(reason) => named(reason, denied, sent),
        None => Vec::new(),
    };
    let is_side_action =
        denied.action == "sts:TagSession" || denied.action == "sts:SetSourceIdentity";
    if is_side_action {
        causes.extend(session_field(denied, sent, causes.is_empty()));
    } else if causes.is_empty() {
        causes = unnamed(sent);
    }
    causes
}
