//! Why AWS did not do what a revocation needs.

use super::signer::Signer;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::revoke::{Holder, compact, permission};
use rolecall_core::session::Session;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{echo, visible};

/// Explains a call that changed nothing.
pub(super) fn problem(error: &StsError, holder: &Holder, signer: &Signer) -> Problem {
    let by = echo(signer.by.name());
    let StsError::Refused(refusal) = error else {
        return explained(error, signer);
    };
    let (code, what, remedy) = match refusal.code.as_str() {
        code if code.starts_with("AccessDenied") => (
            ProblemCode::AccessDenied,
            format!("AWS does not let \"{by}\" change the policies of {}. Nothing was changed.", echo(holder.arn())),
            format!(
                "Name other credentials with --with, or give \"{by}\" this policy: {}",
                compact(&permission(holder))
            ),
        ),
        "NoSuchEntity" => (
            ProblemCode::InvalidRequest,
            format!("AWS knows no {}. Nothing was changed.", echo(holder.arn())),
            "Correct the ARN, or remove the role in Rolecall.".to_owned(),
        ),
        "UnmodifiableEntity" => (
            ProblemCode::InvalidRequest,
            format!("Only AWS itself can change {}. Nothing was changed.", echo(holder.arn())),
            "Its sessions end by themselves when they expire.".to_owned(),
        ),
        "LimitExceeded" => (
            ProblemCode::InvalidRequest,
            format!("{} has no room for another inline policy. Nothing was changed.", echo(holder.arn())),
            "Remove an inline policy, such as an older revocation of one session, with --undo. Or revoke all older sessions."
                .to_owned(),
        ),
        _ => return explained(error, signer),
    };
    Problem::new(code, what, remedy).with_detail(detail(refusal))
}

/// Explains a call whose outcome is not known.
pub(super) fn unknown(error: &StsError, signer: &Signer, target: &str) -> Problem {
    let problem = explained(error, signer);
    let remedy = format!(
        "It is not known whether AWS has the policy now. Run the command again, which is safe; or take it back: rolecall \
         revoke {} --undo",
        echo(target)
    );
    Problem { remedy, ..problem }
}

/// Explains why AWS did not say how it calls a session.
pub(super) fn no_identity(error: &StsError, session: &Session) -> Problem {
    explain(
        error,
        Attempt {
            role: None,
            source: session.role.as_str(),
            sent: None,
        },
    )
}

fn explained(error: &StsError, signer: &Signer) -> Problem {
    explain(
        error,
        Attempt {
            role: None,
            source: signer.by.name(),
            sent: None,
        },
    )
}

fn detail(refusal: &Refusal) -> String {
    let id = refusal.request_id.as_deref().unwrap_or("-");
    format!(
        "{}: {} (request {})",
        visible(&refusal.code),
        visible(&refusal.message),
        visible(id)
    )
}
