//! Settings, read from `settings.toml`. Every setting has a default, so the file may be absent.
//!
//! Each setting is independent. A setting that cannot be read has its default. If it guards something, the strictest
//! value applies instead, and nothing is sent to AWS if the destination of calls is unclear.

mod change;
mod edit;
mod guard;
mod known;
mod quiet_hours;
mod read;
#[cfg(test)]
mod tests;
mod value;

use jiff::SignedDuration;

use crate::asker::consent::ConsentPolicies;
use crate::catalogue::team::Team;
use crate::console::sign_in::SignInMethod;
use crate::session::shell::Shell;
use crate::value::browser::Browser;
use crate::value::duration::{SessionDuration, TokenDuration};
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::region::Region;

pub use change::{SettingValue, SettingView, settings_in, with_setting};
pub use edit::{with_consent, with_temporary_profile, without_temporary_profile};
pub use quiet_hours::QuietHours;
pub use read::{SettingsReading, read};

/// The settings of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `[aws] endpoint_url`: the endpoint of all AWS calls. It must be on loopback.
    pub endpoint_url: Option<String>,
    /// `[aws] region`: the region of roles without one.
    pub region: Option<Region>,
    /// `[aws] ca_bundle`: a PEM file of certificate authorities to trust in addition to the system's.
    pub ca_bundle: Option<String>,
    /// `[aws] fips`: whether to use the FIPS endpoints of STS.
    pub fips: bool,
    /// `[aws] dual_stack`: whether to use the dual-stack endpoints of STS, which support IPv4 and IPv6.
    pub dual_stack: bool,
    /// `[aws] proxy`: the HTTP proxy for AWS calls.
    pub proxy: Option<String>,
    /// `[notifications] lead_times`: how long before an expiry to warn, longest first.
    pub lead_times: Vec<SignedDuration>,
    /// `[notifications] quiet_hours`: the hours of the day in which no notification about a session comes.
    pub quiet_hours: Option<QuietHours>,
    /// `[clipboard] clear_after`: after how long to clear a copied export block from the clipboard.
    pub clipboard_clear: SignedDuration,
    /// `[mfa] process`: the program that provides codes, and its arguments; empty if the user enters them. No other
    /// file can set it.
    pub mfa_process: Vec<String>,
    /// `[mfa] session`: how long one code is valid if several roles share it.
    pub mfa_session: TokenDuration,
    /// `[export] shell`: the default shell of copied export blocks.
    pub shell: Shell,
    /// `[console] browser`: the browser that opens the AWS console.
    pub browser: Browser,
    /// `[console] duration`: how long console sessions last, where AWS allows it; `None` is as long as the role's session.
    pub console_duration: Option<SessionDuration>,
    /// `[console] sign_in`: how the browser sends the sign-in.
    pub sign_in_method: SignInMethod,
    /// `[console] sign_out_first`: whether to sign out of other sessions first.
    pub sign_out_first: bool,
    /// `[keys] rotate_after`: the age from which on an access key should be replaced; `None` for never.
    pub rotate_after: Option<SignedDuration>,
    /// `[temporary_profiles] roles`: the roles whose sessions are also written to AWS's credentials file.
    pub temporary_profiles: Vec<Name>,
    /// `[production] confirm`: whether the user confirms that a role labelled as production is assumed.
    pub confirm_production: bool,
    /// `[production] allow_yes`: whether `--yes` confirms it.
    pub allow_yes: bool,
    /// `[production] duration`: how long sessions of such roles last that have no duration of their own.
    pub production_duration: Option<SessionDuration>,
    /// `[agent] start`: when the command line starts the agent, if Rolecall is not running.
    pub agent_start: AgentStart,
    /// `[ask]`: the policies for requests of programs.
    pub ask: ConsentPolicies,
    /// `[teams.NAME]`: the team catalogues.
    pub teams: Vec<Team>,
    /// Why nothing is sent to AWS: a setting for the destination of calls cannot be read.
    pub destination_fault: Option<Problem>,
}

/// The default age from which on an access key should be replaced. The CIS AWS Foundations Benchmark says so.
const ROTATE_AFTER: SignedDuration = SignedDuration::from_hours(90 * 24);

/// When the command line starts the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentStart {
    /// If there is no display, so that the tray application cannot run.
    #[default]
    WithoutDisplay,
    /// Always.
    Always,
    /// Never.
    Never,
    /// Never, because the setting cannot be read.
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
            quiet_hours: None,
            clipboard_clear: SignedDuration::from_secs(30),
            mfa_process: Vec::new(),
            mfa_session: TokenDuration::HALF_DAY,
            shell: Shell::default(),
            browser: Browser::DEFAULT,
            console_duration: None,
            sign_in_method: SignInMethod::default(),
            sign_out_first: false,
            rotate_after: Some(ROTATE_AFTER),
            temporary_profiles: Vec::new(),
            confirm_production: true,
            allow_yes: false,
            production_duration: None,
            agent_start: AgentStart::default(),
            ask: ConsentPolicies::default(),
            teams: Vec::new(),
            destination_fault: None,
        }
    }
}

/// Returns the problem with the code for settings.
pub fn in_settings(mut problem: Problem) -> Problem {
    if problem.code == ProblemCode::InvalidFile {
        problem.code = ProblemCode::InvalidSettings;
    }
    problem
}
