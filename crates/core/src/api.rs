//! What can be asked of the program, and by whom.

pub mod call_rules;
pub mod host;
pub mod import;
pub mod message_size;
pub mod protocol;
