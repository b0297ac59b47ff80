//! Names and paths in IAM.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use super::typed::{placeholder, trimmed};
use crate::value::input::{InputError, check_ascii_field};
use crate::value::sanitise::{describe, echo};

/// The longest name of a user or role.
pub(super) const NAME_MAX: usize = 64;
/// The longest name of a group or managed policy.
pub(super) const LONG_NAME_MAX: usize = 128;
/// The longest path.
const PATH_MAX: usize = 512;

/// Returns a name, trimmed.
///
/// # Errors
/// Says the length, or the first character that is not allowed.
pub(super) fn name(
    field: &'static str,
    label: &str,
    text: &str,
    longest: usize,
) -> Result<String, InputError> {
    let text = trimmed(text);
    if text.is_empty() {
        let remedy = "Allowed: A-Z a-z 0-9 and + = , . @ _ -.";
        return Err(InputError::new(field, format!("{label} is empty."), remedy));
    }
    if let Some(error) = placeholder(field, label, text) {
        return Err(error);
    }
    if text.starts_with("arn:") {
        let name = text.rsplit('/').next().unwrap_or_default();
        let what = format!("{label} is an ARN.");
        return Err(InputError::new(
            field,
            what,
            format!("Enter only its name: {}.", echo(name)),
        ));
    }
    check_ascii_field(field, label, text, 1..=longest, "+=,.@_-")?;
    Ok(text.to_owned())
}

/// Returns a path, trimmed; `/` for an empty one.
///
/// # Errors
/// If it does not begin and end with a slash, is too long, or has a character that IAM does not accept.
pub(super) fn path(text: &str) -> Result<String, InputError> {
    let text = trimmed(text);
    let refuse = |what: String, remedy: String| Err(InputError::new("path", what, remedy));
    if text.is_empty() {
        return Ok("/".to_owned());
    }
    let is_allowed = |c: char| ('\u{21}'..='\u{7e}').contains(&c);
    if let Some((index, odd)) = text.chars().enumerate().find(|(_, c)| !is_allowed(*c)) {
        let what = format!("The path has {} at position {}.", describe(odd), index + 1);
        return refuse(what, "Use visible ASCII characters.".to_owned());
    }
    if !(text.starts_with('/') && text.ends_with('/')) {
        let what = "A path begins and ends with a slash.".to_owned();
        let inner = text.trim_matches('/');
        return refuse(what, format!("Write it as /{}/.", echo(inner)));
    }
    if text.contains("//") {
        let what = "The path has two slashes in a row.".to_owned();
        return refuse(what, "Write it as /team/project/.".to_owned());
    }
    match text.len() {
        length if length > PATH_MAX => refuse(
            format!("The path has {length} characters."),
            format!("Use at most {PATH_MAX}."),
        ),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b08_b09_names_that_iam_refuses_are_explained() {
        let long = "x".repeat(65);
        for (text, part) in [
            (" ", "The role's name is empty"),
            ("my role", "a space at position 3"),
            ("\u{430}dmin", "U+0430"),
            ("team/guest", "\"/\" at position 5"),
            (
                "arn:aws:iam::808768216571:role/team/guest",
                "only its name: guest",
            ),
            (&long, "65 characters"),
            ("<role-name>", "placeholder"),
        ] {
            let error = name("role", "The role's name", text, NAME_MAX).expect_err(text);
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
        assert_eq!(
            name("role", "", " guest\n", NAME_MAX).expect("a name"),
            "guest"
        );
    }

    #[test]
    fn b10_paths_begin_and_end_with_a_slash() {
        for good in ["", "/", "/team/", "/a';$(id)`<b>/"] {
            assert!(path(good).is_ok(), "{good}");
        }
        for (bad, part) in [
            ("team", "Write it as /team/."),
            ("/team", "Write it as /team/."),
            ("/a b/", "a space at position 3"),
            ("/ä/", "U+00E4"),
            ("//", "two slashes"),
        ] {
            let error = path(bad).expect_err(bad);
            assert!(error.to_string().contains(part), "{bad}: {error}");
        }
        assert!(path(&format!("/{}/", "x".repeat(511))).is_err());
    }
}
