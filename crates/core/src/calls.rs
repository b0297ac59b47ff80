//! Requests to STS and IAM, and their responses, as values.

pub mod iam;
pub mod iam_call;
pub mod sts;
