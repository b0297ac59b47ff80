//! Causes, and the sentence shown above them.

use crate::value::diagnosis::Cause;
use crate::value::problem::ProblemCode;

/// Causes, and the sentence shown above them.
pub(super) struct Verdict {
    pub(super) code: ProblemCode,
    pub(super) what: String,
    pub(super) causes: Vec<Cause>,
}
