//! The heartbeat: checks the time after each change and before the next deadline, and sleeps in between. Without active
//! sessions it does not wake up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_keeper::{Concern, Keeper, Woken};

/// How long changes are collected before a check, so that a burst causes only one.
const BATCH_DELAY: Duration = Duration::from_millis(50);
/// The pause after a panic. It doubles with each further one.
const FAULT_DELAY: Duration = Duration::from_secs(1);
/// The longest pause after a panic.
const FAULT_DELAY_MAX: Duration = Duration::from_secs(60);

/// Starts the heartbeat of a keeper, until the process exits.
///
/// # Errors
/// If no thread can be started, and so there would be no warnings.
pub fn start(keeper: Arc<Keeper>) -> Result<(), Problem> {
    let beating = move || beat(&keeper);
    match thread::Builder::new()
        .name("heartbeat".into())
        .spawn(beating)
    {
        Ok(_) => Ok(()),
        Err(error) => {
            let what = "The heartbeat thread could not be started, so Rolecall could not warn you.";
            let remedy = "End some programs, then start Rolecall again.";
            Err(Problem::new(ProblemCode::Internal, what, remedy).with_detail(error.to_string()))
        }
    }
}

/// Beats as long as the process runs. A panic is shown once, and the heartbeat goes on after a pause.
fn beat(keeper: &Keeper) {
    let mut is_shown = false;
    let mut fault_delay = FAULT_DELAY;
    loop {
        let beaten = catch_unwind(AssertUnwindSafe(|| {
            let pulse = keeper.tick();
            keeper.wait_after(pulse)
        }));
        if let Ok(woken) = beaten {
            fault_delay = FAULT_DELAY;
            if woken == Woken::Changed {
                sleep(BATCH_DELAY);
            }
            continue;
        }
        tracing::error!("the heartbeat panicked; it goes on in {fault_delay:?}");
        if !is_shown {
            is_shown = catch_unwind(AssertUnwindSafe(|| show_fault(keeper))).is_ok();
        }
        sleep(fault_delay);
        fault_delay = FAULT_DELAY_MAX.min(2 * fault_delay);
    }
}

fn show_fault(keeper: &Keeper) {
    let what = "Because of a fault in Rolecall, a warning about a session may be missing.";
    let remedy = "Check when your sessions end, restart Rolecall, and report this.";
    let problem = Problem::new(ProblemCode::Internal, what, remedy);
    keeper.set_standing(Concern::Heartbeat, Some(problem));
}

#[expect(clippy::disallowed_methods, reason = "the heartbeat sleeps")]
fn sleep(time: Duration) {
    thread::sleep(time);
}
