//! The names of profiles that Rolecall can write to AWS's files.

use std::fmt;

use crate::value::input::InputError;
use crate::value::sanitise;

use super::header::DEFAULT;
use super::name_rule::is_identifier;

/// The maximum number of characters of a profile's name, the same as for a role.
const LENGTH_MAX: usize = crate::value::name::NAME_MAX;

/// A profile's name that every tool of AWS reads in the same way: 1 to 128 of `A-Z a-z 0-9 _ - / . % @ : +`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

impl ProfileName {
    /// Parses a name. Nothing is trimmed or replaced.
    ///
    /// # Errors
    /// If it is empty, too long, or has a character that AWS's SDKs do not allow in a profile's name.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let refuse = |what: String| {
            let remedy = "Use 1 to 128 of A-Z a-z 0-9 and _ - / . % @ : +.";
            Err(InputError::new("profile", what, remedy))
        };
        if text.is_empty() {
            return refuse("The profile's name is empty.".to_owned());
        }
        if text.len() > LENGTH_MAX {
            let count = text.chars().count();
            return refuse(format!("The profile's name has {count} characters."));
        }
        if !is_identifier(text) {
            let shown = sanitise::echo(text);
            return refuse(format!("\"{shown}\" is not a valid profile name."));
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it is the profile that AWS uses by default.
    pub(super) fn is_default(&self) -> bool {
        self.0 == DEFAULT
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b44_rejects_what_could_break_a_file() {
        for bad in [
            "",
            "a b",
            "a]",
            "a\n[b",
            "#a",
            "a;b",
            "ä",
            "a\u{202e}",
            &"x".repeat(129),
        ] {
            assert!(ProfileName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(ProfileName::parse("client/prod-1.eu@x:y+z%").is_ok());
    }
}
