//! What happens when a role's session comes to its end.

use serde::{Deserialize, Serialize};

use crate::value::input::InputError;
use crate::value::sanitise;

/// What happens when a role's session comes to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Renew {
    /// A notification offers to renew it. A program that asks near the end gets a renewed one.
    #[default]
    Ask,
    /// Rolecall renews it in time, as long as nobody has to enter anything.
    Automatic,
    /// It ends. Nothing renews it before, and no notification offers to.
    Never,
}

impl Renew {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Ask, Self::Automatic, Self::Never];

    /// Reads `ask`, `automatic` or `never`.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let text = text.trim();
        let found = Self::ALL.into_iter().find(|it| it.text() == text);
        found.ok_or_else(|| {
            InputError::new(
                "renew",
                format!("\"{}\" is not a way to renew.", sanitise::echo(text)),
                "Write \"ask\", \"automatic\" or \"never\".",
            )
        })
    }

    /// Returns the word that [`Renew::parse`] reads.
    pub fn text(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Automatic => "automatic",
            Self::Never => "never",
        }
    }
}
