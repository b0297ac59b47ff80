//! What a person reads if a rotation stops.

use rolecall_core::calls::iam::ListedKey;
use rolecall_core::calls::sts::{Refusal, StsError};
use rolecall_core::explain::refusal::{Attempt, explain};
use rolecall_core::rotation::{self, Rotation, RotationView, permission};
use rolecall_core::value::access_key::{AccessKey, AccessKeyId, masked};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::{echo, visible};

use super::signer::CallFailed;

/// Checks that a key belongs to an IAM user.
///
/// # Errors
/// If it is a root user's, with the reason.
pub(super) fn check_not_root(key: &AccessKey) -> Result<(), Problem> {
    if !key.user_arn.ends_with(":root") {
        return Ok(());
    }
    let what = format!(
        "The key \"{}\" belongs to the root user of account {}. Rolecall does not create root keys.",
        echo(key.name.as_str()),
        echo(&key.account_id)
    );
    let remedy = "A root key may do everything, and no policy limits it. Make an IAM user, use its key, and delete the \
                  root key in the console.";
    Err(Problem::new(ProblemCode::UnusableSource, what, remedy))
}

/// Returns the problem of a new rotation while another is not over.
pub(super) fn unfinished(name: &Name, rotation: &Rotation) -> Problem {
    rotation::unfinished(name.as_str(), &RotationView::of(rotation))
}

fn command(name: &Name, flag: &str) -> String {
    rotation::command(name.as_str(), flag)
}

/// Returns the standing problem of a rotation that stopped.
pub(super) fn stopped(name: Option<&Name>, rotation: &Rotation) -> Problem {
    match name {
        Some(name) => unfinished(name, rotation),
        None => Problem::new(
            ProblemCode::InvalidRequest,
            format!(
                "A rotation of the access key {} stopped, and Rolecall no longer has the key.",
                masked(rotation.old_id.as_str())
            ),
            "Look at the user's keys in the IAM console, and remove rotations.json from Rolecall's state folder.",
        ),
    }
}

