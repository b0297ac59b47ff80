//! The texts of a kit that is planned, applied or taken back.

use rolecall_core::setup::{EntryState, SetupStepView, SetupView};
use rolecall_core::value::sanitise::visible;
use rolecall_core::view::snapshot::Mode;

use crate::client::Client;

/// Returns the command line of this, for hints.
pub(super) fn command(client: &Client) -> &'static str {
    match client.mode() {
        Mode::Own => "rolecall setup",
        Mode::Practice => "rolecall --practice setup",
    }
}

/// Returns the steps of a plan, in the accounts where they are done.
pub(super) fn plan_text(plan: &SetupView) -> String {
    let mut lines = vec![format!("Plan for {}", visible(&plan.role_arn))];
    let mut account = None;
    for step in &plan.steps {
        if account != Some(&step.account) {
            account = Some(&step.account);
            lines.push(place(plan, &step.account));
        }
        let (mark, what) = match step.state {
            EntryState::Stays => ("=", "stays as it is"),
            EntryState::Changes => ("~", "is replaced"),
            EntryState::Planned => ("+", "is made"),
            EntryState::Done => ("=", "was made before"),
            EntryState::Begun | EntryState::Undoing | EntryState::Undone | EntryState::Left => {
                ("?", "")
            }
        };
        let note = step.note.as_deref().map(|note| format!(" {note}"));
        let title = visible(&step.title);
        let note = visible(&note.unwrap_or_default());
        lines.push(format!("  {mark} {title} {what}.{note}"));
        if matches!(step.state, EntryState::Planned | EntryState::Changes) {
            lines.extend(all_of(step));
        }
    }
    lines.join("\n")
}

fn place(run: &SetupView, account: &str) -> String {
    let signer = run.signers.iter().find(|it| it.account == account);
    match (account, signer) {
        ("", _) => "In Rolecall:".to_owned(),
        (account, Some(signer)) => {
            let (account, by) = (visible(account), visible(signer.by.name()));
            format!("In account {account}, as {by}:")
        }
        (account, None) => format!("In account {}:", visible(account)),
    }
}

/// Returns what is left to do of a run, with the policies that it puts.
pub(super) fn rest_text(run: &SetupView) -> String {
    let mut lines = vec![format!("Going on with {}", visible(&run.role_arn))];
    let is_left = |step: &&SetupStepView| {
        matches!(
            step.state,
            EntryState::Planned | EntryState::Changes | EntryState::Begun
        )
    };
    let mut account = None;
    for step in run.steps.iter().filter(is_left) {
        if account != Some(&step.account) {
            account = Some(&step.account);
            lines.push(place(run, &step.account));
        }
        lines.push(format!("  + {}", visible(&step.title)));
        lines.extend(all_of(step));
    }
    lines.join("\n")
}

/// Returns all that a step sends, and the policy that it replaces.
fn all_of(step: &SetupStepView) -> Vec<String> {
    let replaced = step.policy_before.as_deref();
    let replaced = replaced.map(|policy| format!("before: {policy}"));
    let lines = [&step.details, &step.policy, &replaced];
    let lines = lines.into_iter().flatten();
    lines.map(|line| detail(line)).collect()
}

fn detail(text: &str) -> String {
    format!("      {}", visible(text))
}

/// Returns what is taken back, with the policies that are put back.
pub(super) fn undo_text(run: &SetupView) -> String {
    let mut lines = vec![format!(
        "Takes back the setup of {}",
        visible(&run.role_arn)
    )];
    let made = |step: &&SetupStepView| {
        matches!(
            step.state,
            EntryState::Done | EntryState::Begun | EntryState::Undoing
        )
    };
    let mut account = None;
    for step in run.steps.iter().rev().filter(made) {
        if account != Some(&step.account) {
            account = Some(&step.account);
            lines.push(place(run, &step.account));
        }
        match &step.policy_before {
            None => {
                lines.push(format!("  - {}", visible(&step.title)));
                lines.extend(step.details.as_deref().map(detail));
            }
            Some(before) => {
                lines.push(format!("  ~ {}, back to:", visible(&step.title)));
                lines.extend(step.details.as_deref().map(detail));
                lines.push(detail(before));
            }
        }
    }
    lines.join("\n")
}

/// Returns what was done about a step.
pub(super) fn step_text(step: &SetupStepView) -> String {
    let (mark, what) = match step.state {
        EntryState::Done => ("✓", "is done"),
        EntryState::Stays => ("=", "stays as it is"),
        EntryState::Undone => ("-", "is taken back"),
        EntryState::Left => ("!", "is left as it is"),
        EntryState::Planned | EntryState::Changes | EntryState::Begun | EntryState::Undoing => {
            ("…", "is under way")
        }
    };
    let note = step
        .note
        .as_deref()
        .filter(|_| step.state == EntryState::Left);
    let note = note.map(|note| format!(" {note}")).unwrap_or_default();
    visible(&format!("  {mark} {} {what}.{note}", step.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(state: &str) -> SetupView {
        let view = serde_json::json!({
            "number": 1, "digest": "d", "role_arn": "arn:aws:iam::808768216571:role/guest",
            "started_at": "2026-11-30T12:00:00Z", "signers": [], "is_open": true, "is_undoing": false,
            "steps": [{
                "account": "8087\u{1b}[2J", "title": "the managed policy Harmless", "state": state, "note": null,
                "details": "arn:aws:iam::808768216571:policy/Other", "policy": "{\"new\":1}",
                "policy_before": null, "role": null,
            }],
        });
        serde_json::from_value(view).expect("a run")
    }

    #[test]
    fn t18_a_run_is_shown_with_whole_arns_and_without_hidden_characters() {
        for text in [
            plan_text(&run("planned")),
            rest_text(&run("planned")),
            undo_text(&run("done")),
        ] {
            let hidden = |c: char| c != '\n' && rolecall_core::value::sanitise::is_hidden(c);
            assert!(!text.contains(hidden), "{text:?}");
            assert!(text.contains("8087\\u{1b}[2J"), "{text}");
            assert!(text.contains("808768216571:policy/Other"), "{text}");
        }
    }

    #[test]
    fn a_plan_shows_the_policy_that_is_put_and_the_one_that_it_replaces() {
        let mut plan = run("changes");
        plan.steps[0].policy_before = Some("{\"old\":1}".to_owned());
        let text = plan_text(&plan);
        assert!(text.contains("\n      {\"new\":1}"), "{text}");
        assert!(text.contains("\n      before: {\"old\":1}"), "{text}");
        assert!(plan_text(&run("planned")).contains("{\"new\":1}"));
        assert!(!plan_text(&run("stays")).contains("{\"new\":1}"));
    }
}
