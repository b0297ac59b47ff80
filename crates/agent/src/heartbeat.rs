//! The heartbeat: checks the time after each change and before the next deadline, and sleeps in between. Without active
//! sessions it does not wake up.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::Keeper;

/// How long changes are collected before a check, so that a burst causes only one.
const BATCH_DELAY: Duration = Duration::from_millis(50);

/// Starts the heartbeat of a keeper, until the process exits.
///
/// # Errors
/// If no thread can be started, and so there would be no warnings.
pub fn start(keeper: Arc<Keeper>) -> Result<(), Problem> {
    let beat = move || {
        loop {
            let pulse = keeper.tick();
            keeper.wait_after(pulse);
            wait_for_batch();
        }
    };
    match thread::Builder::new().name("heartbeat".into()).spawn(beat) {
        Ok(_) => Ok(()),
        Err(error) => {
            let what = "The heartbeat thread could not be started, so Rolecall could not warn you.";
            let remedy = "End some programs, then start Rolecall again.";
            Err(Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string()))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the heartbeat sleeps")]
fn wait_for_batch() {
    thread::sleep(BATCH_DELAY);
}
