//! What goes wrong with a keychain.

use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

/// Why the keychain gave or took nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// It is locked, and its own prompt was cancelled or not answered.
    #[error("the keychain is locked")]
    Locked,
    /// It is a file under a passphrase, which was not given yet.
    #[error("the file of keys is sealed")]
    Sealed,
    /// None runs here.
    #[error("no keychain runs here")]
    Absent,
    /// It did not answer in time.
    #[error("the keychain does not answer")]
    Frozen,
    /// It refused.
    #[error("the keychain refused: {0}")]
    Denied(String),
    /// It holds nothing under this id.
    #[error("the keychain holds nothing under this id")]
    Empty,
    /// What it holds, or read back after writing, cannot be used.
    #[error("the keychain's item cannot be used")]
    Corrupt,
}

impl From<KeychainError> for Problem {
    fn from(error: KeychainError) -> Self {
        let (code, what, remedy) = match &error {
            KeychainError::Locked => (
                ProblemCode::KeychainLocked,
                "The keychain is locked.",
                "Unlock it, then try again. Sessions you have keep working.",
            ),
            KeychainError::Sealed => (
                ProblemCode::KeysSealed,
                "The access keys are in a file under a passphrase, which was not given since Rolecall started.",
                "Open it with: rolecall unlock",
            ),
            KeychainError::Absent => (
                ProblemCode::KeychainAbsent,
                "No keychain runs in this desktop session.",
                "On Linux install and start one that offers the Secret Service: gnome-keyring, KWallet or KeePassXC. \
                 On a machine without a desktop, keys can be kept in a file under a passphrase: rolecall agent --sealed-file",
            ),
            KeychainError::Frozen => (
                ProblemCode::KeychainFrozen,
                "The keychain does not answer.",
                "Restart it (or sign out and in), then try again. Sessions you have keep working.",
            ),
            KeychainError::Denied(said) => {
                let what = format!("The keychain refused: {}", sanitise::echo(said));
                let remedy = "Allow Rolecall to use it, then try again.";
                return Self::new(ProblemCode::KeychainDenied, what, remedy);
            }
            KeychainError::Empty => (
                ProblemCode::KeychainEmpty,
                "The keychain no longer holds the secret of this access key.",
                "Remove the key here and add it again.",
            ),
            KeychainError::Corrupt => (
                ProblemCode::KeychainEmpty,
                "What the keychain holds under this access key cannot be used.",
                "Remove the key here and add it again.",
            ),
        };
        Problem::new(code, what, remedy)
    }
}
