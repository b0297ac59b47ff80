//! How other programs that write the same file are waited for.

use std::thread;
use std::time::{Duration, Instant};

/// How often an edit is repeated because another program changed the file.
pub(super) const ATTEMPTS: usize = 5;

#[expect(
    clippy::disallowed_methods,
    reason = "waits for other programs, with a deadline"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Waits as long as one write of another program may take.
#[expect(
    clippy::disallowed_methods,
    reason = "waits for other programs, with a deadline"
)]
pub(super) fn pause() {
    thread::sleep(Duration::from_millis(10));
}
