//! The requester of credentials: its process tree, the policy that decides, and the history of requests.

pub mod consent;
pub mod history;
pub mod requester;
