//! Answers the calls that replace access keys. The old key or the new one signs, and both have the name that the policy
//! is about.

use rolecall_core::api::protocol::Answer;
use rolecall_core::asker::by::By;
use rolecall_core::asker::history::RequestKind;
use rolecall_core::rotation::RotationAction;
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;
use rolecall_keeper::{About, Keeper};

use crate::caller::Caller;
use crate::signing::{Use, signed};

/// IAM is changed, if the policy or the user allows it. No role signs for it.
const CHANGE: Use<'_> = Use::Change {
    with_role: RequestKind::Rotate,
    with_key: RequestKind::Rotate,
    about: About {
        subjects: &[],
        setup: None,
    },
};

/// Returns what is known about the keys of an access key's user.
///
/// # Errors
/// If the key may not be used, and the errors of the keeper.
pub(crate) fn plan(keeper: &Keeper, caller: &Caller<'_>, key: &Name) -> Result<Answer, Problem> {
    with_key(keeper, caller, key, Use::Preview, || {
        let plan = keeper.rotation_plan(key)?;
        Ok(Answer::RotationPlan(Box::new(plan)))
    })
}

/// Begins, continues, undoes or ends the rotation of an access key.
///
/// # Errors
/// If the key may not be used, and the errors of the keeper.
pub(crate) fn rotate(
    keeper: &Keeper,
    caller: &Caller<'_>,
    key: &Name,
    action: &RotationAction,
) -> Result<Answer, Problem> {
    with_key(keeper, caller, key, CHANGE, || {
        let rotation = keeper.rotate_key(key, action)?;
        Ok(Answer::Rotation(rotation.map(Box::new)))
    })
}

fn with_key(
    keeper: &Keeper,
    caller: &Caller<'_>,
    key: &Name,
    usage: Use<'_>,
    act: impl FnOnce() -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    signed(keeper, caller, &By::Key(key.to_string()), usage, act)
}
