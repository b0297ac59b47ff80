//! Session tags: the tags that policies see as `aws:PrincipalTag`, and those that the next role in a chain inherits.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::role::call_template::{CallFacts, CallTemplate, TAG_CHARACTERS, is_tag_char};
use crate::value::input::InputError;
use crate::value::sanitise::{describe, echo};

/// The maximum number of tags of one call.
const TAGS_MAX: usize = 50;
/// The maximum length of a key, in characters.
const KEY_MAX: usize = 128;

/// A tag as written or sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SessionTag {
    /// Its key.
    pub key: String,
    /// Its value, or its template.
    pub value: String,
}

/// The valid tags of a role's sessions: at most 50, with unique keys ignoring letter case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SessionTags {
    tags: Vec<(String, CallTemplate)>,
    transitive: Vec<String>,
}

impl SessionTags {
    /// Checks tags and the keys of transitive tags.
    ///
    /// # Errors
    /// If STS would reject a key, a value or the count, a key is repeated, or a transitive key has no tag.
    pub fn check(tags: &[SessionTag], transitive: &[String]) -> Result<Self, InputError> {
        check_count("tags", tags.len())?;
        let mut seen = HashSet::new();
        let mut checked = Vec::new();
        for tag in tags {
            let key = tag.key.trim();
            check_key("tags", key)?;
            if !seen.insert(key.to_lowercase()) {
                let what = format!("The tag \"{}\" is listed twice.", echo(key));
                let remedy = "Remove one. Tag keys are not case-sensitive.";
                return Err(InputError::new("tags", what, remedy));
            }
            let label = format!("The value of the tag \"{}\"", echo(key));
            let value = CallTemplate::tag_value("tags", &label, tag.value.trim())?;
            checked.push((key.to_owned(), value));
        }
        let transitive = check_transitive(&checked, transitive)?;
        Ok(Self {
            tags: checked,
            transitive,
        })
    }

    /// Returns the tags as written.
    pub fn written(&self) -> Vec<SessionTag> {
        let tag = |(key, value): &(String, CallTemplate)| SessionTag {
            key: key.clone(),
            value: value.as_str().to_owned(),
        };
        self.tags.iter().map(tag).collect()
    }

    /// Returns the tags to send, with every placeholder replaced.
    pub fn fill(&self, facts: &CallFacts<'_>) -> Vec<SessionTag> {
        let tag = |(key, value): &(String, CallTemplate)| SessionTag {
            key: key.clone(),
            value: value.fill(facts),
        };
        self.tags.iter().map(tag).collect()
    }

    /// Returns the keys that the next role in a chain inherits.
    pub fn transitive(&self) -> &[String] {
        &self.transitive
    }

    /// Returns whether a tag has this key, ignoring letter case.
    pub fn has(&self, key: &str) -> bool {
        self.tags.iter().any(|(own, _)| same_key(own, key))
    }
}

fn check_transitive(
    tags: &[(String, CallTemplate)],
    keys: &[String],
) -> Result<Vec<String>, InputError> {
    check_count("transitive_tags", keys.len())?;
    let mut checked: Vec<String> = Vec::new();
    for key in keys.iter().map(|key| key.trim()) {
        let Some((own, _)) = tags.iter().find(|(own, _)| same_key(own, key)) else {
            let what = format!("\"{}\" is not a tag of this role.", echo(key));
            let remedy = "List keys of the role's tags in transitive_tags.";
            return Err(InputError::new("transitive_tags", what, remedy));
        };
        if !checked.contains(own) {
            checked.push(own.clone());
        }
    }
    Ok(checked)
}

/// Checks the number of tags or keys.
///
/// # Errors
/// If STS would reject the number.
pub(crate) fn check_count(field: &'static str, count: usize) -> Result<(), InputError> {
    match count {
        0..=TAGS_MAX => Ok(()),
        _ => {
            let what = format!("There are {count} session tags.");
            Err(InputError::new(field, what, "Use at most 50."))
        }
    }
}

/// Checks a tag's key.
///
/// # Errors
/// Says the length or the first character that is not allowed.
pub(crate) fn check_key(field: &'static str, key: &str) -> Result<(), InputError> {
    if let Some(stranger) = key.chars().find(|c| !is_tag_char(*c)) {
        let what = format!("The tag \"{}\" has {}.", echo(key), describe(stranger));
        return Err(InputError::new(field, what, TAG_CHARACTERS));
    }
    if key
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
    {
        let what = format!("The tag \"{}\" starts with \"aws:\".", echo(key));
        return Err(InputError::new(field, what, "AWS reserves this prefix."));
    }
    match key.chars().count() {
        1..=KEY_MAX => Ok(()),
        0 => Err(InputError::new(
            field,
            "A tag has no key.",
            "Use 1 to 128 characters.",
        )),
        count => {
            let what = format!("The tag \"{}\" has {count} characters.", echo(key));
            Err(InputError::new(field, what, "Use 1 to 128."))
        }
    }
}

fn same_key(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> SessionTag {
        SessionTag {
            key: key.into(),
            value: value.into(),
        }
    }

    #[test]
    fn rejects_what_sts_rejects() {
        let long = "k".repeat(129);
        for bad in ["", "a&b", "aws:x", "AWS:x", long.as_str(), "a\u{202e}"] {
            assert!(
                SessionTags::check(&[tag(bad, "v")], &[]).is_err(),
                "{bad:?}"
            );
        }
        let many: Vec<SessionTag> = (0..51).map(|n| tag(&n.to_string(), "")).collect();
        let error = SessionTags::check(&many, &[]).expect_err("too many");
        assert_eq!(error.what, "There are 51 session tags.");
        assert!(SessionTags::check(&many[..50], &[]).is_ok());
    }

    #[test]
    fn letter_case_does_not_distinguish_keys() {
        let error =
            SessionTags::check(&[tag("Team", "a"), tag("TEAM", "b")], &[]).expect_err("twice");
        assert_eq!(error.what, "The tag \"TEAM\" is listed twice.");
    }

    #[test]
    fn transitive_keys_are_keys_of_tags() {
        let tags = SessionTags::check(&[tag("Team", "a")], &["team".into()]).expect("valid");
        assert_eq!(tags.transitive(), ["Team"]);
        let error = SessionTags::check(&[tag("Team", "a")], &["Other".into()]).expect_err("no tag");
        assert_eq!(error.field, "transitive_tags");
    }
}
