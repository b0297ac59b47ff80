//! What is wrong with a policy.

use thiserror::Error;

/// Why a text is not a policy document, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Not JSON.
    #[error("line {line}, column {column}: not valid JSON")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Valid JSON, but not a policy.
    #[error("{path}: {problem}")]
    Shape {
        /// The element, e.g. `Statement[1].Condition.Bool`.
        path: String,
        /// What IAM expects there.
        problem: String,
    },
}
