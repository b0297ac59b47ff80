//! Settings, read from `settings.toml`. Every setting has a default, so the file may be absent.
//!
//! Each setting stands by itself. One that cannot be read has its default, unless it may have closed something: then it
//! is as strict as it can be, and nothing is sent to AWS where it is not clear where calls go.

mod edit;
mod guard;
mod known;
mod read;
#[cfg(test)]
mod tests;
mod value;

use jiff::SignedDuration;

use crate::asker::consent::ConsentPolicies;
use crate::catalogue::team::Team;
use crate::session::shell::Shell;
use crate::value::duration::TokenDuration;
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::region::Region;

pub use edit::{with_consent, with_temporary_profile, without_temporary_profile};
pub use read::{SettingsReading, read};

/// What the user can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `[aws] endpoint_url`: where all AWS calls go; only loopback.
    pub endpoint_url: Option<String>,
    /// `[aws] region`: the region of roles that name none.
    pub region: Option<Region>,
    /// `[aws] ca_bundle`: a PEM file of certificate authorities trusted beside the system's.
    pub ca_bundle: Option<String>,
    /// `[aws] fips`: whether STS is called at its FIPS endpoints.
    pub fips: bool,
    /// `[aws] dual_stack`: whether STS is called at its endpoints for IPv4 and IPv6.
    pub dual_stack: bool,
    /// `[aws] proxy`: the HTTP proxy for AWS calls.
    pub proxy: Option<String>,
    /// `[notifications] lead_times`: how long before an expiry warnings come, longest first.
    pub lead_times: Vec<SignedDuration>,
    /// `[clipboard] clear_after`: when a copied export block leaves the clipboard.
    pub clipboard_clear: SignedDuration,
    /// `[mfa] process`: the program that gives codes, and its arguments; empty if a person gives them. No other file
    /// can name one.
    pub mfa_process: Vec<String>,
    /// `[mfa] session`: how long one code counts where it is shared by several roles.
    pub mfa_session: TokenDuration,
    /// `[export] shell`: the shell whose export block a plain copy gives.
    pub shell: Shell,
    /// `[temporary_profiles] roles`: the roles whose sessions are also written into AWS's credentials file.
    pub temporary_profiles: Vec<Name>,
    /// `[production] confirm`: whether a role marked as production takes a second click.
    pub confirm_production: bool,
    /// `[agent] start`: whether the command line starts the agent when no Rolecall runs.
    pub agent_start: AgentStart,
    /// `[ask]`: whether programs that ask for a role are asked about.
    pub ask: ConsentPolicies,
    /// `[teams.NAME]`: the team catalogues.
    pub teams: Vec<Team>,
    /// Why nothing is sent to AWS: what decides where calls go cannot be read.
    pub destination_fault: Option<Problem>,
}

/// When the command line starts the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentStart {
    /// Where there is no display, and so no tray to start instead.
    #[default]
    WithoutDisplay,
    /// Whenever no Rolecall runs.
    Always,
    /// Never.
    Never,
    /// Never, since the setting cannot be read.
    Unreadable,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            region: None,
            ca_bundle: None,
            fips: false,
            dual_stack: false,
            proxy: None,
            lead_times: vec![SignedDuration::from_mins(10), SignedDuration::from_mins(2)],
            clipboard_clear: SignedDuration::from_secs(30),
            mfa_process: Vec::new(),
            mfa_session: TokenDuration::HALF_DAY,
            shell: Shell::default(),
            temporary_profiles: Vec::new(),
            confirm_production: false,
            agent_start: AgentStart::default(),
            ask: ConsentPolicies::default(),
            teams: Vec::new(),
            destination_fault: None,
        }
    }
}

/// Returns the problem as one of the settings.
pub fn in_settings(mut problem: Problem) -> Problem {
    if problem.code == ProblemCode::InvalidFile {
        problem.code = ProblemCode::InvalidSettings;
    }
    problem
}
