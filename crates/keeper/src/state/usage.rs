//! How the user uses roles.

use std::collections::HashMap;

use rolecall_core::value::name::Name;
use rolecall_core::value::region::Region;
use rolecall_core::value::usage::Usage;

/// How the user uses roles, for the order of lists.
#[derive(Default)]
pub(crate) struct RoleUsage {
    pub(crate) by_role: HashMap<Name, Usage>,
    /// The names of recently used roles, most used first.
    pub(crate) recent: Vec<String>,
    /// The regions that sessions were limited to, the latest first.
    pub(crate) locked_regions: Vec<Region>,
}
