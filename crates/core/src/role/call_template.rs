//! Texts of a call with placeholders, such as `{user}@{host}`: session names, source identities and tag values.
//!
//! Typed text is checked and never changed. In values of placeholders, characters that STS does not accept are removed,
//! and values are shortened if the whole text would be too long.

use std::fmt;

use jiff::Timestamp;

use crate::value::input::{InputError, check_ascii_field};
use crate::value::sanitise;

/// The placeholders for messages.
const KNOWN: &str = "{user}, {login}, {host}, {role}, {account}, {date}, {time}";
/// The characters other than letters and digits that STS accepts in names.
const NAME_MARKS: &str = "+=,.@_-";

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallTemplate {
    text: String,
    kind: TemplateKind,
    pieces: Vec<Piece>,
}

/// The rule of STS that the filled text must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum TemplateKind {
    /// 2 to 64 of `A-Z a-z 0-9 _ + = , . @ -`.
    Name,
    /// 0 to 256 letters, digits, spaces and `_ . : / = + - @`.
    TagValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Piece {
    Literal(String),
    Fact(Fact),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Fact {
    User,
    Login,
    Host,
    Role,
    Account,
    Date,
    Time,
}

/// The values of the placeholders for one call.
#[derive(Debug, Clone, Copy)]
pub struct CallFacts<'a> {
    /// `{user}`: the IAM user whose key the chain starts with, the same as `${aws:username}` in policies.
    pub user: &'a str,
    /// `{login}`: the user who is logged in to this machine.
    pub login: &'a str,
    /// `{host}`: this machine's name.
    pub host: &'a str,
    /// `{role}`: the role's name in AWS.
    pub role: &'a str,
    /// `{account}`: the role's account.
    pub account: &'a str,
    /// `{date}` and `{time}`: the time of the call, in UTC.
    pub now: Timestamp,
}

impl CallTemplate {
    /// Parses a session name or a source identity. `field` and `label` are its names in errors.
    ///
    /// # Errors
    /// Says the length, the first character that is not allowed, or the unknown placeholder.
    pub(crate) fn name(field: &'static str, label: &str, text: &str) -> Result<Self, InputError> {
        let template = Self::read(field, label, text, TemplateKind::Name)?;
        let literals = template.literals();
        check_ascii_field(field, label, &literals, 0..=64, NAME_MARKS)?;
        match template.fixed_length() {
            length if template.is_plain() => {
                check_ascii_field(field, label, &literals, 2..=64, NAME_MARKS).map(|()| length)?
            }
            length => length,
        };
        template.check_room(field, label, 64)
    }

    /// Parses the value of a tag.
    ///
    /// # Errors
    /// The same as for a name.
    pub(crate) fn tag_value(
        field: &'static str,
        label: &str,
        text: &str,
    ) -> Result<Self, InputError> {
        let template = Self::read(field, label, text, TemplateKind::TagValue)?;
        let literals = template.literals();
        if let Some(stranger) = literals.chars().find(|c| !is_tag_char(*c)) {
            let what = format!("{label} has {}.", sanitise::describe(stranger));
            return Err(InputError::new(field, what, TAG_CHARACTERS));
        }
        template.check_room(field, label, 256)
    }

    fn read(
        field: &'static str,
        label: &str,
        text: &str,
        kind: TemplateKind,
    ) -> Result<Self, InputError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let unknown = |name: &str| {
                let what = format!(
                    "{label} has an unknown placeholder \"{{{}\".",
                    sanitise::echo(name)
                );
                InputError::new(field, what, format!("Known: {KNOWN}."))
            };
            let (name, after) = after.split_once('}').ok_or_else(|| unknown(after))?;
            let fact = Fact::named(name).ok_or_else(|| unknown(&format!("{name}}}")))?;
            if !before.is_empty() {
                pieces.push(Piece::Literal(before.to_owned()));
            }
            pieces.push(Piece::Fact(fact));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        let text = text.to_owned();
        Ok(Self { text, kind, pieces })
    }

    /// Rejects a text that would be too long even with the shortest values of all placeholders.
    fn check_room(self, field: &'static str, label: &str, most: usize) -> Result<Self, InputError> {
        match self.fixed_length() {
            length if length > most => {
                let what = format!("{label} has at least {length} characters.");
                Err(InputError::new(field, what, format!("Use at most {most}.")))
            }
            _ => Ok(self),
        }
    }

    fn literals(&self) -> String {
        let literal = |piece: &Piece| match piece {
            Piece::Literal(text) => Some(text.clone()),
            Piece::Fact(_) => None,
        };
        self.pieces.iter().filter_map(literal).collect()
    }

    fn fixed_length(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Literal(text) => text.chars().count(),
            Piece::Fact(fact) => fact.shortest(),
        };
        self.pieces.iter().map(length).sum()
    }

    /// Returns whether it has no placeholders.
    pub fn is_plain(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Literal(_)))
    }

    /// Returns the text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text with every placeholder replaced. It has only characters that STS accepts, and a length that STS
    /// accepts.
    pub fn fill(&self, facts: &CallFacts<'_>) -> String {
        let most = match self.kind {
            TemplateKind::Name => 64,
            TemplateKind::TagValue => 256,
        };
        let mut filled: Vec<(String, bool)> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => (text.clone(), false),
                Piece::Fact(fact) => (self.kept(&fact.value(facts)), fact.is_cut()),
            })
            .collect();
        let length = |filled: &[(String, bool)]| -> usize {
            filled.iter().map(|(text, _)| text.chars().count()).sum()
        };
        while length(&filled) > most {
            let longest = filled.iter_mut().filter(|(_, is_cut)| *is_cut);
            let Some((text, _)) = longest.max_by_key(|(text, _)| text.chars().count()) else {
                break;
            };
            if text.pop().is_none() {
                break;
            }
        }
        filled.into_iter().map(|(text, _)| text).collect()
    }

    fn kept(&self, value: &str) -> String {
        let allowed = |c: &char| match self.kind {
            TemplateKind::Name => c.is_ascii_alphanumeric() || NAME_MARKS.contains(*c),
            TemplateKind::TagValue => is_tag_char(*c),
        };
        value.chars().filter(allowed).collect()
    }
}

