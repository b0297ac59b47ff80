//! The delay after wrong passphrases.

use std::time::{Duration, Instant};

use rolecall_core::value::problem::{Problem, ProblemCode};

/// The maximum delay. An attacker who has the file is slowed down by the key derivation instead.
const LONGEST: Duration = Duration::from_secs(60);
/// This many wrong passphrases have no delay, because users make typing errors.
const FREE: u32 = 3;

/// The state of the delay after wrong passphrases.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    wrong: u32,
    until: Option<Instant>,
}

impl Backoff {
    /// Checks that a passphrase may be tried now.
    ///
    /// # Errors
    /// Says how long to wait.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let left = self
            .until
            .map(|until| until.saturating_duration_since(now()))
            .filter(|left| !left.is_zero());
        match left {
            None => Ok(()),
            Some(left) => Err(wait(left)),
        }
    }

    /// Records a wrong passphrase, and returns the problem to show.
    pub(super) fn record_failure(&mut self) -> Problem {
        self.wrong = self.wrong.saturating_add(1);
        let beyond = self.wrong.saturating_sub(FREE);
        if beyond > 0 {
            let doubled = Duration::from_secs(1_u64 << beyond.min(6));
            self.until = Some(now() + doubled.min(LONGEST));
        }
        let what = "The passphrase is wrong.";
        Problem::new(ProblemCode::WrongPassphrase, what, "Type it again.")
    }
}

fn wait(left: Duration) -> Problem {
    let seconds = left.as_secs() + 1;
    let what = "Too many wrong passphrases came one after another.";
    let remedy = format!("Try again in {seconds} seconds.");
    Problem::new(ProblemCode::Throttled, what, remedy)
}

#[expect(clippy::disallowed_methods, reason = "counts how long to wait")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_wrong_ones_are_free_and_each_further_one_doubles_the_wait_to_a_minute() {
        let mut backoff = Backoff::default();
        for _ in 0..FREE {
            assert_eq!(backoff.record_failure().code, ProblemCode::WrongPassphrase);
            assert!(backoff.check().is_ok());
        }
        for seconds in [2, 4, 8, 16, 32, 60, 60] {
            backoff.record_failure();
            let text = backoff.check().expect_err("a wait").remedy;
            assert_eq!(text, format!("Try again in {seconds} seconds."));
        }
    }
}
