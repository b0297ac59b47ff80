//! Errors of the keychain.

use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

/// The maximum number of characters of a keychain's own words in a message.
const SAID_LIMIT: usize = 200;

/// Why an operation of the keychain failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// The keychain is locked, and its own prompt was cancelled or not answered.
    #[error("the keychain is locked")]
    Locked,
    /// The keys are in a sealed file, and its passphrase was not entered.
    #[error("the key file is locked")]
    Sealed,
    /// No keychain is running.
    #[error("no keychain is running")]
    Absent,
    /// The keychain did not respond in time.
    #[error("the keychain does not respond")]
    Frozen,
    /// The system lacks the resources to ask the keychain, such as file descriptors.
    #[error("the keychain cannot be asked: {0}")]
    Exhausted(String),
    /// The keychain denied access or failed, and said this about it.
    #[error("the keychain reported an error: {0}")]
    Denied(String),
    /// The keychain has no entry for this ID.
    #[error("the keychain has no entry for this ID")]
    Empty,
    /// The entry, or what was read back after writing it, is not valid.
    #[error("the keychain entry is invalid")]
    Corrupt,
}

impl From<KeychainError> for Problem {
    fn from(error: KeychainError) -> Self {
        let (code, what, remedy) = match &error {
            KeychainError::Locked => (
                ProblemCode::KeychainLocked,
                "The keychain is locked.",
                "Unlock it, then try again. Active sessions keep working.",
            ),
            KeychainError::Sealed => (
                ProblemCode::KeysSealed,
                "The key file is locked.",
                "Unlock it with: rolecall unlock",
            ),
            KeychainError::Absent => (
                ProblemCode::KeychainAbsent,
                "No keychain is running in this desktop session.",
                "On Linux, install and start a Secret Service: gnome-keyring, KWallet or KeePassXC. \
                 Without a desktop, keep keys in an encrypted file: rolecall agent --sealed-file",
            ),
            KeychainError::Frozen => (
                ProblemCode::KeychainFrozen,
                "The keychain does not respond.",
                "Restart it (or sign out and in), then try again. Active sessions keep working.",
            ),
            KeychainError::Exhausted(said) => {
                let what = format!("The keychain cannot be asked: {}.", sanitise::echo(said));
                let remedy = "Close some programs or restart Rolecall, then try again. Active sessions keep working.";
                return Self::new(ProblemCode::NoResources, what, remedy);
            }
            KeychainError::Denied(said) => {
                let said = sanitise::cut(&sanitise::visible(said), SAID_LIMIT);
                let what = format!(
                    "The keychain reported an error: {}.",
                    said.trim_end_matches('.')
                );
                let remedy = "Check that it works and that Rolecall may use it, then try again.";
                return Self::new(ProblemCode::KeychainDenied, what, remedy);
            }
            KeychainError::Empty => (
                ProblemCode::KeychainEmpty,
                "Rolecall no longer has the secret of this access key.",
                "Remove the key and add it again.",
            ),
            KeychainError::Corrupt => (
                ProblemCode::KeychainEmpty,
                "The keychain entry of this access key is invalid.",
                "Remove the key and add it again.",
            ),
        };
        Problem::new(code, what, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_keychain_said_is_a_sentence_of_the_message() {
        let said = "createDLGroup failed: maybe libqca-ossl is missing";
        for said in [said.to_owned(), format!("{said}.")] {
            let problem = Problem::from(KeychainError::Denied(said));
            let what = "The keychain reported an error: createDLGroup failed: maybe libqca-ossl is missing.";
            assert_eq!(problem.what, what);
        }
    }

    #[test]
    fn what_the_keychain_said_is_sanitised() {
        let said = format!("\u{1b}[2J{}", "x".repeat(500));
        let what = Problem::from(KeychainError::Denied(said)).what;
        assert!(
            what.contains("\\u{1b}[2Jxxx") && what.ends_with("x…."),
            "{what}"
        );
        assert!(what.chars().count() < 250, "{what}");
    }
}
