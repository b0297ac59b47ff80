//! Notifications about the ends of sessions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use rolecall_core::session::Session;
use rolecall_core::value::name::Name;
use rolecall_core::view::notice::DIGEST_FROM;

/// How many notifications may come within [`WITHIN`].
const AT_MOST: usize = 10;
pub(crate) const WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// Notifications about the ends of sessions.
#[derive(Default)]
pub(crate) struct Warnings {
    /// When the latest ones were shown, the oldest first.
    shown: VecDeque<Timestamp>,
    /// Until when warnings that are due are held back, to be shown together.
    pub(crate) held_until: Option<Timestamp>,
    /// The warnings that come again, by role: the ID of the session, and when.
    pub(crate) snoozed: BTreeMap<Name, (String, Timestamp)>,
    /// The IDs of the sessions that the digest on the screen names.
    pub(crate) digest: BTreeSet<String>,
    /// Whether the digest names sessions that were renewed or ended since.
    pub(crate) is_digest_stale: bool,
    /// The last warning that was shown about each role in this run: the ID of the session, and the lead time.
    reported: BTreeMap<Name, (String, SignedDuration)>,
}

impl Warnings {
    /// Returns whether this warning, or a later one, is known to have been shown.
    pub(crate) fn was_shown(&self, session: &Session, lead: SignedDuration) -> bool {
        let reported = self.reported.get(&session.role);
        reported.is_some_and(|(id, last)| id == session.id() && *last <= lead)
    }

    /// Notes that a warning was shown.
    pub(crate) fn note_shown(&mut self, session: &Session, lead: SignedDuration) {
        let reported = (session.id().to_owned(), lead);
        self.reported.insert(session.role.clone(), reported);
    }

    /// Returns whether `count` warnings may be shown now, as one notification if they are many. If `more` become due
    /// within a minute, or too many came, they are held back for up to a minute, and then shown together.
    pub(crate) fn admit(&mut self, count: usize, more: usize, now: Timestamp) -> bool {
        self.shown
            .retain(|at| *at <= now && now.duration_since(*at) < WITHIN);
        let is_held = self
            .held_until
            .is_some_and(|until| now < until && until <= now + WITHIN);
        if is_held {
            return false;
        }
        if self.held_until.take().is_none() && more > AT_MOST {
            self.held_until = Some(now + WITHIN);
            return false;
        }
        let needed = if count >= DIGEST_FROM { 1 } else { count };
        if self.shown.len() + needed <= AT_MOST {
            self.shown.extend(std::iter::repeat_n(now, needed));
            return true;
        }
        let excess = self.shown.len() + needed - AT_MOST;
        let free_at = self.shown.get(excess - 1).map(|at| *at + WITHIN);
        self.held_until = Some(free_at.unwrap_or(now + WITHIN));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
        start + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn ten_come_within_a_minute_and_the_rest_after_it() {
        let mut warnings = Warnings::default();
        for second in 0..10 {
            assert!(warnings.admit(1, 0, at(second)));
        }
        assert!(!warnings.admit(1, 0, at(10)));
        assert_eq!(warnings.held_until, Some(at(60)));
        assert!(!warnings.admit(400, 0, at(59)) && warnings.admit(400, 0, at(60)));
        assert!(warnings.admit(2, 0, at(63)));
        assert!(warnings.admit(2, 0, at(-3_600)), "the clock was set back");
    }

    #[test]
    fn if_many_are_about_to_come_none_comes_alone() {
        let mut warnings = Warnings::default();
        assert!(!warnings.admit(1, 499, at(0)));
        assert!(!warnings.admit(250, 250, at(30)));
        assert!(warnings.admit(500, 0, at(60)));
    }
}
