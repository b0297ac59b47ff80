//! Who asks for credentials: the process tree, whether it may have them, and the history of requests.

pub mod consent;
pub mod history;
pub mod requester;
