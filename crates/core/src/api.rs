//! The calls of the program: the protocol of the local socket, and its values.

pub mod call_rules;
pub mod console;
pub mod desktop;
pub mod frame;
pub mod host;
pub mod import;
pub mod message_size;
pub mod protocol;
pub mod question;
pub mod reset;
pub mod version;
mod version_0_1_0;
pub mod window_memory;
pub mod wire_environment;
pub mod wire_secret;

#[cfg(test)]
mod tests;
