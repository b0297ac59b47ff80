//! The practice account against a raw client of our own and the real AWS CLI.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, reads the clock, runs the AWS CLI, and says when it is absent"
)]

mod assuming;
mod aws_cli;
mod chaining;
mod client;
mod faults;
mod iam;
mod mfa;
mod policies;
mod program;
mod server;
mod signatures;
mod storage;
mod tags;
