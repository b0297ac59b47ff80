//! What STS, IAM and the sign-in services are asked and answer, as values.

pub mod iam;
pub mod sts;
