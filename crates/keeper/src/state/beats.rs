//! Wake-ups in which nothing happened but time.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// How many there may be within [`WITHIN`], however many sessions there are.
const AT_MOST: usize = 4;
const WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// The latest wake-ups in which nothing happened but time, the oldest first.
#[derive(Default)]
pub(crate) struct Beats(VecDeque<Timestamp>);

impl Beats {
    /// Notes a wake-up.
    pub(crate) fn note(&mut self, now: Timestamp) {
        self.0
            .retain(|at| *at <= now && now.duration_since(*at) < WITHIN);
        self.0.push_back(now);
    }

    /// Returns how long the next one has to wait.
    pub(crate) fn pause(&self, now: Timestamp) -> SignedDuration {
        let recent = self.0.iter().rev().nth(AT_MOST - 1);
        let free_in = recent.map(|at| WITHIN - now.duration_since(*at));
        let free_in = free_in.filter(|pause| *pause <= WITHIN);
        free_in.unwrap_or_default().max(SignedDuration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_wake_up_waits_until_a_minute_after_the_first() {
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        let mut beats = Beats::default();
        for second in 0..4 {
            assert_eq!(beats.pause(at(second)), SignedDuration::ZERO);
            beats.note(at(second));
        }
        assert_eq!(beats.pause(at(10)), SignedDuration::from_secs(50));
        assert_eq!(beats.pause(at(60)), SignedDuration::ZERO);
        assert_eq!(beats.pause(at(-3_600)), SignedDuration::ZERO);
    }
}
