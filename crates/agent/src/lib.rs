//! The parts of Rolecall with side effects that need no display: STS, keychain, state, local socket, heartbeat.

mod alarms;
pub mod answer;
pub mod aws_files;
pub mod caller;
pub mod clock;
#[cfg(target_os = "linux")]
mod clock_watch;
mod container;
mod disk;
pub mod engine;
mod file_attributes;
mod file_edit;
pub mod files;
pub mod hand_over;
pub mod hardening;
pub mod heartbeat;
pub mod host;
pub mod in_flight;
pub mod instance;
pub mod keychain;
pub mod keyring;
pub mod log;
pub mod machine;
mod own_file;
pub mod paths;
pub mod programs;
mod reply;
pub mod requester;
pub mod seal;
pub mod sealed_file;
pub mod secret_store;
pub mod socket;
pub mod store;
pub mod sts;
mod tasks;
pub mod teams;
pub mod watch;
