//! The STS client against misbehaving servers on loopback.
#![expect(
    clippy::disallowed_methods,
    reason = "the servers have a clock, and a test starts itself in another environment"
)]

mod answers;
mod call;
mod loopback;
mod tls;
mod tries;
