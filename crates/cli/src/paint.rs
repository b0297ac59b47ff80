//! Colour on the terminal: beside words that say the same, and only where somebody looks who wants it.

use std::io::{IsTerminal, stdout};

use rolecall_core::marks::Colour;

/// Whether text is painted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Paint {
    /// It is not.
    #[default]
    Plain,
    /// It is, with ANSI's sequences.
    Coloured,
}

impl Paint {
    /// Returns whether standard output is painted: if it is a terminal that can be, and `NO_COLOR` does not object.
    /// <https://no-color.org>
    pub(crate) fn of_output(no_color: bool, terminal: Option<&str>) -> Self {
        match !no_color && terminal != Some("dumb") && stdout().is_terminal() {
            true => Self::Coloured,
            false => Self::Plain,
        }
    }

    /// Returns a word in a colour.
    pub(crate) fn tinted(self, word: &str, colour: Colour) -> String {
        match self {
            Self::Plain => word.to_owned(),
            Self::Coloured => format!("\x1b[{}m{word}\x1b[0m", code(colour)),
        }
    }

    /// Returns a word that warns.
    pub(crate) fn warning(self, word: &str) -> String {
        match self {
            Self::Plain => word.to_owned(),
            Self::Coloured => format!("\x1b[1;31m{word}\x1b[0m"),
        }
    }
}

/// Returns the colour as terminals of 256 colours know it; the user's own sixteen may be anything.
fn code(colour: Colour) -> &'static str {
    match colour {
        Colour::Red => "38;5;167",
        Colour::Orange => "38;5;172",
        Colour::Green => "38;5;71",
        Colour::Blue => "38;5;68",
        Colour::Purple => "38;5;134",
        Colour::Grey => "38;5;102",
    }
}
