//! How long a wrong passphrase makes the next one wait.

use std::time::{Duration, Instant};

use rolecall_core::value::problem::{Problem, ProblemCode};

/// The longest wait. The derivation of a key is what holds up those who have the file itself.
const LONGEST: Duration = Duration::from_secs(60);
/// So many wrong ones are without a wait: people mistype.
const FREE: u32 = 3;

/// What is left of the patience with wrong passphrases.
#[derive(Debug, Default)]
pub(super) struct Patience {
    wrong: u32,
    until: Option<Instant>,
}

impl Patience {
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

    /// Notes a wrong passphrase, and returns what to tell.
    pub(super) fn spend(&mut self) -> Problem {
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
        let mut patience = Patience::default();
        for _ in 0..FREE {
            assert_eq!(patience.spend().code, ProblemCode::WrongPassphrase);
            assert!(patience.check().is_ok());
        }
        for seconds in [2, 4, 8, 16, 32, 60, 60] {
            patience.spend();
            let told = patience.check().expect_err("a wait").remedy;
            assert_eq!(told, format!("Try again in {seconds} seconds."));
        }
    }
}
