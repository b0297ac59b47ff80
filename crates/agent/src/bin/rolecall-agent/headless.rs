//! The user interface without a display: there is no clipboard, and notices go to the log.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_agent::engine::Ui;
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::value::sanitise::visible;
use rolecall_core::value::secret::Secret;
use rolecall_core::view::notice::{Notice, Topic};
use rolecall_core::view::snapshot::Snapshot;
use rolecall_keeper::ports::{Audience, Clipboard, Notifier};

/// Returns the user interface of a program without a display.
pub(crate) fn ui() -> Ui {
    Ui {
        clipboard: Arc::new(NoClipboard),
        notifier: Arc::new(LogNotifier),
        audience: Arc::new(NoAudience),
    }
}

struct NoClipboard;

impl Clipboard for NoClipboard {
    fn put(&self, _: &Secret, _: SignedDuration) -> Result<(), Problem> {
        Err(Problem::new(
            ProblemCode::ClipboardFailed,
            "There is no clipboard without a display.",
            "Print the export block: rolecall env ROLE",
        ))
    }
}

struct LogNotifier;

impl Notifier for LogNotifier {
    fn show(&self, notice: &Notice) {
        tracing::info!("{} {}", visible(&notice.title), visible(&notice.body));
    }

    fn withdraw(&self, _: &Topic) {}

    fn reaches_a_person(&self) -> bool {
        false
    }
}

struct NoAudience;

impl Audience for NoAudience {
    fn publish(&self, _: &Snapshot) {}

    fn tick(&self, _: &Snapshot, _: Timestamp) {}

    fn shows_times(&self) -> bool {
        false
    }

    fn shows_roles(&self) -> bool {
        false
    }
}
