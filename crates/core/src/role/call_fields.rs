//! The smaller fields of an AssumeRole call, checked by the rules of STS.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use crate::value::input::{InputError, check_ascii_field};

/// A session name, which appears in CloudTrail and in the session's ARN: 2 to 64 of `A-Z a-z 0-9 _ + = , . @ -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionName(String);

impl SessionName {
    /// Returns a session name from the allowed characters of `text`. What a user types is checked before, as a
    /// [`CallTemplate`](crate::role::call_template::CallTemplate).
    pub fn from_parts(text: &str) -> Self {
        let kept: String = text
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(*c))
            .take(64)
            .collect();
        Self(if kept.len() < 2 {
            "rolecall".to_owned()
        } else {
            kept
        })
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A source identity, which appears in CloudTrail and in every chained session: 2 to 64 of `A-Z a-z 0-9 _ + = , . @ -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceIdentity(String);

impl SourceIdentity {
    /// Parses a source identity.
    ///
    /// # Errors
    /// Says the length or the first character that is not allowed.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        check_ascii_field(
            "source_identity",
            "The source identity",
            text,
            2..=64,
            "+=,.@_-",
        )?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the source identity.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An external ID, which a role's owner requires from third parties: 2 to 1,224 of `A-Z a-z 0-9 _ + = , . @ : / -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalId(String);

impl ExternalId {
    /// Parses an external ID.
    ///
    /// # Errors
    /// Says the length or the first character that is not allowed.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        check_ascii_field(
            "external_id",
            "The external ID",
            text,
            2..=1224,
            "+=,.@:/_-",
        )?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the external ID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b14_b15_external_ids() {
        for bad in [
            "x",
            "with space",
            "per%cent",
            "qu\"ote",
            "\u{441}yrillic",
            &"x".repeat(1225),
        ] {
            assert!(ExternalId::parse(bad).is_err(), "{bad:?}");
        }
        assert!(ExternalId::parse("12/ab:cd@ef,gh.ij=kl+mn-op_qr").is_ok());
    }

    #[test]
    fn b16_session_names() {
        for (text, name) in [
            ("x", "rolecall"),
            ("a/b", "ab"),
            ("my session", "mysession"),
            (&"x".repeat(65), &"x".repeat(64)),
            ("ж1", "rolecall"),
        ] {
            assert_eq!(SessionName::from_parts(text).as_str(), name);
        }
    }

    #[test]
    fn b16_source_identities() {
        for bad in ["x", "a/b", "a b", &"x".repeat(65), "ж1"] {
            assert!(SourceIdentity::parse(bad).is_err(), "{bad:?}");
        }
    }
}
