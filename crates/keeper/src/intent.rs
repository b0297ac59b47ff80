//! What an attempt to assume a role is for, and who asked.

use jiff::Timestamp;

use rolecall_core::plan::PlanPreference;
use rolecall_core::value::mfa::MfaCode;
use rolecall_core::value::name::Name;

/// Who requested a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A person: the identity is confirmed, and a notification shows the result.
    Person,
    /// A tool or another role: without a notification.
    Tool,
    /// Rolecall itself, which renews a session in time: nobody is asked for anything.
    Renewal,
}

/// The purpose of an attempt.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    /// The number of the attempt; 0 before there is one.
    pub(super) attempt: u64,
    /// The code, if the caller provided one.
    pub(super) code: Option<MfaCode>,
    /// The reasons that they brought, the last ones first in rank.
    pub(super) reasons: Vec<String>,
    /// Who asked.
    pub(super) asker: Asker,
    /// Who asked first, of those who wait: they are asked why, also for a role on the way.
    pub(super) first_asker: Asker,
    /// What they prefer.
    pub(super) preference: PlanPreference,
    /// The role they named; this one may be on the way to it.
    pub(super) wanted: Name,
    /// When they asked.
    pub(super) begun_at: Timestamp,
}

impl Intent {
    /// Returns the intent of a tool that needs a session of a role.
    pub(super) fn of_tool(role: &Name, now: Timestamp) -> Self {
        Self {
            attempt: 0,
            code: None,
            reasons: Vec::new(),
            asker: Asker::Tool,
            first_asker: Asker::Tool,
            preference: PlanPreference::AvoidPrompt,
            wanted: role.clone(),
            begun_at: now,
        }
    }

    /// Returns the intent to renew a session while nobody may be there.
    pub(super) fn of_renewal(role: &Name, now: Timestamp) -> Self {
        Self {
            asker: Asker::Renewal,
            first_asker: Asker::Renewal,
            ..Self::of_tool(role, now)
        }
    }
}
