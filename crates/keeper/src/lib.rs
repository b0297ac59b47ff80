//! The use cases, and the owner of all state, between the ports and the callers.
//!
//! Other crates use [`Keeper`], whose calls block. It contains an `Owner` with the state, and with use cases that are
//! `async` functions. One use case runs at a time. Others run while it waits. A call to a port is a wait, so a slow
//! network or keychain never blocks a reader (see `run`).

#[cfg(any(test, feature = "fakes"))]
pub mod fakes;
pub mod journal;
pub mod memory;
pub mod ports;

mod assume;
mod assume_role_call;
mod aws_files;
mod catalogue;
mod code_source;
mod connect;
mod consent;
mod console;
mod container;
mod dead_signer;
mod denial;
mod digest;
mod doctor;
mod duration_limit;
mod end;
mod explain;
mod gate;
mod hand_out;
mod handle;
mod health;
mod history;
mod import;
mod in_flight;
mod intent;
mod key_facts;
mod key_move;
mod key_session;
mod keys;
mod ledger;
mod listing;
mod marks;
mod maximum;
mod mfa;
mod own_file;
mod owner;
mod persist;
mod policy;
mod production;
mod program_endpoint;
mod prompt;
mod prospect;
mod question;
mod reason;
mod renewal;
mod restore;
mod revoke;
mod rotation;
mod run;
mod settings;
mod setup;
#[cfg(test)]
mod simulation;
mod state;
mod task;
mod teams;
mod temporary;
mod tick;
mod totp;
mod turn;
mod view;
mod wait;
mod waiter;
mod warnings;

pub use consent::About;
pub use handle::Keeper;
pub use ports::Ports;
pub use question::Given;
pub use state::problems::Concern;
pub use tick::{Pulse, Woken};
pub use waiter::{Afterwards, Waiter};

use owner::Owner;
use state::State;
