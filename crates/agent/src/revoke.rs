//! Answers the calls that revoke sessions. Whatever signs is asked for like a session that is handed out, and the policy
//! of the role or access key whose sessions are revoked holds as well.

use rolecall_core::api::protocol::Answer;
use rolecall_core::asker::by::By;
use rolecall_core::asker::history::RequestKind;
use rolecall_core::revoke::{RevocationTarget, RevokeStep, UndoStep, With};
use rolecall_core::value::problem::Problem;
use rolecall_keeper::{About, Keeper};

use crate::caller::Caller;
use crate::signing::{Use, signed};

/// Revokes sessions, or shows what this would do.
///
/// # Errors
/// If what signs may not be used, and the errors of the keeper.
pub(crate) fn revoke(
    keeper: &Keeper,
    caller: &Caller<'_>,
    target: &RevocationTarget,
    step: &RevokeStep,
) -> Result<Answer, Problem> {
    let (is_preview, with) = match step {
        RevokeStep::Preview { with } => (true, with.clone()),
        RevokeStep::Write { by, .. } => (false, With::Exactly(by.clone())),
    };
    served(keeper, caller, target, (is_preview, &with), &|by| {
        let step = match step {
            RevokeStep::Preview { .. } => &RevokeStep::Preview {
                with: With::Exactly(by),
            },
            RevokeStep::Write { .. } => step,
        };
        let view = keeper.revoke(target, step)?;
        Ok(Answer::Revocation(Box::new(view)))
    })
}

/// Takes a revocation back, or shows what this would do.
///
/// # Errors
/// If what signs may not be used, and the errors of the keeper.
pub(crate) fn undo(
    keeper: &Keeper,
    caller: &Caller<'_>,
    target: &RevocationTarget,
    step: &UndoStep,
) -> Result<Answer, Problem> {
    let (is_preview, with) = match step {
        UndoStep::Preview { with } => (true, with.clone()),
        UndoStep::Write { by, .. } => (false, With::Exactly(by.clone())),
    };
    served(keeper, caller, target, (is_preview, &with), &|by| {
        let step = match step {
            UndoStep::Preview { .. } => &UndoStep::Preview {
                with: With::Exactly(by),
            },
            UndoStep::Write { .. } => step,
        };
        let view = keeper.undo_revocation(target, step)?;
        Ok(Answer::RevocationUndo(Box::new(view)))
    })
}

/// Runs `act` with what signs, once it may be used.
fn served(
    keeper: &Keeper,
    caller: &Caller<'_>,
    target: &RevocationTarget,
    (is_preview, with): (bool, &With),
    act: &dyn Fn(By) -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    let requester = caller.requester();
    if let Some(requester) = &requester {
        keeper.admit(requester)?;
    }
    let (by, about) = keeper.revocation_scope(target, with)?;
    // Before the policy of what signs, so that the refusal names what it is about, also for a preview.
    for subject in &about {
        keeper.check_read(subject, requester.as_ref())?;
    }
    let usage = match is_preview {
        true => Use::Preview,
        false => Use::Change {
            with_role: RequestKind::Revoke,
            with_key: RequestKind::RevokeWithKey,
            about: About {
                subjects: &about,
                setup: None,
            },
        },
    };
    signed(keeper, caller, &by, usage, || act(by.clone()))
}
