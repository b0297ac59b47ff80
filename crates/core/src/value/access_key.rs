//! Long-term access keys. Their secrets are only in the keychain.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::arn::Arn;
use crate::value::input::InputError;
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;
use crate::value::region::{PARTITIONS, Partition};
use crate::value::secret::Secret;

/// The length of an IAM secret access key.
const SECRET_LENGTH: usize = 40;

/// A long-term access key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The name of the key in Rolecall.
    pub name: Name,
    /// The key ID, under which the secret is stored in the keychain.
    pub id: AccessKeyId,
    /// The account, as returned by GetCallerIdentity.
    pub account_id: String,
    /// The user, as returned by GetCallerIdentity.
    pub user_arn: String,
    /// The MFA device whose seed is also in the keychain, if the user chose that.
    #[serde(default)]
    pub totp: Option<MfaSerial>,
    /// When it was created, once IAM has said so.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it was added to Rolecall, or created by it.
    #[serde(default)]
    pub added_at: Option<Timestamp>,
    /// When the user was last reminded to replace it.
    #[serde(default)]
    pub reminded_at: Option<Timestamp>,
    /// The keys that it replaced, the latest last. Profiles of AWS's files may still name one of them.
    #[serde(default)]
    pub replaced: Vec<AccessKeyId>,
}

impl AccessKey {
    /// Returns the user's name without its path, the same as `${aws:username}` in policies.
    pub fn user_name(&self) -> &str {
        self.user_arn.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the partition in the user's ARN.
    pub fn partition(&self) -> &str {
        Arn::partition_of(&self.user_arn).unwrap_or_default()
    }

    /// Returns the partition whose endpoints know the user: the first one if the ARN names none that is known.
    pub fn known_partition(&self) -> Partition {
        Partition::named(self.partition()).unwrap_or(PARTITIONS[0])
    }
}

/// The ID of a long-term access key: `AKIA` followed by 12 to 124 capitals and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessKeyId(String);

impl AccessKeyId {
    /// Parses an access key ID.
    ///
    /// # Errors
    /// Distinguishes temporary keys, swapped values, pasted quotes, and a wrong length or character.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        let refuse = |what: &str, remedy: &str| Err(InputError::new("access_key_id", what, remedy));
        const FORM: &str =
            "A long-term access key ID starts with AKIA, such as AKIAIOSFODNN7EXAMPLE.";
        if text.is_empty() {
            return refuse("The access key ID is empty.", FORM);
        }
        if text.starts_with("ASIA") {
            let remedy = "Temporary keys expire and cannot be stored. Use the long-term key of an IAM user (AKIA…).";
            return refuse("This is a temporary key.", remedy);
        }
        if text.contains(['"', '\'', ' ']) {
            return refuse(
                "The access key ID has quotes or spaces.",
                "Paste it without them.",
            );
        }
        if text.len() == SECRET_LENGTH && !text.starts_with("AKIA") {
            return refuse(
                "The two values look swapped.",
                "The ID starts with AKIA; the secret has 40 characters.",
            );
        }
        let capitals = text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !text.starts_with("AKIA") || !capitals || !(16..=128).contains(&text.len()) {
            return refuse("This is not an access key ID.", FORM);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the ID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccessKeyId {
    type Error = InputError;
    fn try_from(text: String) -> Result<Self, InputError> {
        Self::parse(&text)
    }
}

impl From<AccessKeyId> for String {
    fn from(id: AccessKeyId) -> Self {
        id.0
    }
}

/// Parses a secret access key: 40 characters of `A-Z a-z 0-9 / +`.
///
/// # Errors
/// Says the rule, without the value.
pub fn parse_secret(text: &Secret) -> Result<Secret, InputError> {
    let text = text.expose().trim();
    if text.starts_with("AKIA") && AccessKeyId::parse(text).is_ok() {
        return Err(InputError::new(
            "secret",
            "The two values look swapped.",
            "Enter the ID first, then the secret.",
        ));
    }
    let alphabet = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'+');
    if text.len() == SECRET_LENGTH && alphabet {
        return Ok(Secret::new(text.to_owned()));
    }
    let what = match alphabet {
        true => format!(
            "The secret access key has {} characters.",
            text.chars().count()
        ),
        false => "The secret access key has invalid characters.".to_owned(),
    };
    Err(InputError::new(
        "secret",
        what,
        "A secret has 40 characters: A-Z a-z 0-9 / +. Copy it again.",
    ))
}

/// Returns an access key ID that is hidden except for its ends: `ASIA…WXYZ`.
pub fn masked(id: &str) -> String {
    match (
        id.get(..4),
        id.len().checked_sub(4).and_then(|at| id.get(at..)),
    ) {
        (Some(head), Some(tail)) if id.len() > 8 => format!("{head}…{tail}"),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b25_b26_b28_ids_explain_themselves() {
        for (bad, part) in [
            ("ASIAIOSFODNN7EXAMPLE", "temporary key"),
            ("akiaiosfodnn7example", "not an access key ID"),
            ("\"AKIAIOSFODNN7EXAMPLE\"", "quotes"),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "swapped"),
            ("AKIA", "not an access key ID"),
            ("", "empty"),
        ] {
            let error = AccessKeyId::parse(bad).expect_err("must be refused");
            assert!(error.what.contains(part), "{bad}: {}", error.what);
        }
    }

    #[test]
    fn b27_secrets_are_checked_and_not_echoed() {
        for bad in [
            "short",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE%",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYX",
        ] {
            let error = parse_secret(&Secret::new(bad.into())).expect_err("must be refused");
            assert!(!error.to_string().contains(bad), "{error}");
        }
        assert!(
            parse_secret(&Secret::new(
                " wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n".into()
            ))
            .is_ok()
        );
    }

    #[test]
    fn masks_all_but_the_ends() {
        assert_eq!(masked("ASIAIOSFODNN7EXAMPLE"), "ASIA…MPLE");
        assert_eq!(masked("ä"), "…");
    }
}
