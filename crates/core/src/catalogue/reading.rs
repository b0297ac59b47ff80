//! What a file of roles has.

use crate::role::{Role, RoleDraft};
use crate::value::problem::Problem;

/// The result of reading `roles.toml`: the valid roles, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct Reading {
    /// The valid roles.
    pub roles: Vec<Role>,
    /// The same roles as written.
    pub drafts: Vec<RoleDraft>,
    /// The names of the invalid roles, and what is wrong.
    pub faults: Vec<(String, Problem)>,
}
