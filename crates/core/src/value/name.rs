//! Names of roles and access keys in Rolecall. Both share one namespace, because a source can be either.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::input::InputError;
use crate::value::sanitise;

/// The maximum number of characters of a name.
pub const NAME_MAX: usize = 128;

/// A name: 1 to 128 visible characters, no white space at its ends, and no leading `-`. Copies share their text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// Parses a name and trims it.
    ///
    /// # Errors
    /// If it is empty, too long, starts with `-` or has a hidden character.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        let refuse = |what: String, remedy: &str| Err(InputError::new("name", what, remedy));
        if text.is_empty() {
            return refuse("The name is empty.".into(), "Use 1 to 128 characters.");
        }
        if let Some(hidden) = text.chars().find(|c| sanitise::is_hidden(*c)) {
            let what = format!("The name has {}.", sanitise::describe(hidden));
            return refuse(what, "Retype it with visible characters.");
        }
        if text.starts_with('-') {
            return refuse(
                "The name starts with \"-\".".into(),
                "Start it with a letter or a digit.",
            );
        }
        match text.chars().count() {
            count if count > NAME_MAX => refuse(
                format!("The name has {count} characters."),
                "Use at most 128.",
            ),
            _ => Ok(Self(text.into())),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Finds names in maps by their text, which is hashed and compared like them.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Name {
    type Error = InputError;
    fn try_from(text: String) -> Result<Self, InputError> {
        Self::parse(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b44_rejects_hidden_characters_and_flags() {
        for bad in [
            "",
            "  ",
            "a\nb",
            "a\u{202e}b",
            "\u{3164}",
            "\u{2800}",
            "admin\u{3164}",
            "--json",
            &"x".repeat(129),
        ] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn keeps_spaces_and_letters_of_any_script() {
        assert_eq!(
            Name::parse(" Kunde Ä 客 ").map(|n| n.to_string()),
            Ok("Kunde Ä 客".into())
        );
    }
}
