//! One call to the keychain, and what a platform's keychain has to do with it.

use rolecall_core::value::keychain_error::KeychainError;
use zeroize::Zeroizing;

use crate::secret_store::Asking;

/// What all items of ours have in common. Items of other versions are found by it: it never changes.
pub(super) const SERVICE: &str = "rolecall";

/// One call to the keychain.
pub(super) struct Request {
    pub(super) account: String,
    pub(super) label: String,
    pub(super) operation: Operation,
    pub(super) asking: Asking,
}

/// What is done with the item of an account.
pub(super) enum Operation {
    Fetch,
    Store(Zeroizing<Vec<u8>>),
    Remove,
}

/// What a call gave: a value if one was fetched.
pub(super) type Outcome = Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;

/// A keychain as its thread sees it: may block, and says when its own dialog opens.
pub(super) trait Backend: Send {
    fn run(&mut self, request: &Request, dialog_opens: &dyn Fn()) -> Outcome;
}
