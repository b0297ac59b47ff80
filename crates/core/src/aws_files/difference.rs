//! The changes of an edit line by line, which the user sees before they are written. They never contain a secret.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::value::sanitise;

use super::document::Document;
use super::line::LineKind;

/// A line that an edit adds or removes. Hidden characters are escaped, and the value of a secret is omitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Changed {
    /// A line that the edit adds.
    Added(String),
    /// A line that the edit removes.
    Removed(String),
}

/// Returns the differences between a document and its changed lines, followed by the added sections.
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

/// Returns a line for display, without the values of an access key.
fn shown(line: &str) -> String {
    let line = sanitise::visible(line);
    let mut ends: Vec<usize> = ['=', ':'].iter().filter_map(|it| line.find(*it)).collect();
    ends.sort_unstable();
    let end = ends.into_iter().find(|end| is_of_key(&line[..*end]));
    end.map_or_else(|| line.clone(), |end| format!("{} …", &line[..=end]))
}

fn is_of_key(setting: &str) -> bool {
    let lower = setting.to_ascii_lowercase();
    let mut words = ["secret", "token", "access_key"].iter();
    words.any(|word| lower.contains(word))
}
