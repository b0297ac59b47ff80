//! How the codes of a role's MFA device are used.

use crate::value::input::InputError;
use crate::value::sanitise;

/// How a code of the role's device is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeUse {
    /// One code serves this role and others. Sessions last at most one hour.
    Shared,
    /// Each session needs its own code, and lasts as long as the role allows.
    Own,
}

impl CodeUse {
    /// Reads `shared` or `own`.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        match text.trim() {
            "shared" => Ok(Self::Shared),
            "own" => Ok(Self::Own),
            text => Err(InputError::new(
                "mfa_code",
                format!("\"{}\" is not a valid use of codes.", sanitise::echo(text)),
                "Write \"shared\" (one code for several roles) or \"own\" (one code for each session).",
            )),
        }
    }

    /// Returns the word that [`CodeUse::parse`] reads.
    pub fn text(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Own => "own",
        }
    }
}
