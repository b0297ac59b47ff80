//! aws-vault's `session_tags`, `transitive_session_tags` and `source_identity`, checked by the rules of STS.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use std::collections::HashSet;

use crate::role::call_template::CallTemplate;
use crate::role::session_tags::{check_count, check_key};
use crate::value::input::{InputError, check_ascii_field};
use crate::value::sanitise::echo;

/// The name of the field in errors.
const FIELD: &str = "session_tags";

/// Parses `key=value,key=value` and trims keys and values.
///
/// # Errors
/// If a pair has no `=`, a key is repeated (ignoring letter case), or STS would reject a key, a value or the count.
pub(super) fn parse_tags(text: &str) -> Result<Vec<(String, String)>, InputError> {
    let mut tags = Vec::new();
    let mut seen = HashSet::new();
    for pair in text.split(',') {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            let what = format!("The session tag \"{}\" has no \"=\".", echo(pair.trim()));
            refuse(what, "Write session_tags as KEY=VALUE,KEY=VALUE.")
        })?;
        let (key, value) = (key.trim(), value.trim());
        check_key(FIELD, key)?;
        check_text("value", value)?;
        if !seen.insert(key.to_lowercase()) {
            let what = format!("The session tag \"{}\" is listed twice.", echo(key));
            return Err(refuse(what, "Tag keys are not case-sensitive."));
        }
        tags.push((key.to_owned(), value.to_owned()));
    }
    check_count(FIELD, tags.len())?;
    Ok(tags)
}

/// Parses the keys `key,key`.
///
/// # Errors
/// If STS would reject a key or the count.
pub(super) fn parse_keys(text: &str) -> Result<Vec<String>, InputError> {
    let keys: Vec<String> = text.split(',').map(|key| key.trim().to_owned()).collect();
    check_count(FIELD, keys.len())?;
    keys.iter().try_for_each(|key| check_key(FIELD, key))?;
    Ok(keys)
}

/// Checks a source identity: 2 to 64 of `A-Z a-z 0-9 _ + = , . @ -`.
///
/// # Errors
/// Says the length or the first character that is not allowed.
pub(super) fn check_source_identity(text: &str) -> Result<(), InputError> {
    let marks = "+=,.@_-";
    check_ascii_field(
        "source_identity",
        "The source identity",
        text,
        2..=64,
        marks,
    )
}

fn check_text(part: &str, text: &str) -> Result<(), InputError> {
    let label = format!("The session tag's {part} \"{}\"", echo(text));
    CallTemplate::tag_value(FIELD, &label, text).map(drop)
}

fn refuse(what: String, remedy: impl Into<String>) -> InputError {
    InputError::new(FIELD, what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_as_aws_vault_writes_them() {
        let tags = parse_tags("Project=a=b, Team = Ä ").expect("tags");
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(tags, [pair("Project", "a=b"), pair("Team", "Ä")]);
        assert_eq!(parse_keys("a, b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn rejects_what_sts_rejects() {
        let many = vec!["k"; 51].join(",");
        for bad in ["a", "=b", "a=1,A=2", "a=b!", "a=\u{202e}"] {
            assert!(parse_tags(bad).is_err(), "{bad:?}");
        }
        assert!(parse_keys(&many).is_err());
        assert!(check_source_identity("aws:me").is_err());
    }
}
