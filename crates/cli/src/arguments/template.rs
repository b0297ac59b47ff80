//! What a prompt shows of a session: text with placeholders.

use rolecall_core::sanitise::echo;

use super::Usage;

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// The role's name.
    Role,
    /// The time left.
    Left,
    /// How many sessions are usable.
    Count,
    /// The role's account.
    Account,
    /// What the session is.
    Phase,
}

impl Template {
    /// Reads a template. A brace that begins no word in braces is text.
    ///
    /// # Errors
    /// Lists the placeholders if one is not known.
    pub(super) fn parse(text: &str) -> Result<Self, Usage> {
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
    // Of "{{role}" the second brace is the one that counts.
    let word = word.rsplit('{').next().unwrap_or(word);
    let before = text.len() - after.len() - word.len() - 2;
    Some((&text[..before], word, after))
}

fn placeholder(word: &str) -> Result<Piece, Usage> {
    const KNOWN: &str = "{role}, {left}, {count}, {account}, {phase}";
    Ok(match word {
        "role" => Piece::Role,
        "left" => Piece::Left,
        "count" => Piece::Count,
        "account" => Piece::Account,
        "phase" => Piece::Phase,
        word => {
            let told = format!(
                "There is no placeholder \"{{{}}}\". Known: {KNOWN}.",
                echo(word)
            );
            return Err(Usage(told));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_that_begins_no_placeholder_is_text() {
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
