//! How the caller gets the policy that allows it to assume the role.

use super::iam_name::{LONG_NAME_MAX, name};
use super::typed::trimmed;
use crate::value::input::InputError;
use crate::value::sanitise::echo;

/// How the caller gets its policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// Inline, on the user or role itself.
    Inline,
    /// As a managed policy, attached to the user or role if there is one.
    Managed,
    /// As a managed policy of a group with this name, which the user joins if there is one.
    Group(String),
    /// Not by the kit.
    Nothing,
}

impl Grant {
    /// Parses `inline`, `managed`, `group:NAME` or `none`.
    ///
    /// # Errors
    /// Names the four.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = trimmed(text);
        Ok(match text {
            "inline" => Self::Inline,
            "managed" => Self::Managed,
            "none" => Self::Nothing,
            _ => {
                let Some(group) = text.strip_prefix("group:") else {
                    let what = format!("\"{}\" is not a way to give a policy.", echo(text));
                    let remedy = "Known: inline, managed, group:NAME, none.";
                    return Err(InputError::new("grant", what, remedy));
                };
                Self::Group(name("grant", "The group's name", group, LONG_NAME_MAX)?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_are_named_if_none_is_meant() {
        assert_eq!(
            Grant::parse(" group:Developers "),
            Ok(Grant::Group("Developers".into()))
        );
        for (text, part) in [
            ("user", "Known: inline"),
            ("group:", "The group's name is empty"),
            ("group:my devs", "a space"),
        ] {
            let error = Grant::parse(text).expect_err(text);
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
