//! Requests to the keychain, and the trait of a platform's keychain.

use rolecall_core::value::keychain_error::KeychainError;
use zeroize::Zeroizing;

use crate::secret_store::Asking;

/// The service name of all our items. It must never change, because it finds items of other versions.
pub(super) const SERVICE: &str = "rolecall";

/// One call to the keychain.
pub(super) struct Request {
    pub(super) work: Work,
    pub(super) asking: Asking,
}

/// The work of a call.
pub(super) enum Work {
    Item(ItemRequest),
    /// Lists the accounts of all our items, as the values.
    Accounts,
    Others(
        #[cfg_attr(
            not(target_os = "linux"),
            expect(dead_code, reason = "other programs' items are read on Linux only")
        )]
        Others,
    ),
}

/// An operation on our item of an account.
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

/// The items of other programs to read.
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "other programs' items are read on Linux only")
)]
pub(super) enum Others {
    /// The items with this service and each of these accounts.
    OfAccounts {
        service: String,
        accounts: Vec<String>,
    },
    /// All items in the collection of this name.
    InCollection(String),
}

/// The values or accounts that were read, with `None` for a missing item of another program.
pub(super) type Values = Vec<Option<Zeroizing<Vec<u8>>>>;

/// The result of a call.
pub(super) type Outcome = Result<Values, KeychainError>;

/// A keychain, as used by its thread. It may block, and reports when its own dialog opens.
pub(super) trait Backend: Send {
    fn run(&mut self, request: &Request, dialog_opens: &dyn Fn()) -> Outcome;
}
