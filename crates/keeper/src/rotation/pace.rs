//! Waits while IAM does not know a change everywhere yet.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency>

use jiff::{SignedDuration, Timestamp};

use crate::Owner;

/// The first wait before another try. Each is twice as long as the one before.
const FIRST: SignedDuration = SignedDuration::from_millis(500);
/// The longest wait before another try.
const LONGEST: SignedDuration = SignedDuration::from_secs(8);
/// How long to wait in all. IAM usually takes a few seconds.
const LIMIT: SignedDuration = SignedDuration::from_secs(90);

/// How long something was waited for.
pub(super) struct Patience {
    begun_at: Timestamp,
    next: SignedDuration,
}

impl Owner {
    /// Returns the patience for something that is waited for from now on.
    pub(super) fn patience(&self) -> Patience {
        Patience {
            begun_at: self.ports.clock.now(),
            next: FIRST,
        }
    }

    /// Waits before another try, and shows what it waits for. Returns `false` at once if it took too long.
    pub(super) async fn wait_again(&self, patience: &mut Patience, message: &str) -> bool {
        let waited = self.ports.clock.now().duration_since(patience.begun_at);
        if waited >= LIMIT {
            return false;
        }
        self.show_waiting(Some(message));
        self.sleep(patience.next).await;
        self.show_waiting(None);
        patience.next = (patience.next * 2).min(LONGEST);
        true
    }

    /// Shows what a rotation waits for.
    pub(super) fn show_waiting(&self, message: Option<&str>) {
        self.update(|state| state.keys.rotations.waiting = message.map(str::to_owned));
    }
}
