//! How an attempt to assume a role ends.

use rolecall_core::session::Session;
use rolecall_core::value::problem::Problem;

/// How an attempt ends for those who wait for it.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// With a session, or without one.
    Done(Box<Result<Session, Problem>>),
    /// A newer attempt took its place, or the role is another one now.
    Superseded,
}

impl Outcome {
    /// Returns the end of an attempt that gave no session.
    pub(crate) fn failed(problem: Problem) -> Self {
        Self::Done(Box::new(Err(problem)))
    }
}
