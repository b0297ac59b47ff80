//! Requests to STS and IAM, and their responses, as values.

pub mod iam;
pub mod sts;
