//! Roles that represent limited sessions of other roles.

use super::{Catalogue, name_taken};
use crate::role::limits::{Limited, Limits};
use crate::value::name::Name;
use crate::value::problem::Problem;

impl Catalogue {
    /// Adds the role that represents sessions of `name` with limits, and returns its name. Without limits, this is
    /// `name`.
    ///
    /// # Errors
    /// If there is no such role, it cannot be limited like this, or another role has the name.
    pub fn add_limited(&mut self, name: &Name, limits: &Limits) -> Result<Name, Problem> {
        if limits.is_empty() {
            return Ok(name.clone());
        }
        let role = self.role(name).ok_or_else(|| self.refusal(name))?;
        let (base, limits) = match &role.limited {
            Some(already) => (&already.of, already.limits.clone().and(limits)),
            None => (&role.name, limits.clone()),
        };
        let role = self.role(base).ok_or_else(|| self.refusal(base))?;
        let limited = limits.limit(role)?;
        if self.has(limited.name.as_str()) {
            return Err(name_taken(&limited.name));
        }
        let name = limited.name.clone();
        self.limited.insert(name.clone(), limited);
        Ok(name)
    }

    /// Adds the limited roles of a previous catalogue whose roles still exist.
    pub fn keep_limited(&mut self, earlier: &Self) {
        let limited = earlier
            .limited
            .values()
            .filter_map(|role| role.limited.as_ref());
        for Limited { of, limits } in limited.map(AsRef::as_ref) {
            // A limited role that is no longer possible is dropped.
            let _ = self.add_limited(of, limits);
        }
    }
}
