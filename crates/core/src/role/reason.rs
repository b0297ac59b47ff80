//! The reason that a role wants before it is assumed: where it goes, and what it must look like.

use crate::role::call_template::{CallTemplate, TAG_CHARACTERS, is_tag_char};
use crate::role::session_tags::check_key;
use crate::value::input::{InputError, check_ascii_field};
use crate::value::sanitise::{describe, echo};

/// The longest pattern, in characters.
const PATTERN_MAX: usize = 64;
/// The longest value of a tag, in characters.
const TAG_MAX: usize = 256;

/// Where a role's reason goes, and its form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReasonRule {
    /// Where it is sent.
    pub target: ReasonTarget,
    /// What it must look like, such as `OPS-#`.
    pub pattern: Option<ReasonPattern>,
}

/// Where a reason is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReasonTarget {
    /// As the session's source identity.
    SourceIdentity,
    /// As the session tag of this key.
    Tag(String),
}

impl ReasonTarget {
    /// Reads `source_identity` or `tag:KEY`.
    ///
    /// # Errors
    /// Says the two forms, or what is wrong with the key.
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

    /// Returns the field of the call in a few words for a person.
    pub fn description(&self) -> String {
        match self {
            Self::SourceIdentity => "the session's source identity".to_owned(),
            Self::Tag(key) => format!("the session tag {key}"),
        }
    }

    /// Returns the target as a file has it.
    pub fn text(&self) -> String {
        match self {
            Self::SourceIdentity => "source_identity".to_owned(),
            Self::Tag(key) => format!("tag:{key}"),
        }
    }
}

/// The form of a reason: `#` stands for a number, `*` for any text, everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReasonPattern(String);

impl ReasonPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is longer than 64 characters or holds a hidden one.
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

    /// Returns whether `text` has this form, as a whole.
    pub fn matches(&self, text: &str) -> bool {
        let pattern: Vec<char> = self.0.chars().collect();
        let mut at = opened(&pattern, vec![0]);
        for c in text.chars() {
            let step = |place: usize| match pattern.get(place) {
                Some('*') => vec![place],
                Some('#') if c.is_ascii_digit() => vec![place, place + 1],
                Some(literal) if *literal == c && c != '#' => vec![place + 1],
                Some(_) | None => Vec::new(),
            };
            at = opened(&pattern, at.into_iter().flat_map(step).collect());
        }
        at.contains(&pattern.len())
    }
}

/// Adds the places that are reached without a character: behind each `*`.
fn opened(pattern: &[char], mut places: Vec<usize>) -> Vec<usize> {
    let mut next = 0;
    while let Some(place) = places.get(next).copied() {
        if pattern.get(place) == Some(&'*') {
            places.push(place + 1);
        }
        next += 1;
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// A reason that suits its rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason(String);

impl Reason {
    /// Returns the reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReasonRule {
    /// Reads the two fields of a role.
    ///
    /// # Errors
    /// As [`ReasonTarget::parse`] and [`ReasonPattern::parse`]; and for a pattern without a place.
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

    /// Reads what a person gave as the reason.
    ///
    /// # Errors
    /// Says what form it must have, or what AWS does not take in its place. It is never silently rewritten.
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

    /// Returns what a reason must look like, in a few words.
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

/// Reads a source identity, or the template of one.
///
/// # Errors
/// As a session name; and if it starts with `aws:`.
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
    fn a_pattern_is_matched_as_a_whole() {
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
    fn a_reason_suits_the_place_it_goes_to() {
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
    fn a_reason_has_a_place() {
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
