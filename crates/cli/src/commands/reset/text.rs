//! A reset as text.

use rolecall_core::api::reset::{Kept, LostSecret, ResetOutcome, ResetPlace, ResetPlan};
use rolecall_core::value::sanitise::visible;

/// Returns everything that would be removed, and what stays.
pub(super) fn plan(plan: &ResetPlan, running: &[String]) -> String {
    let mut parts = vec![match plan.is_empty() {
        true => "There is nothing of Rolecall on this machine.".to_owned(),
        false => "Rolecall would remove everything of its own from this machine.".to_owned(),
    }];
    let in_place = |place| plan.removals.iter().filter(move |it| it.place == place);
    let removals = [
        ("From the keychain:", ResetPlace::Keychain),
        (
            "From AWS's files, where every other byte stays:",
            ResetPlace::AwsFile,
        ),
        ("Files and folders:", ResetPlace::File),
    ];
    for (title, place) in removals {
        let lines: Vec<String> = in_place(place).map(|it| line(&it.what)).collect();
        parts.extend(section(title, &lines));
    }
    if !plan.is_empty() {
        let running: Vec<String> = running.iter().map(|it| line(it)).collect();
        parts.extend(section("It stops first:", &running));
    }
    parts.extend(section("What stays:", &reasons(&plan.kept)));
    if let Some(why) = &plan.unread_keys {
        parts.push(unread_keys(why));
    }
    if !plan.lost.is_empty() {
        parts.push(loss(&plan.lost));
    }
    parts.join("\n\n")
}

/// Returns that the list of access keys cannot be read, and why.
pub(super) fn unread_keys(why: &str) -> String {
    let why = visible(why);
    format!(
        "The list of access keys cannot be read, so it is not known which secrets would be lost. {why}"
    )
}

/// Returns which secrets would be lost.
pub(super) fn loss(lost: &[LostSecret]) -> String {
    let title = "These secrets are only here and would be lost for good. AWS shows the secret of an access key once, when it is \
                 created. The keys stay active in AWS until somebody deactivates them there.";
    let lines = lost.iter().flat_map(|it| {
        let rescue = it
            .rescue
            .iter()
            .map(|rescue| format!("    {}", visible(rescue)));
        std::iter::once(line(&it.what)).chain(rescue)
    });
    let lines: Vec<String> = lines.collect();
    format!("{title}\n{}", lines.join("\n"))
}

/// Returns what was done, and what is left.
pub(super) fn outcome(outcome: &ResetOutcome) -> String {
    let mut parts = vec![match (outcome.removed, outcome.left.is_empty()) {
        (0, true) => "There was nothing to remove.".to_owned(),
        (_, true) => "Everything of Rolecall was removed from this machine.".to_owned(),
        (removed, false) => format!("Removed: {removed}. Not removed: {}.", outcome.left.len()),
    }];
    parts.extend(section("What is left:", &reasons(&outcome.left)));
    parts.join("\n\n")
}

fn section(title: &str, lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| format!("{title}\n{}", lines.join("\n")))
}

fn line(what: &str) -> String {
    format!("  {}", visible(what))
}

fn reasons(kept: &[Kept]) -> Vec<String> {
    let lines = kept
        .iter()
        .map(|it| format!("{}\n    {}", line(&it.what), visible(&it.why)));
    lines.collect()
}
