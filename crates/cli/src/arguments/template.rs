//! The text of `status --format`, with placeholders for a session's values.

use rolecall_core::value::sanitise::echo;

use super::usage_error::UsageError;

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Plain text.
    Text(String),
    /// The role's name.
    Role,
    /// The time left.
    Left,
    /// How many sessions are usable.
    Count,
    /// The role's account.
    Account,
    /// The phase of the session.
    Phase,
    /// The variables that replace the shell's session.
    Replaced,
}

impl Template {
    /// Reads a template. A brace without a partner is text.
    ///
    /// # Errors
    /// Lists the known placeholders if one is unknown.
    pub(super) fn parse(text: &str) -> Result<Self, UsageError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, word, after)) = next_placeholder(rest) {
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(placeholder(word)?);
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self(pieces))
    }
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (_, inside) = text.split_once('{')?;
    let (word, after) = inside.split_once('}')?;
    // In "{{role}" the second brace begins the placeholder.
    let word = word.rsplit('{').next().unwrap_or(word);
    let before = text.len() - after.len() - word.len() - 2;
    Some((&text[..before], word, after))
}

fn placeholder(word: &str) -> Result<Piece, UsageError> {
    const KNOWN: &str = "{role}, {left}, {count}, {account}, {phase}, {replaced}";
    Ok(match word {
        "role" => Piece::Role,
        "left" => Piece::Left,
        "count" => Piece::Count,
        "account" => Piece::Account,
        "phase" => Piece::Phase,
        "replaced" => Piece::Replaced,
        word => {
            let word = echo(word);
            return Err(UsageError::new(format!(
                "Unknown placeholder \"{{{word}}}\". Known: {KNOWN}."
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_without_a_partner_is_text() {
        let text = |text: &str| Piece::Text(text.to_owned());
        for (given, pieces) in [
            ("", vec![]),
            ("{role} {left}", vec![Piece::Role, text(" "), Piece::Left]),
            ("{{count}}", vec![text("{"), Piece::Count, text("}")]),
            ("a}{", vec![text("a}{")]),
        ] {
            assert_eq!(Template::parse(given), Ok(Template(pieces)), "{given}");
        }
        assert!(Template::parse("{rolle}").is_err());
    }
}
