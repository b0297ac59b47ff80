//! The roles of all files.

use crate::state::aws_files::AwsFiles;
use crate::state::teams::Teams;
use rolecall_core::catalogue::Catalogue;
use rolecall_core::role::Role;
use rolecall_core::value::problem::Problem;
use std::sync::Arc;

/// The catalogue, and the last content of the files that it was built from.
#[derive(Default)]
pub(crate) struct Roles {
    /// The problem of names that look alike, also if it was dismissed.
    pub(crate) look_alikes: Option<Problem>,
    pub(crate) catalogue: Catalogue,
    /// The user's own roles.
    pub(crate) own: Vec<Arc<Role>>,
    /// The path of the file of the user's own roles as shown in messages.
    pub(crate) own_location: String,
    pub(crate) aws: AwsFiles,
    pub(crate) teams: Teams,
    /// What is wrong with the file of the user's own roles.
    pub(crate) faults: Vec<Problem>,
}
