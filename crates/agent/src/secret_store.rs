//! The store of secret texts, each under a name.

use rolecall_core::value::keychain_error::KeychainError;
use rolecall_core::value::secret::Secret;

/// Keeps secret texts, each under an account's name.
pub trait SecretStore: Send + Sync {
    /// Returns the text kept under `account`.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn fetch_text(&self, account: &str, asking: Asking) -> Result<Secret, KeychainError>;

    /// Keeps a text under `account`. `label` is public: desktops list it.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn store_text(
        &self,
        account: &str,
        label: &str,
        text: &Secret,
        asking: Asking,
    ) -> Result<(), KeychainError>;
}

/// Whether a call may raise the keychain's own unlock dialog. Where the platform cannot tell beforehand (macOS),
/// a quiet call may raise it as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asking {
    /// A locked keychain is an error.
    Quiet,
    /// The user just asked for something and expects the dialog.
    MayPrompt,
}