impl fmt::Display for CallTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Fact {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "user" => Self::User,
            "login" => Self::Login,
            "host" => Self::Host,
            "role" => Self::Role,
            "account" => Self::Account,
            "date" => Self::Date,
            "time" => Self::Time,
            _ => return None,
        })
    }

    fn value(self, facts: &CallFacts<'_>) -> String {
        match self {
            Self::User => facts.user.to_owned(),
            Self::Login => facts.login.to_owned(),
            Self::Host => facts.host.to_owned(),
            Self::Role => facts.role.to_owned(),
            Self::Account => facts.account.to_owned(),
            Self::Date => facts.now.strftime("%Y-%m-%d").to_string(),
            Self::Time => facts.now.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }

    /// Returns whether its value may be shortened.
    fn is_cut(self) -> bool {
        match self {
            Self::User | Self::Login | Self::Host | Self::Role => true,
            Self::Account | Self::Date | Self::Time => false,
        }
    }

    fn shortest(self) -> usize {
        match self {
            Self::User | Self::Login | Self::Host | Self::Role => 1,
            Self::Account => 12,
            Self::Date => 10,
            Self::Time => 16,
        }
    }
}

/// The characters allowed in tags, for messages.
pub(crate) const TAG_CHARACTERS: &str = "Allowed: letters, digits, spaces and _ . : / = + - @.";

/// Returns whether STS accepts this character in keys and values of tags: `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
pub(crate) fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>(user: &'a str, host: &'a str) -> CallFacts<'a> {
        CallFacts {
            user,
            login: "ann",
            host,
            role: "guest",
            account: "808768216571",
            now: "2026-11-21T12:34:56Z".parse().expect("an instant"),
        }
    }

    fn name(text: &str) -> Result<CallTemplate, InputError> {
        CallTemplate::name("session_name", "The session name", text)
    }

    #[test]
    fn replaces_every_placeholder() {
        for (template, filled) in [
            ("{user}@{host}", "user@laptop"),
            ("{login}-{role}", "ann-guest"),
            ("{account}.{date}", "808768216571.2026-11-21"),
            ("ops-{time}", "ops-20261121T123456Z"),
            ("plain", "plain"),
        ] {
            let template = name(template).expect("a template");
            assert_eq!(template.fill(&facts("user", "laptop")), filled);
        }
    }

    #[test]
    fn b16_the_filled_text_is_always_valid_for_sts() {
        let long = "h".repeat(300);
        for host in ["büro/pc 7", long.as_str(), "", "ж"] {
            let filled = name("{user}@{host}-{time}")
                .expect("valid")
                .fill(&facts("user", host));
            assert!(filled.len() <= 64, "{filled}");
            assert!(filled.ends_with("-20261121T123456Z"), "{filled}");
            assert!(
                filled
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || NAME_MARKS.contains(c))
            );
        }
    }

    #[test]
    fn b16_typed_text_is_rejected_and_not_changed() {
        for bad in [
            "a b",
            "a/b",
            "{user}/x",
            "x",
            "ж1",
            "{users}",
            "{user",
            "user}",
            &"x".repeat(65),
            &format!("{{time}}{}", "x".repeat(49)),
        ] {
            assert!(name(bad).is_err(), "{bad}");
        }
        let error = name("my session").expect_err("a space");
        assert_eq!(error.what, "The session name has a space at position 3.");
        assert_eq!(error.remedy, "Allowed: A-Z a-z 0-9 and + = , . @ _ -.");
        let error = name("{usr}").expect_err("unknown");
        assert_eq!(
            error.what,
            "The session name has an unknown placeholder \"{usr}\"."
        );
        assert!(error.remedy.contains("{user}"), "{}", error.remedy);
    }

    #[test]
    fn values_of_tags_have_their_own_alphabet() {
        let value = |text| CallTemplate::tag_value("tags", "The tag \"Team\"", text);
        let filled = value("Büro {host}")
            .expect("valid")
            .fill(&facts("user", "a&b:c"));
        assert_eq!(filled, "Büro ab:c");
        assert!(value("").is_ok());
        assert!(value("a&b").is_err());
        assert!(value(&"x".repeat(257)).is_err());
    }
}
