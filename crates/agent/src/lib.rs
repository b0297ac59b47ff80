//! Everything in Rolecall that acts without a display: STS, keychain, state, the local socket, the heartbeat.

pub mod answer;
pub mod aws_files;
pub mod clock;
mod container;
mod disk;
pub mod engine;
pub mod files;
pub mod hand_over;
pub mod hardening;
pub mod heartbeat;
mod hex;
pub mod host;
pub mod instance;
pub mod keychain;
pub mod keyring;
pub mod log;
pub mod machine;
pub mod paths;
pub mod programs;
pub mod requester;
pub mod seal;
pub mod sealed_file;
pub mod socket;
pub mod store;
pub mod sts;
pub mod teams;
pub mod watch;
