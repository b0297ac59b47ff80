//! The calls of the program: the protocol of the local socket, and its values.

pub mod call_rules;
pub mod desktop;
pub mod frame;
pub mod host;
pub mod import;
pub mod message_size;
pub mod protocol;
mod version_0_1_0;
pub mod wire_secret;

#[cfg(test)]
mod tests;