/// Returns the problem of a key whose rotation is to be continued, but there is none.
pub(super) fn none(name: &Name) -> Problem {
    let what = format!(
        "There is no rotation of \"{}\" to continue, to undo, or to end.",
        echo(name.as_str())
    );
    let remedy = format!("Begin one with: {}", command(name, ""));
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of a call of IAM.
pub(super) fn of_call(failed: CallFailed, key: &AccessKey) -> Problem {
    match failed {
        CallFailed::NotSent(problem) => problem,
        CallFailed::Aws(error) if error.is_denied() => denied(&error, key),
        CallFailed::Aws(error) => explained(&error, key),
    }
}

/// Returns the problem of a missing permission, with the policy to copy.
fn denied(error: &StsError, key: &AccessKey) -> Problem {
    let detail = match error {
        StsError::Refused(refusal) => detail(refusal),
        error => error.to_string(),
    };
    let what = format!(
        "AWS does not let {} change their own access keys.",
        echo(key.user_name())
    );
    let remedy = format!(
        "Ask an administrator to give the user this policy statement: {}",
        permission(&key.user_arn)
    );
    Problem::new(ProblemCode::AccessDenied, what, remedy).with_detail(detail)
}

fn detail(refusal: &Refusal) -> String {
    format!("{}: {}", visible(&refusal.code), visible(&refusal.message))
}

/// Explains why a call failed.
pub(super) fn explained(error: &StsError, key: &AccessKey) -> Problem {
    let attempt = Attempt {
        role: None,
        source: key.name.as_str(),
        sent: None,
    };
    explain(error, attempt)
}

/// Returns the problem of a rotation that stopped, with how to go on.
pub(super) fn with_commands(problem: Problem, name: &Name, rotation: &RotationView) -> Problem {
    if problem.remedy.contains("rolecall keys rotate") {
        return problem;
    }
    let next = unfinished_remedy(name, rotation);
    Problem {
        remedy: format!("{} The rotation is noted. {next}", problem.remedy),
        ..problem
    }
}

fn unfinished_remedy(name: &Name, rotation: &RotationView) -> String {
    rotation::unfinished(name.as_str(), rotation).remedy
}

/// Returns the problem of a key whose creation was not answered.
pub(super) fn answer_lost(error: &StsError, key: &AccessKey) -> Problem {
    let problem = explained(error, key);
    let what = format!(
        "{} It is not known whether there is a new key.",
        problem.what
    );
    Problem { what, ..problem }
}

/// Returns the problem of a new key whose secret nobody has.
pub(super) fn secret_lost(key: &AccessKey, lost: &ListedKey) -> Problem {
    let what = format!(
        "AWS created the key {}, but its secret did not arrive, and AWS shows it only once.",
        masked(&lost.id)
    );
    let remedy = format!(
        "It can only be deleted. Run: {}, which asks before it does, and then creates another one.",
        command(&key.name, "--resume")
    );
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of a user who has two keys.
pub(super) fn two_keys(key: &AccessKey, other: &str, is_here: bool) -> Problem {
    let what = format!(
        "{} has two access keys already, which is the most that AWS allows. The other one is {}.",
        echo(key.user_name()),
        masked(other)
    );
    let remedy = match is_here {
        true => "It is in Rolecall as well. Decide which of the two to keep, remove the other one with: rolecall keys \
                 remove NAME, and delete it in IAM."
            .to_owned(),
        false => format!(
            "Nothing was changed. Run: {}, which shows its age and last use, and offers to delete it.",
            command(&key.name, "")
        ),
    };
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of a key that IAM does not list for its user.
pub(super) fn not_listed(key: &AccessKey) -> Problem {
    let what = format!(
        "IAM does not list {} as a key of {}.",
        masked(key.id.as_str()),
        echo(key.user_name())
    );
    let remedy =
        "Nothing was changed. Check the user in IAM, then remove the key here and add it again.";
    Problem::new(ProblemCode::InvalidKey, what, remedy)
}

/// Returns the problem of a new key that could be neither stored nor deleted.
pub(super) fn not_stored(problem: Problem, id: &AccessKeyId) -> Problem {
    let what = format!(
        "{} The new key {} is in AWS, and could not be deleted.",
        problem.what,
        masked(id.as_str())
    );
    Problem { what, ..problem }
}

/// Returns the problem of a key that AWS knows as another user's.
pub(super) fn other_user(key: &AccessKey, arn: &str) -> Problem {
    let what = format!(
        "AWS says that the key {} belongs to {}, not to {}.",
        masked(key.id.as_str()),
        echo(arn),
        echo(&key.user_arn)
    );
    let remedy = format!(
        "Rolecall did not use it. Go back with: {}",
        command(&key.name, "--undo")
    );
    Problem::new(ProblemCode::WrongIdentity, what, remedy)
}

/// Returns the problem of a key that AWS did not accept in time.
pub(super) fn not_known(key: &AccessKey) -> Problem {
    let what = format!(
        "AWS does not accept the key {} after a minute and a half.",
        masked(key.id.as_str())
    );
    let remedy = format!(
        "Rolecall still uses the other key. Try again later with: {}; or go back with: {}",
        command(&key.name, "--resume"),
        command(&key.name, "--undo")
    );
    Problem::new(ProblemCode::TimedOut, what, remedy)
}

/// Returns the problem of roles that are still being assumed with the old key.
pub(super) fn still_in_use() -> Problem {
    let what = "Roles are still being assumed with the old key, so it was not deactivated.";
    let remedy =
        "Answer or cancel their prompts, then continue with: rolecall keys rotate KEY --resume";
    Problem::new(ProblemCode::TimedOut, what, remedy)
}

/// Returns the problem of an old key that is active although it was deactivated.
pub(super) fn active_again(name: &Name, old: &AccessKeyId) -> Problem {
    let what = format!(
        "The old key {} is active again, so it was not deleted. Somebody may need it.",
        masked(old.as_str())
    );
    let remedy = format!(
        "Deactivate it in IAM, and delete it then; or go back to it with: {}",
        command(name, "--undo")
    );
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of an old key that cannot come back.
pub(super) fn old_is_gone(name: &Name, old: &AccessKeyId) -> Problem {
    let what = format!(
        "AWS no longer has the old key {}, so Rolecall keeps the new one.",
        masked(old.as_str())
    );
    let remedy = format!("End the rotation with: {}", command(name, "--delete-old"));
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of a key that was removed during its rotation.
pub(super) fn unlisted() -> Problem {
    let what = "The key was removed from Rolecall during its rotation.";
    let remedy = "Both keys are still in AWS. Look at them in the IAM console.";
    Problem::new(ProblemCode::UnknownKey, what, remedy)
}

/// Returns the problem of a key that cannot be added because a rotation that is not over is about it.
pub(crate) fn being_replaced(name: Option<&Name>, rotation: &Rotation) -> Problem {
    let Problem { what, remedy, .. } = stopped(name, rotation);
    let what = format!("This access key is part of a rotation. {what}");
    Problem::new(ProblemCode::NameTaken, what, remedy)
}

/// Returns the problem of a key that cannot be removed because its rotation is not over.
pub(crate) fn rotating(name: &Name) -> Problem {
    let what = format!(
        "The rotation of \"{}\" is not over, so it was not removed.",
        echo(name.as_str())
    );
    let remedy = format!(
        "End it first with: {}; or go back with: {}",
        command(name, "--delete-old"),
        command(name, "--undo")
    );
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}
