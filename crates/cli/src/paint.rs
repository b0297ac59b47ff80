//! Colours on the terminal. Words always say the same.

use std::io::{IsTerminal, stdout};

use rolecall_core::catalogue::marks::Colour;

/// Whether text has colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Paint {
    /// No colours.
    #[default]
    Plain,
    /// ANSI colours.
    Coloured,
}

impl Paint {
    /// Returns whether standard output has colours: it is a capable terminal, and `NO_COLOR` is not set.
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

    /// Returns a word in the colour of a warning.
    pub(crate) fn warning(self, word: &str) -> String {
        match self {
            Self::Plain => word.to_owned(),
            Self::Coloured => format!("\x1b[1;31m{word}\x1b[0m"),
        }
    }
}

/// Returns the colour from the palette of 256. Users change the first sixteen.
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
