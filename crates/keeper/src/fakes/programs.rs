//! The programs for all tests.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::SignedDuration;

use super::ring;
use crate::memory::lock;
use crate::ports::Programs;
use rolecall_core::value::secret::Secret;

/// Programs that print what the test sets.
#[derive(Debug, Default)]
pub struct FakePrograms {
    outputs: Mutex<VecDeque<Result<String, String>>>,
    runs: Mutex<Vec<Vec<String>>>,
}

impl FakePrograms {
    /// Makes the next program print this, or fail with this reason. Further calls queue up.
    pub fn print_next(&self, output: Result<&str, &str>) {
        let output = output.map(str::to_owned).map_err(str::to_owned);
        lock(&self.outputs).push_back(output);
    }

    /// Returns the programs that were run so far.
    pub fn runs(&self) -> Vec<Vec<String>> {
        lock(&self.runs).clone()
    }
}

impl Programs for FakePrograms {
    fn run(&self, words: &[String], _limit: SignedDuration) -> Result<Secret, String> {
        lock(&self.runs).push(words.to_vec());
        ring();
        let output = lock(&self.outputs).pop_front();
        output
            .unwrap_or_else(|| Err("there is no such program".to_owned()))
            .map(Secret::new)
    }
}
