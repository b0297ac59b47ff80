//! The texts of `keys rotate`.

use jiff::{SignedDuration, Timestamp};
use rolecall_core::rotation::{RotationPlan, RotationView, UserKeyView, command};
use rolecall_core::value::duration::rough_span;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;

use crate::arguments::RotationWay;
use crate::commands::output::quoted;

/// Returns the user's keys, what would be done, and what to know before.
pub(super) fn plan(plan: &RotationPlan, way: RotationWay) -> String {
    let mut lines = vec![format!("The access keys of {}:", visible(&plan.user_arn))];
    let current = [Some(&plan.current), plan.other.as_ref(), plan.lost.as_ref()];
    lines.extend(
        current
            .into_iter()
            .flatten()
            .map(|key| format!("  {}", described(plan, key))),
    );
    lines.extend(what_is_done(plan, way));
    lines.extend(notes(plan, way));
    lines.join("\n")
}

fn described(plan: &RotationPlan, key: &UserKeyView) -> String {
    let used = match key.used_at {
        Some(at) => format!("last used {} ago", since(at, plan.now)),
        None => "no use is known".to_owned(),
    };
    let status = match key.is_active {
        true => "",
        false => ", inactive",
    };
    let whose = match (&key.name, plan.lost.as_ref() == Some(key)) {
        (Some(name), _) => format!(" ({})", quoted(name)),
        (None, true) => " (its secret was lost)".to_owned(),
        (None, false) => String::new(),
    };
    format!(
        "{}{whose}: {} old{status}, {used}",
        visible(&key.id),
        since(key.created_at, plan.now)
    )
}

fn since(at: Timestamp, now: Timestamp) -> String {
    rough_span(now.duration_since(at).max(SignedDuration::ZERO))
}

fn what_is_done(plan: &RotationPlan, way: RotationWay) -> Vec<String> {
    let key = quoted(&plan.key);
    let rotation = plan.rotation.as_ref();
    let old = rotation.map_or(&plan.current.id, |it| &it.old_id);
    let old = visible(old);
    match way {
        RotationWay::Begin => vec![
            "Rolecall will".to_owned(),
            "  1. create a new key, and store its secret beside the old one".to_owned(),
            format!("  2. verify it with AWS, and use it for {key} and its roles"),
            format!("  3. deactivate {old}, which AWS keeps until you delete it"),
        ],
        RotationWay::Resume => vec![format!(
            "Rolecall will continue up to the deactivation of {old}."
        )],
        RotationWay::Undo => vec![format!(
            "Rolecall will activate {old}, verify it, use it for {key}, and delete the new key."
        )],
        RotationWay::DeleteOld => vec![format!(
            "Rolecall will delete {old} in AWS and its secret in the keychain. Nothing brings it back. {}",
            unused(plan)
        )],
    }
}

/// Returns since when the old key was not used.
fn unused(plan: &RotationPlan) -> String {
    let rotation = plan.rotation.as_ref();
    let inactive = rotation.map_or(plan.now, |it| it.since);
    let inactive = since(inactive, plan.now);
    match plan.other.as_ref().and_then(|old| old.used_at) {
        Some(at) => format!(
            "It has been inactive for {inactive}, and was not used for {}.",
            since(at, plan.now)
        ),
        None => format!("It has been inactive for {inactive}. No use of it is known."),
    }
}

fn notes(plan: &RotationPlan, way: RotationWay) -> Vec<String> {
    if way == RotationWay::Undo {
        return Vec::new();
    }
    let is_inactive = plan.rotation.as_ref();
    let is_inactive = is_inactive.is_some_and(RotationView::awaits_deletion);
    let effect = match is_inactive {
        true => "It has not worked since the key was deactivated.",
        false => "It stops working when the key is deactivated.",
    };
    let plaintext = plan.plaintext_profiles.iter().map(|profile| {
        let profile = quoted(profile);
        format!("! The profile {profile} of AWS's files has the old key in plaintext. {effect}")
    });
    let moved = plan.moved_profiles.iter().filter(|_| !is_inactive);
    let moved = moved.map(|profile| {
        format!(
            "! The profile {} gets its credentials from this key, and then from the new one.",
            quoted(profile)
        )
    });
    let elsewhere = (way == RotationWay::Begin).then(|| {
        "! Other programs and computers that have the old key stop working when it is deactivated. --undo activates it again."
            .to_owned()
    });
    let other = plan.other.iter().filter(|_| way == RotationWay::Begin);
    let limit = other.map(|key| {
        format!(
            "! AWS allows two keys for a user. {} must be deleted before there can be a new one.",
            visible(&key.id)
        )
    });
    let notes = limit.chain(plaintext).chain(moved).chain(elsewhere);
    notes.collect()
}

/// Returns the question whether to do it.
pub(super) fn question(way: RotationWay) -> &'static str {
    match way {
        RotationWay::Begin => "Rotate the key?",
        RotationWay::Resume => "Continue?",
        RotationWay::Undo => "Go back?",
        RotationWay::DeleteOld => "Delete the old key?",
    }
}

/// Returns the question whether to delete a key that is in the way.
pub(super) fn deletion_question(key: &UserKeyView, typed: usize) -> String {
    format!(
        "{} must be deleted first; nothing brings it back. Type its last {typed} characters to delete it, or press Enter \
         to stop: ",
        visible(&key.id)
    )
}

/// Returns what was done.
pub(super) fn outcome(
    plan: &RotationPlan,
    way: RotationWay,
    rotation: Option<&RotationView>,
) -> String {
    let key = quoted(&plan.key);
    let before = plan.rotation.as_ref();
    match (way, rotation) {
        (_, Some(rotation)) => format!(
            "{key} uses {} now. {} is inactive. When nothing misses it, delete it with: {}\nTo go back to it: {}",
            visible(rotation.new_id.as_deref().unwrap_or_default()),
            visible(&rotation.old_id),
            command(&plan.key, "--delete-old"),
            command(&plan.key, "--undo")
        ),
        (RotationWay::DeleteOld, None) => format!(
            "Deleted {} in AWS and in the keychain.",
            visible(before.map_or("the old key", |it| &it.old_id))
        ),
        (RotationWay::Begin | RotationWay::Resume | RotationWay::Undo, None) => format!(
            "{key} uses {} again. The new key was deleted.",
            visible(before.map_or(&plan.current.id, |it| &it.old_id))
        ),
    }
}

/// Returns the problem of a key that has no rotation to go on with.
pub(super) fn nothing(key: &str) -> Problem {
    let what = format!("No rotation of {} is under way.", quoted(key));
    let remedy = format!("Begin one with: {}", command(key, ""));
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of a user whose two keys are both in Rolecall.
pub(super) fn other_is_here(plan: &RotationPlan, key: &UserKeyView, name: &str) -> Problem {
    let what = format!(
        "Nothing was changed. The user has two keys, the most that AWS allows, and the other one is here too: {} ({}).",
        quoted(name),
        visible(&key.id)
    );
    let remedy = format!(
        "Let the roles of one use the other, for example of {}, then remove {} here and delete it in IAM.",
        quoted(&plan.key),
        quoted(name)
    );
    Problem::new(ProblemCode::InvalidRequest, what, remedy)
}

/// Returns the problem of a key that is not deleted without a question.
pub(super) fn needs_confirmation(key: &UserKeyView) -> Problem {
    let what = format!(
        "Nothing was changed. {} would have to be deleted first.",
        visible(&key.id)
    );
    let remedy = "Run it without --yes, which asks for that.";
    Problem::new(ProblemCode::Cancelled, what, remedy)
}
