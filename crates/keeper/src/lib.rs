//! The use cases: the one owner of all state, between the ports and whoever asks.
//!
//! [`Keeper`] is what others hold: its calls block. Behind it an `Owner` has the state, and use cases that are `async`
//! functions. One of them runs at a time; it gives way to others only where it waits, and a call to a port is a wait, so
//! a slow network or keychain never holds up a reader (see `run`).

#[cfg(any(test, feature = "fakes"))]
pub mod fakes;
pub mod memory;
pub mod ports;

mod asking;
mod assume;
mod aws_files;
mod catalogue;
mod code_source;
mod connect;
mod consent;
mod container;
mod denied;
mod duration_limit;
mod end;
mod explain;
mod gate;
mod hand_out;
mod handle;
mod in_flight;
mod key_move;
mod key_session;
mod keys;
mod ledger;
mod listing;
mod marks;
mod maximum;
mod mfa;
mod move_in;
mod noting;
mod owner;
mod persist;
mod policy;
mod prompt;
mod reason;
mod restore;
mod run;
mod served;
mod settings;
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
mod wish;

pub use handle::Keeper;
pub use ports::Ports;
pub use state::Concern;
pub use tick::Pulse;
pub use waiter::{Afterwards, Waiter};

use owner::Owner;
use state::State;
