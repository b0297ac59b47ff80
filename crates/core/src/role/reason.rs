//! The reason that a role requires before it is assumed: its target and its pattern.

use crate::role::call_template::{CallTemplate, TAG_CHARACTERS, is_tag_char};
use crate::role::session_tags::check_key;
use crate::value::input::{InputError, check_ascii_field};
use crate::value::sanitise::{describe, echo};

/// The maximum length of a pattern, in characters.
const PATTERN_MAX: usize = 64;
/// The maximum length of a tag value, in characters.
const TAG_MAX: usize = 256;

/// The target and the pattern of a role's reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReasonRule {
    /// The field in which the reason is sent.
    pub target: ReasonTarget,
    /// The pattern that it must match, such as `OPS-#`.
    pub pattern: Option<ReasonPattern>,
}

/// The field of the call in which a reason is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReasonTarget {
    /// As the session's source identity.
    SourceIdentity,
    /// As the session tag of this key.
    Tag(String),
}

impl ReasonTarget {
    /// Parses `source_identity` or `tag:KEY`.
    ///
    /// # Errors
    /// Says the two formats, or what is wrong with the key.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        match text.trim() {
            "source_identity" => Ok(Self::SourceIdentity),
            other => match other.strip_prefix("tag:") {
                Some(key) => {
                    check_key("reason", key.trim()).map(|()| Self::Tag(key.trim().to_owned()))
                }
                None => Err(InputError::new(
                    "reason",
                    format!("\"{}\" is not a valid target for the reason.", echo(other)),
                    "Write it as \"source_identity\" or \"tag:KEY\".",
                )),
            },
        }
    }

    /// Returns a short description of the field for the user.
    pub fn description(&self) -> String {
        match self {
            Self::SourceIdentity => "the session's source identity".to_owned(),
            Self::Tag(key) => format!("the session tag {key}"),
        }
    }

    /// Returns the target as written in a file.
    pub fn text(&self) -> String {
        match self {
            Self::SourceIdentity => "source_identity".to_owned(),
            Self::Tag(key) => format!("tag:{key}"),
        }
    }
}

/// The pattern of a reason: `#` matches a number, `*` matches any text, and everything else matches itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReasonPattern(String);

impl ReasonPattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// If it is longer than 64 characters or has a hidden character.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        if let Some(hidden) = text.chars().find(|c| crate::value::sanitise::is_hidden(*c)) {
            let what = format!("The pattern has {}.", describe(hidden));
            return Err(InputError::new("reason_pattern", what, "Retype it."));
        }
        match text.chars().count() {
            count if count > PATTERN_MAX => Err(InputError::new(
                "reason_pattern",
                format!("The pattern has {count} characters."),
                "Use at most 64.",
            )),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Returns the pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the pattern matches the whole `text`.
    pub fn matches(&self, text: &str) -> bool {
        let pattern: Vec<char> = self.0.chars().collect();
        let mut at = opened(&pattern, vec![0]);
        for c in text.chars() {
            let step = |position: usize| match pattern.get(position) {
                Some('*') => vec![position],
                Some('#') if c.is_ascii_digit() => vec![position, position + 1],
                Some(literal) if *literal == c && c != '#' => vec![position + 1],
                Some(_) | None => Vec::new(),
            };
            at = opened(&pattern, at.into_iter().flat_map(step).collect());
        }
        at.contains(&pattern.len())
    }
}

/// Adds the positions that are reached without a character: those after each `*`.
fn opened(pattern: &[char], mut positions: Vec<usize>) -> Vec<usize> {
    let mut next = 0;
    while let Some(position) = positions.get(next).copied() {
        if pattern.get(position) == Some(&'*') {
            positions.push(position + 1);
        }
        next += 1;
    }
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// A reason that follows its rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason(String);

impl Reason {
    /// Returns the reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReasonRule {
    /// Parses the two fields of a role.
    ///
    /// # Errors
    /// The same as [`ReasonTarget::parse`] and [`ReasonPattern::parse`], and if there is a pattern without a target.
    pub fn parse(target: Option<&str>, pattern: Option<&str>) -> Result<Option<Self>, InputError> {
        let pattern = pattern.map(ReasonPattern::parse).transpose()?;
        match (target, pattern) {
            (Some(target), pattern) => Ok(Some(Self {
                target: ReasonTarget::parse(target)?,
                pattern,
            })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(InputError::new(
                "reason_pattern",
                "reason_pattern is set, but reason is not.",
                "Set reason to \"source_identity\" or \"tag:KEY\".",
            )),
        }
    }

    /// Checks a reason that the user gave.
    ///
    /// # Errors
    /// Says the pattern that it must match, or what AWS does not accept in its target. The reason is never silently changed.
    pub fn check(&self, text: &str) -> Result<Reason, InputError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InputError::new(
                "reason",
                "The reason is empty.",
                self.form(),
            ));
        }
        if let Some(pattern) = self
            .pattern
            .as_ref()
            .filter(|pattern| !pattern.matches(text))
        {
            let what = format!("The reason must match {}.", pattern.as_str());
            return Err(InputError::new(
                "reason",
                what,
                "# matches a number, * matches any text.",
            ));
        }
        match &self.target {
            ReasonTarget::SourceIdentity => {
                check_ascii_field("reason", "The reason", text, 2..=64, "+=,.@_-")?;
            }
            ReasonTarget::Tag(_) => check_tag_text(text)?,
        }
        Ok(Reason(text.to_owned()))
    }

    /// Returns a short description of the pattern.
    pub fn form(&self) -> String {
        match (&self.pattern, &self.target) {
            (Some(pattern), _) => format!("It must match {}.", pattern.as_str()),
            (None, ReasonTarget::SourceIdentity) => {
                "2 to 64 of A-Z a-z 0-9 and + = , . @ _ -, without spaces.".to_owned()
            }
            (None, ReasonTarget::Tag(_)) => "At most 256 characters.".to_owned(),
        }
    }
}

