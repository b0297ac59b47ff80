//! Ctrl-C, while something in several steps runs: it stops after the present step. A second one ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// The exit code of a program that a second Ctrl-C ended, as shells count it.
const INTERRUPTED: i32 = 130;
/// How soon Ctrl-C ends a pause.
const SLICE: Duration = Duration::from_millis(100);

/// Whether Ctrl-C was pressed.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Notes Ctrl-C from now on, until the program ends. If the system does not allow that, nothing is begun.
    pub(crate) fn watch() -> Self {
        let pressed = Arc::new(AtomicBool::new(false));
        // In this order, so that the first Ctrl-C only sets the flag and the second finds it set.
        let is_watched =
            flag::register_conditional_shutdown(SIGINT, INTERRUPTED, pressed.clone()).is_ok();
        if is_watched && flag::register(SIGINT, pressed.clone()).is_err() {
            pressed.store(true, Ordering::Relaxed);
        }
        Self(pressed)
    }

    /// Returns whether Ctrl-C was pressed.
    pub(crate) fn was_pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits, but not longer than until Ctrl-C is pressed.
    #[expect(
        clippy::disallowed_methods,
        reason = "IAM needs some seconds until it knows a change everywhere"
    )]
    pub(crate) fn pause(&self, time: Duration) {
        let mut left = time;
        while !left.is_zero() && !self.was_pressed() {
            let slice = left.min(SLICE);
            std::thread::sleep(slice);
            left -= slice;
        }
    }
}
