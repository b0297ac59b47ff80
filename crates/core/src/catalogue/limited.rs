//! Roles that stand for limited sessions of others.

use super::{Catalogue, name_taken};
use crate::role::limits::{Limited, Limits};
use crate::value::name::Name;
use crate::value::problem::Problem;

impl Catalogue {
    /// Adds the role that stands for sessions of `name` with limits, and returns its name. Without limits that is `name`.
    ///
    /// # Errors
    /// If there is no such role, it cannot be limited so, or the name is another role's.
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

    /// Adds the limited roles of an earlier catalogue, as far as their roles are still there.
    pub fn keep_limited(&mut self, earlier: &Self) {
        let limited = earlier
            .limited
            .values()
            .filter_map(|role| role.limited.as_ref());
        for Limited { of, limits } in limited.map(AsRef::as_ref) {
            // One that cannot be limited so any more is gone with its role.
            let _ = self.add_limited(of, limits);
        }
    }
}