fn check_tag_text(text: &str) -> Result<(), InputError> {
    if let Some(stranger) = text.chars().find(|c| !is_tag_char(*c)) {
        let what = format!("The reason has {}.", describe(stranger));
        return Err(InputError::new("reason", what, TAG_CHARACTERS));
    }
    match text.chars().count() {
        0..=TAG_MAX => Ok(()),
        count => Err(InputError::new(
            "reason",
            format!("The reason has {count} characters."),
            "Use at most 256.",
        )),
    }
}

/// Parses a source identity, or a template of one.
///
/// # Errors
/// The same as for a session name, and if it starts with `aws:`.
pub(crate) fn source_identity(text: &str) -> Result<CallTemplate, InputError> {
    if text.starts_with("aws:") {
        return Err(InputError::new(
            "source_identity",
            "The source identity starts with \"aws:\".",
            "AWS reserves this prefix.",
        ));
    }
    CallTemplate::name("source_identity", "The source identity", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(target: &str, pattern: Option<&str>) -> ReasonRule {
        ReasonRule::parse(Some(target), pattern)
            .expect("valid")
            .expect("a rule")
    }

    #[test]
    fn a_pattern_matches_the_whole_text() {
        for (pattern, good, bad) in [
            (
                "OPS-#",
                &["OPS-1", "OPS-90210"][..],
                &["OPS-", "ops-1", "OPS-1x", "xOPS-1", "OPS-#"][..],
            ),
            ("#", &["7", "77"], &["", "7a", "٧"]),
            (
                "INC# *",
                &["INC5 disk full", "INC55 "],
                &["INC5", "INC disk"],
            ),
            ("*", &["", "anything"], &[]),
            ("a*b*c", &["abc", "axbyc", "abcbc"], &["ab", "abcd"]),
        ] {
            let pattern = ReasonPattern::parse(pattern).expect("a pattern");
            good.iter()
                .for_each(|text| assert!(pattern.matches(text), "{pattern:?} {text}"));
            bad.iter()
                .for_each(|text| assert!(!pattern.matches(text), "{pattern:?} {text}"));
        }
    }

    #[test]
    fn a_reason_is_valid_for_its_target() {
        assert!(rule("source_identity", None).check("OPS-7").is_ok());
        let error = rule("source_identity", None)
            .check("disk is full")
            .expect_err("spaces");
        assert_eq!(error.what, "The reason has a space at position 5.");
        assert!(rule("tag:Reason", None).check("disk is full").is_ok());
        assert!(rule("tag:Reason", None).check("disk & co").is_err());
        assert!(rule("tag:Reason", None).check(" ").is_err());
        let error = rule("tag:Reason", Some("OPS-#"))
            .check("because")
            .expect_err("no number");
        assert_eq!(error.what, "The reason must match OPS-#.");
    }

    #[test]
    fn a_pattern_needs_a_target() {
        assert!(ReasonRule::parse(None, Some("OPS-#")).is_err());
        assert_eq!(ReasonRule::parse(None, None), Ok(None));
        for bad in ["tag", "tag:", "tag:aws:x", "session_name", ""] {
            assert!(ReasonRule::parse(Some(bad), None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_source_identity_does_not_start_with_aws() {
        let error = source_identity("aws:ann").expect_err("reserved");
        assert_eq!(error.remedy, "AWS reserves this prefix.");
        assert!(source_identity("{user}").is_ok());
    }
}
