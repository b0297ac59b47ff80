//! How much a role was used recently: one number per role, in which the weight of each use halves every week.
//!
//! The number is the binary logarithm of the sum of all uses, each with the weight `2 ^ (its time / a week)`. Time
//! passes equally for all roles, so their order changes only when one is used, and the numbers never need to be
//! updated.

use jiff::Timestamp;

/// The time after which the weight of a use halves, in seconds.
const HALF_LIFE_S: f64 = 7.0 * 86_400.0;

/// How much a role was used.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Usage(f64);

impl Usage {
    /// Returns a stored usage, or `None` if the number is not finite.
    pub fn from_weight(weight: f64) -> Option<Self> {
        weight.is_finite().then_some(Self(weight))
    }

    /// Returns the number to store.
    pub fn weight(self) -> f64 {
        self.0
    }

    /// Returns the usage after one more use at `now`.
    pub fn after_use(before: Option<Self>, now: Timestamp) -> Self {
        let use_now = now.as_millisecond() as f64 / 1_000.0 / HALF_LIFE_S;
        let Some(Self(before)) = before else {
            return Self(use_now);
        };
        let (more, less) = (before.max(use_now), before.min(use_now));
        Self(more + (1.0 + (less - more).exp2()).log2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn used(hours_ago: &[i64]) -> Usage {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let mut uses = hours_ago.to_vec();
        uses.sort_by(|a, b| b.cmp(a));
        let after = |before, hours| {
            Some(Usage::after_use(
                before,
                now - SignedDuration::from_hours(hours),
            ))
        };
        uses.into_iter().fold(None, after).expect("used")
    }

    #[test]
    fn frequent_and_recent_use_counts_more_than_rare_and_old_use() {
        assert!(used(&[1]) > used(&[2]));
        assert!(used(&[5, 6]) > used(&[1]));
        assert!(used(&[1]) > used(&[24 * 30, 24 * 31, 24 * 32]));
        // After two months without use, a year of daily use counts less.
        let daily: Vec<i64> = (60..425).map(|day| day * 24).collect();
        assert!(used(&[1]) > used(&daily));
    }

    #[test]
    fn a_stored_usage_is_read_back() {
        let usage = used(&[1, 5]);
        assert_eq!(Usage::from_weight(usage.weight()), Some(usage));
        assert_eq!(Usage::from_weight(f64::NAN), None);
    }
}
