//! The last content of team catalogues.

use std::collections::BTreeMap;
use std::sync::Arc;

use rolecall_core::catalogue::team::Team;
use rolecall_core::catalogue::{Catalogue, Reading};
use rolecall_core::role::Role;
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::Origin;
use rolecall_core::value::problem::Problem;

/// The maximum number of roles of one team catalogue.
pub(crate) const ROLES_MAX: usize = 10_000;

/// The roles of all team catalogues, by the teams' names.
#[derive(Default)]
pub(crate) struct Teams {
    pub(crate) roles: BTreeMap<Name, (Origin, Vec<Arc<Role>>)>,
    pub(crate) problems: BTreeMap<Name, Problem>,
}

impl Teams {
    /// Adds the teams' roles to a catalogue.
    pub(crate) fn add_to(&self, catalogue: &mut Catalogue) {
        for (origin, roles) in self.roles.values() {
            for role in roles.iter().take(ROLES_MAX) {
                catalogue.add(Ok(role.clone()), origin.clone());
            }
        }
    }

    pub(crate) fn note(&mut self, team: &Team, reading: Result<Reading, Problem>) {
        match reading {
            Ok(reading) => {
                let fault = reading.faults.into_iter().next();
                match fault {
                    Some((_, problem)) => drop(self.problems.insert(team.name.clone(), problem)),
                    None => drop(self.problems.remove(&team.name)),
                }
                let origin = Origin::team(team.location.text());
                let roles = reading.roles.into_iter().map(Arc::new).collect();
                self.roles.insert(team.name.clone(), (origin, roles));
            }
            Err(problem) => drop(self.problems.insert(team.name.clone(), problem)),
        }
    }
}
