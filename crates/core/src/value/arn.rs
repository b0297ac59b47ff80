//! The parts of an ARN, which policies have as well.

pub use rolecall_policy::Arn;
