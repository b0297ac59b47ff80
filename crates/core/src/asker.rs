//! The requester of credentials: its process tree, the policy that decides, and the history of requests.

pub mod by;
pub mod consent;
pub mod history;
pub mod proxy_field;
pub mod requester;
pub mod tcp_peer;
