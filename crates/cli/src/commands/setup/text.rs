//! A kit as text for a terminal.

use rolecall_core::setup::{
    Document, Kit, KitFile, caller_policy, permission_policies, trust_policy,
};
use rolecall_core::value::sanitise::{visible, visible_lines};

/// Returns the sentences and policies of a kit.
pub(super) fn explained(kit: &Kit) -> String {
    let mut parts = vec![format!(
        "Lets {} assume {}.",
        visible(&kit.caller_name()),
        visible(kit.role.as_str())
    )];
    parts.push(part("Trust policy of the role", &trust_policy(kit)));
    for arn in kit.permissions.managed() {
        parts.push(format!(
            "Managed policy of the role\n  {}",
            visible(arn.as_str())
        ));
    }
    for policy in permission_policies(kit) {
        let title = format!("Permissions policy of the role: {}", policy.name);
        parts.push(part(&title, &policy.document));
    }
    parts.push(part("Policy of the caller", &caller_policy(kit)));
    parts.join("\n\n")
}

fn part(title: &str, document: &Document) -> String {
    let mut lines = vec![title.to_owned()];
    // The documents are checked.
    let sentences = document.sentences().unwrap_or_default();
    lines.extend(
        sentences
            .iter()
            .zip(1..)
            .map(|(sentence, number)| format!("  {number}. {}", visible(sentence))),
    );
    lines.push(visible_lines(&document.json.pretty()));
    lines.join("\n")
}

/// Returns the files one after the other. Several have a line with their name before them.
pub(super) fn joined(files: &[KitFile]) -> String {
    if let [file] = files {
        return file.text.trim_end().to_owned();
    }
    let named = files.iter().map(|file| {
        let mark = if file.name.ends_with(".yaml") {
            "#"
        } else {
            "//"
        };
        format!("{mark} ---- {}\n{}", file.name, file.text.trim_end())
    });
    named.collect::<Vec<_>>().join("\n\n")
}
