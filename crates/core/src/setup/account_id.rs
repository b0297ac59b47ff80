//! Account IDs as people type them.

use std::fmt;

use super::typed::{placeholder, trimmed};
use crate::value::arn::Arn;
use crate::value::input::InputError;
use crate::value::sanitise::{describe, echo};

const REMEDY: &str = "An account ID has 12 digits, such as 123456789012 or 1234-5678-9012.";

/// A 12-digit account ID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// Parses 12 digits, also in three groups of four, as the console shows them.
    ///
    /// # Errors
    /// Says what is wrong, and what an account ID looks like.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, InputError> {
        let text = trimmed(text);
        let refuse = |what: String| Err(InputError::new(field, what, REMEDY));
        if text.is_empty() {
            return refuse("The account ID is empty.".to_owned());
        }
        if let Some(error) = placeholder(field, "The account ID", text) {
            return Err(error);
        }
        if let Some(account) = Arn::account_of(text) {
            let remedy = format!("Enter only the account of it: \"{}\".", echo(account));
            return Err(InputError::new(
                field,
                "This is an ARN, not an account ID.",
                remedy,
            ));
        }
        let stranger = |c: &char| !(c.is_ascii_digit() || *c == '-' || *c == ' ');
        match text.chars().find(stranger) {
            Some(c) if c.is_alphabetic() => {
                return refuse(format!("\"{}\" is not an account ID.", echo(text)));
            }
            Some(c) => return refuse(format!("The account ID has {}.", describe(c))),
            None => {}
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 12 {
            return refuse(format!("The account ID has {} digits.", digits.len()));
        }
        let groups: Vec<usize> = text.split(['-', ' ']).map(str::len).collect();
        match groups[..] {
            [12] | [4, 4, 4] => Ok(Self(digits)),
            _ => refuse(format!("The account ID \"{}\" has odd groups.", echo(text))),
        }
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_and_spaces_as_the_console_shows_them_are_accepted() {
        for text in [
            "808768216571",
            "8087-6821-6571",
            " 8087 6821 6571\n",
            "\u{feff}808768216571",
        ] {
            let account = AccountId::parse("account", text).expect(text);
            assert_eq!(account.as_str(), "808768216571");
        }
    }

    #[test]
    fn b02_b11_other_texts_are_explained() {
        for (text, part) in [
            ("", "is empty"),
            ("80876821657", "has 11 digits"),
            ("8087682165711", "has 13 digits"),
            ("80876-8216571", "odd groups"),
            ("my-company", "\"my-company\" is not an account ID"),
            ("<ACCOUNT-ID>", "placeholder \"ACCOUNT-ID\""),
            ("８０８７６８２１６５７１", "(U+FF18)"),
            ("8087\u{200b}68216571", "U+200B"),
            (
                "arn:aws:iam::808768216571:root",
                "only the account of it: \"808768216571\"",
            ),
        ] {
            let error = AccountId::parse("account", text).expect_err(text);
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
    }
}
