//! The practice account: a small AWS on loopback, for trying Rolecall without an AWS account.
//!
//! It checks signatures, evaluates trust and permissions policies with `rolecall-policy`, enforces the limits of AWS,
//! and responds in the words of AWS. It listens only on 127.0.0.1, writes nothing to disk, and does not wake up without
//! calls.
//!
//! ```text
//! TCP ─► server ─► Call ─► Account::answer ─► signature ─► sts | iam | s3 ─► Reply
//!                                    ├─ console, for browsers
//!                                    └─ faults, counters, sessions, one-time codes
//! ```

mod account;
mod attachments;
mod authenticator;
mod call;
mod caller;
mod consistency;
mod console;
mod control;
mod failure;
mod fault;
mod iam;
mod identifier;
mod key_record;
mod percent;
mod practice;
mod reply;
mod s3;
mod server;
mod service;
mod signature;
mod signature_key;
mod sts;
mod wire_time;
mod world;
mod xml;

pub use fault::{Fault, FaultError, FaultKind};
pub use practice::{Control, Practice, PracticeConfig, PracticeKey, StartError};
pub use world::{PracticeRole, World, WorldError};
