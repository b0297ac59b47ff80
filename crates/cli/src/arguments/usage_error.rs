//! A command line that Rolecall does not understand.

use std::fmt;

use rolecall_core::value::nearest::nearest;
use rolecall_core::value::sanitise::echo;

/// What is wrong with the command line, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UsageError(String);

impl UsageError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the error for a word that is none of the known ones.
    pub(super) fn unknown<'a>(
        kind: &str,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let remedy = match nearest(word, known) {
            Some(meant) => format!("Did you mean {meant}?"),
            None => "See: rolecall help".to_owned(),
        };
        Self(format!("Unknown {kind} \"{}\". {remedy}", echo(word)))
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
