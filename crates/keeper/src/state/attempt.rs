//! The outcome of an attempt to assume a role.

use rolecall_core::session::Session;
use rolecall_core::value::problem::Problem;

/// The outcome of an attempt for its waiting callers.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The attempt succeeded or failed.
    Done(Box<Result<Session, Problem>>),
    /// A newer attempt replaced it, or the role was changed.
    Superseded,
}

impl Outcome {
    /// Returns the outcome of a failed attempt.
    pub(crate) fn failed(problem: Problem) -> Self {
        Self::Done(Box::new(Err(problem)))
    }
}
