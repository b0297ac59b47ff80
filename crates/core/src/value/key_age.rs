//! How old an access key is: the fact behind its reminder, the doctor's finding, and what lists show.

use jiff::{SignedDuration, Timestamp};

use crate::value::access_key::AccessKey;
use crate::value::duration::rough_span;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The time after which a reminder is repeated.
const AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The age of an access key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAge {
    span: SignedDuration,
    is_exact: bool,
}

impl KeyAge {
    /// Returns the age of a key: since its creation, if that is known, or at least since it was added to Rolecall. On the
    /// day on which it was added, that says nothing.
    pub fn of(key: &AccessKey, now: Timestamp) -> Option<Self> {
        match (key.created_at, key.added_at) {
            (Some(created_at), _) => Some(Self::since(created_at, now)),
            (None, Some(added_at)) => {
                let is_exact = false;
                let span = Self::since(added_at, now).span;
                (span >= DAY).then_some(Self { span, is_exact })
            }
            (None, None) => None,
        }
    }

    /// Returns the age of a key that was created at this time.
    pub fn since(created_at: Timestamp, now: Timestamp) -> Self {
        Self {
            span: now.duration_since(created_at).max(SignedDuration::ZERO),
            is_exact: true,
        }
    }

    /// Returns the time that has passed.
    pub fn span(self) -> SignedDuration {
        self.span
    }

    /// Returns whether the key should be replaced. Without a limit, it never is.
    pub fn is_due(self, limit: Option<SignedDuration>) -> bool {
        limit.is_some_and(|limit| self.span > limit)
    }

    /// Returns the age for a list or a sentence: `412 days`, or `at least 100 days`.
    pub fn text(self) -> String {
        let span = rough_span(self.span);
        match self.is_exact {
            true => span,
            false => format!("at least {span}"),
        }
    }
}

impl AccessKey {
    /// Returns the age of the key if a reminder to replace it is due.
    pub fn reminder(&self, limit: Option<SignedDuration>, now: Timestamp) -> Option<KeyAge> {
        let is_recent = self
            .reminded_at
            .is_some_and(|at| now.duration_since(at) < AGAIN);
        KeyAge::of(self, now).filter(|age| age.is_due(limit) && !is_recent)
    }
}
