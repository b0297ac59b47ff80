//! Rolecall.
fn main() {}
