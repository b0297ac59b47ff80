//! The heartbeat: looks at the time whenever something changed and before the next change, and sleeps in between.
//! With nothing live it does not wake at all.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::Keeper;

/// How long changes are gathered before they are looked at, so that a burst of them is one look.
const GATHER: Duration = Duration::from_millis(50);

/// Starts the heartbeat of a keeper, for the life of the process.
///
/// # Errors
/// If no thread can be started: then no warning would ever come.
pub fn start(keeper: Arc<Keeper>) -> Result<(), Problem> {
    let beat = move || {
        loop {
            let pulse = keeper.tick();
            keeper.wait_after(pulse);
            gather();
        }
    };
    match thread::Builder::new().name("heartbeat".into()).spawn(beat) {
        Ok(_) => Ok(()),
        Err(error) => {
            let what = "No thread for the heartbeat could be started, so no warning would come.";
            let remedy = "End some programs, then start Rolecall again.";
            Err(Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string()))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the heartbeat sleeps")]
fn gather() {
    thread::sleep(GATHER);
}
