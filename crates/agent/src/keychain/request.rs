//! One call to the keychain, and what a platform's keychain has to do with it.

use rolecall_core::value::keychain_error::KeychainError;
use zeroize::Zeroizing;

use crate::secret_store::Asking;

/// What all items of ours have in common. Items of other versions are found by it: it never changes.
pub(super) const SERVICE: &str = "rolecall";

/// One call to the keychain.
pub(super) struct Request {
    pub(super) work: Work,
    pub(super) asking: Asking,
}

/// What a call does.
pub(super) enum Work {
    Item(ItemRequest),
    Others(Others),
}

/// What is done with our item of an account.
pub(super) struct ItemRequest {
    pub(super) account: String,
    pub(super) label: String,
    pub(super) operation: Operation,
}

pub(super) enum Operation {
    Fetch,
    Store(Zeroizing<Vec<u8>>),
    Remove,
}

/// Which items of other programs are read.
pub(super) enum Others {
    /// Those with this service and each of these accounts.
    OfAccounts {
        service: String,
        accounts: Vec<String>,
    },
    /// All in the collection of this name.
    InCollection(String),
}

/// The values that were read; `None` for an item of another program that does not exist.
pub(super) type Values = Vec<Option<Zeroizing<Vec<u8>>>>;

/// What a call gave.
pub(super) type Outcome = Result<Values, KeychainError>;

/// A keychain as its thread sees it: may block, and says when its own dialog opens.
pub(super) trait Backend: Send {
    fn run(&mut self, request: &Request, dialog_opens: &dyn Fn()) -> Outcome;
}
