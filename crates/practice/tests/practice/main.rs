//! Tests the practice account with a client of our own and with the AWS CLI.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, reads the clock, runs the AWS CLI, and says when it is absent"
)]

mod access_keys;
mod assuming;
mod aws_cli;
mod chaining;
mod client;
mod console;
mod faults;
mod iam;
mod mfa;
mod policies;
mod program;
mod server;
mod signatures;
mod storage;
mod tags;
