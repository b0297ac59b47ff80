//! The roles of team catalogues, as they were last read or fetched.

use std::collections::BTreeMap;

use super::{Concern, Owner};
use rolecall_core::catalogue::team::{self, Team};
use rolecall_core::catalogue::{Catalogue, Reading};
use rolecall_core::role::Role;
use rolecall_core::value::name::Name;
use rolecall_core::value::origin::Origin;
use rolecall_core::value::problem::Problem;

/// The most roles of one team catalogue that are listed.
const ROLES_MAX: usize = 10_000;

/// The roles of all team catalogues, by the teams' names.
#[derive(Default)]
pub(super) struct Teams {
    roles: BTreeMap<Name, (Origin, Vec<Role>)>,
    problems: BTreeMap<Name, Problem>,
}

impl Teams {
    /// Adds the teams' roles to a catalogue.
    pub(super) fn add_to(&self, catalogue: &mut Catalogue) {
        for (origin, roles) in self.roles.values() {
            for role in roles.iter().take(ROLES_MAX) {
                catalogue.add(Ok(role.clone()), origin.clone());
            }
        }
    }

    fn note(&mut self, team: &Team, reading: Result<Reading, Problem>) {
        match reading {
            Ok(reading) => {
                let fault = reading.faults.into_iter().next();
                match fault {
                    Some((_, problem)) => drop(self.problems.insert(team.name.clone(), problem)),
                    None => drop(self.problems.remove(&team.name)),
                }
                let origin = Origin::team(team.location.text());
                self.roles
                    .insert(team.name.clone(), (origin, reading.roles));
            }
            Err(problem) => drop(self.problems.insert(team.name.clone(), problem)),
        }
    }
}

impl Owner {
    /// Takes in what a team's place gave. What cannot be read leaves the last good roles in use, and is told.
    pub(super) fn set_team(&self, team: &Team, text: Result<&str, Problem>) {
        let reading = text.and_then(|text| team::read(team, text));
        self.update(|state| {
            state.teams.note(team, reading);
            state.compose();
            let problem = state.teams.problems.values().next().cloned();
            match problem {
                Some(problem) => drop(state.standing.insert(Concern::Teams, problem)),
                None => drop(state.standing.remove(&Concern::Teams)),
            }
        });
    }

    /// Forgets the teams that are not among these.
    pub(super) fn keep_teams(&self, teams: &[Team]) {
        let is_kept = |name: &Name| teams.iter().any(|team| team.name == *name);
        self.update(|state| {
            state.teams.roles.retain(|name, _| is_kept(name));
            state.teams.problems.retain(|name, _| is_kept(name));
            if state.teams.problems.is_empty() {
                state.standing.remove(&Concern::Teams);
            }
            state.compose();
        });
    }
}
