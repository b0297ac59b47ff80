//! Access to items of other programs in the user's keychain.

use rolecall_core::value::problem::Problem;
use rolecall_core::value::secret::Secret;

/// Reads items of other programs.
pub trait OtherItems {
    /// Returns the secrets of the items with this service and each of these accounts, or `None` for an item that is
    /// missing.
    ///
    /// # Errors
    /// If there is no keychain, it is locked, or it does not respond.
    fn of_accounts(
        &self,
        service: &str,
        accounts: Vec<String>,
    ) -> Result<Vec<Option<Secret>>, Problem>;

    /// Returns the secrets of all items in the collection of this name, or `None` if there is no such collection.
    ///
    /// # Errors
    /// If there is no keychain, it is locked, or it does not respond.
    fn of_collection(&self, name: &str) -> Result<Option<Vec<Secret>>, Problem>;
}
