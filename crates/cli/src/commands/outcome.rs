//! The result of a command.

use std::process::ExitCode;

use rolecall_core::value::secret::Secret;

/// The result of a command.
pub(crate) enum Outcome {
    /// Text to print. It may hold credentials.
    Text(Secret),
    /// Text to print, and the exit code of a failure.
    Failed(String),
    /// A program ran and exited with this code.
    Exited(ExitCode),
    /// A program could not be started. The code is the one that shells use for it.
    NotStarted { message: String, code: u8 },
}

impl From<String> for Outcome {
    fn from(text: String) -> Self {
        Self::Text(Secret::new(text))
    }
}

impl From<Secret> for Outcome {
    fn from(text: Secret) -> Self {
        Self::Text(text)
    }
}
