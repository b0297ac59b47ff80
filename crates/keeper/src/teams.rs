//! The roles of team catalogues, as they were last read or fetched.

use super::{Concern, Owner};
use rolecall_core::catalogue::team::{self, Team};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

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
