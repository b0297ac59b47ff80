//! Everything in Rolecall that acts without a display: STS, keychain, state, the local socket, the heartbeat.

mod disk;
pub mod files;
pub mod keychain;
pub mod paths;
pub mod seal;
pub mod store;
pub mod watch;
