//! How often and how long a step waits for IAM, where a change takes some seconds to be known everywhere.

use rolecall_core::setup::{Found, Run, SetupProgress, SetupStepView};

/// How often a step is tried while IAM does not know yet what was made before. With the waits between, about a minute.
const TRIES_MAX: u32 = 12;
/// The first wait before another try. Each is twice as long as the one before.
const FIRST_WAIT_MS: u64 = 500;
/// The longest wait before another try.
const LONGEST_WAIT_MS: u64 = 8_000;

/// Returns the wait before another try; `None` if there were enough.
pub(super) fn wait(tries: u32, message: &str) -> Option<SetupProgress> {
    (tries < TRIES_MAX).then(|| after(tries, message))
}

/// Returns the wait for what may be unknown to some of IAM's servers. It is not over before [`crate::journal::SETTLING`] is, however
/// often the caller says that it tried.
pub(super) fn unsettled(tries: u32) -> SetupProgress {
    after(tries, "IAM does not show the last change everywhere yet.")
}

fn after(tries: u32, message: &str) -> SetupProgress {
    let ms = FIRST_WAIT_MS << tries.min(10);
    SetupProgress::Wait {
        message: message.to_owned(),
        ms: ms.min(LONGEST_WAIT_MS),
    }
}

/// Returns the step as it is now.
pub(super) fn step_view(run: &Run, place: usize) -> SetupProgress {
    match run.entries.get(place) {
        Some(entry) => SetupProgress::Step(SetupStepView::from(entry)),
        None => SetupProgress::Finished,
    }
}

/// Returns whether there is nothing.
pub(super) fn is_absent(found: &Found) -> bool {
    matches!(found, Found::Absent)
}
