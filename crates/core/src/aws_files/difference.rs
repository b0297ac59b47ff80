//! What an edit changes, line by line, as a person is asked about it first. It never carries a secret.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::value::sanitise;

use super::document::Document;
use super::line::LineKind;

/// A line that an edit adds or removes. Its text is visible, and a secret's value in it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Changed {
    /// A line that is not there yet.
    Added(String),
    /// A line that goes.
    Removed(String),
}

/// Returns what differs between a document and what its lines have become, with the sections added behind it.
pub(super) fn of(
    document: &Document<'_>,
    lines: &[Option<Cow<'_, str>>],
    added: &[String],
) -> Vec<Changed> {
    let mut changes = Vec::new();
    for (line, new) in document.lines().iter().zip(lines) {
        let new: Vec<&str> = new
            .as_deref()
            .map(|text| text.lines().collect())
            .unwrap_or_default();
        if new == [line.text] {
            continue;
        }
        let hidden = matches!(
            line.kind,
            LineKind::Continuation(_) | LineKind::Lost | LineKind::Fault(_)
        );
        changes.push(Changed::Removed(match hidden {
            true => "…".to_owned(),
            false => shown(line.text),
        }));
        changes.extend(new.into_iter().map(|line| Changed::Added(shown(line))));
    }
    for section in added {
        changes.push(Changed::Added(String::new()));
        changes.extend(section.lines().map(|line| Changed::Added(shown(line))));
    }
    changes
}

/// Returns a line as it may be shown: the values of an access key are left out.
fn shown(line: &str) -> String {
    let line = sanitise::visible(line);
    let Some((key, _)) = line.split_once('=') else {
        return line;
    };
    let lower = key.to_ascii_lowercase();
    let secret = ["secret", "token", "access_key"]
        .iter()
        .any(|word| lower.contains(word));
    if secret { format!("{key}= …") } else { line }
}
