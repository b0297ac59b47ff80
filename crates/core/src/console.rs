//! Signing in to the AWS console with a role's session: hosts, pages, links, and the sign-in itself. It must hold no
//! secret longer than a sign-in needs it.
//!
//! The rules are those of the IAM guide.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html>

pub mod destination;
pub mod hosts;
pub mod link;
pub mod page;
pub mod refusal;
pub mod service;
pub mod sign_in;
