//! The roles of team catalogues as last read or fetched.

use super::{Concern, Owner};
use rolecall_core::catalogue::team::{self, Team};
use rolecall_core::value::name::Name;
use rolecall_core::value::problem::Problem;

impl Owner {
    /// Applies a team's catalogue. If it cannot be read, the last valid roles stay in use and a problem is shown.
    pub(super) fn set_team(&self, team: &Team, text: Result<&str, Problem>) {
        let reading = text.and_then(|text| team::read(team, text));
        self.update(|state| {
            state.roles.teams.note(team, reading);
            state.compose();
            let problem = state.roles.teams.problems.values().next().cloned();
            state.problems.set(Concern::Teams, problem);
        });
    }

    /// Drops all teams except these.
    pub(super) fn keep_teams(&self, teams: &[Team]) {
        let is_kept = |name: &Name| teams.iter().any(|team| team.name == *name);
        self.update(|state| {
            let before = state.roles.teams.roles.len();
            state.roles.teams.roles.retain(|name, _| is_kept(name));
            state.roles.teams.problems.retain(|name, _| is_kept(name));
            if state.roles.teams.problems.is_empty() {
                state.problems.set(Concern::Teams, None);
            }
            if state.roles.teams.roles.len() != before {
                state.compose();
            }
        });
    }
}
