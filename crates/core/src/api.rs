//! The calls of the program: the protocol of the local socket, and its values.

pub mod call_rules;
pub mod host;
pub mod import;
pub mod message_size;
pub mod protocol;
mod version_0_1_0;

#[cfg(test)]
mod tests;
