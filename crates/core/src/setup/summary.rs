//! What a kit does, in lines of text for the head of its files.

use super::kit::Kit;
use super::policies::{caller_policy, permission_policies, trust_policy};
use super::warning::warnings;
use crate::value::sanitise::visible;

/// Returns what the kit does and its warnings. No line has a character that could end it.
pub(super) fn summary(kit: &Kit) -> Vec<String> {
    let mut lines = vec![format!("Lets {} assume {}.", kit.caller_name(), kit.role)];
    let mut add = |title: &str, sentences: Vec<String>| {
        lines.extend(
            sentences
                .iter()
                .map(|sentence| format!("{title}: {sentence}")),
        );
    };
    // The kit's own documents are valid; a typed one was checked.
    add(
        "Trust policy",
        trust_policy(kit).sentences().unwrap_or_default(),
    );
    for arn in kit.permissions.managed() {
        add("Permissions", vec![format!("Allows what {arn} allows.")]);
    }
    for policy in permission_policies(kit) {
        add(
            "Permissions",
            policy.document.sentences().unwrap_or_default(),
        );
    }
    add(
        "Caller's policy",
        caller_policy(kit).sentences().unwrap_or_default(),
    );
    lines.extend(
        warnings(kit)
            .iter()
            .map(|warning| format!("Warning: {}", warning.text)),
    );
    lines.iter().map(|line| visible(line)).collect()
}

/// Returns the lines as comments.
pub(super) fn comments(mark: &str, lines: &[String]) -> String {
    let comment = |line: &String| match line.is_empty() {
        true => format!("{mark}\n"),
        false => format!("{mark} {line}\n"),
    };
    lines.iter().map(comment).collect()
}
