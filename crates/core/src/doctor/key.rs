//! Findings about access keys, from what IAM says about them.

use jiff::{SignedDuration, Timestamp};

use super::finding::{CheckKind, Finding, Severity};
use crate::calls::iam::{Decision, ListedKey, SimulationResult};
use crate::rotation::command;
use crate::value::key_age::KeyAge;
use crate::value::sanitise::echo;

/// From this age on, it is overdue.
const OVERDUE: SignedDuration = SignedDuration::from_hours(400 * 24);
/// After this time without use, a key should be removed.
const UNUSED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Hours of a day.
const DAY: i64 = 24;

/// Actions with which a key can give itself any other permission.
pub const BROAD_ACTIONS: [&str; 3] = [
    "iam:AttachUserPolicy",
    "iam:PutUserPolicy",
    "iam:CreateAccessKey",
];

/// Returns the finding if a key is older than the limit of the settings. `who` is the key as shown, such as "work".
pub fn age(who: &str, age: KeyAge, limit: Option<SignedDuration>) -> Option<Finding> {
    if !age.is_due(limit) {
        return None;
    }
    let severity = match age.span() > OVERDUE {
        true => Severity::Warning,
        false => Severity::Advice,
    };
    let finding = Finding::new(
        CheckKind::OldKey,
        severity,
        format!("{} is {} old.", subject(who), age.text()),
        "The longer a key exists, the more places may have a copy of it.",
        "Replace it by a new one; Rolecall shows first what it does. [keys] rotate_after in settings.toml sets the limit.",
    );
    Some(Finding {
        command: Some(command(who, "")),
        ..finding
    })
}

/// Returns the finding if a key was not used for long. `used_at` is `None` if it never was.
pub fn unused(
    who: &str,
    key: &ListedKey,
    used_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Finding> {
    let since = used_at.unwrap_or(key.created_at);
    let days = now.duration_since(since).as_hours() / DAY;
    if now.duration_since(since) <= UNUSED {
        return None;
    }
    let subject = subject(who);
    let what = match used_at {
        Some(_) => format!("{subject} was last used {days} days ago."),
        None => format!("{subject} was never used in {days} days."),
    };
    Some(Finding::new(
        CheckKind::UnusedKey,
        Severity::Advice,
        what,
        "A key that nobody uses can only be misused.",
        "Deactivate it in IAM, and delete it there and here if nothing fails.",
    ))
}

/// Returns the finding if a key belongs to a root user.
pub fn root(who: &str, user_arn: &str) -> Option<Finding> {
    user_arn.ends_with(":root").then(|| {
        Finding::new(
            CheckKind::RootKey,
            Severity::Error,
            format!("{} belongs to the root user of its account.", subject(who)),
            "A root user may do everything, no policy limits it, and it cannot assume roles.",
            "Make an IAM user with permission for sts:AssumeRole only, use its key, and delete the root key.",
        )
    })
}

/// Returns the finding if a key may do [`BROAD_ACTIONS`], as IAM's simulator says.
pub fn broad(who: &str, results: &[SimulationResult]) -> Option<Finding> {
    let allowed = |result: &&SimulationResult| {
        result.decision == Decision::Allowed
            && result.by_boundary != Some(false)
            && result.by_organization != Some(false)
    };
    let actions: Vec<String> = results
        .iter()
        .filter(allowed)
        .map(|result| echo(&result.action))
        .collect();
    (!actions.is_empty()).then(|| {
        Finding::new(
            CheckKind::BroadKey,
            Severity::Warning,
            format!(
                "{} may change permissions: {}.",
                subject(who),
                actions.join(", ")
            ),
            "Somebody who copies this key can take over its account. It works until it is deleted.",
            "Let the user only call sts:AssumeRole, and move its other permissions to a role.",
        )
    })
}

fn subject(who: &str) -> String {
    format!("The access key \"{}\"", echo(who))
}
