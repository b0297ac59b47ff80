//! The user's keychain, as far as items of other programs are read from it.

use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

/// Reads items of other programs.
pub trait OtherItems {
    /// Returns the secrets of the items with this service and each of these accounts, `None` for a missing one.
    ///
    /// # Errors
    /// If the keychain is absent, locked or does not answer.
    fn of_accounts(
        &self,
        service: &str,
        accounts: Vec<String>,
    ) -> Result<Vec<Option<Secret>>, Problem>;

    /// Returns the secrets of all items in the collection of this name; `None` if there is no such collection.
    ///
    /// # Errors
    /// If the keychain is absent, locked or does not answer.
    fn of_collection(&self, name: &str) -> Result<Option<Vec<Secret>>, Problem>;
}
