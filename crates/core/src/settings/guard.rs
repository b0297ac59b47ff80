//! Guards: what a setting protects, and the strict values that apply while the setting cannot be read.

use super::{AgentStart, Settings};
use crate::asker::consent::{Consent, Subject};
use crate::value::duration::TokenDuration;
use crate::value::problem::{Problem, ProblemCode};

/// What has the strictest value while a setting cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// The policy for roles and access keys without one of their own.
    Policy,
    /// The policy for containers and sandboxes.
    Containers,
    /// The destination of calls to AWS.
    Destination,
    /// The confirmation of production roles.
    Production,
    /// How long a shared code is valid.
    CodeLife,
    /// Whether the command line starts the agent.
    AgentStart,
}

impl Settings {
    /// Returns the settings in effect if the whole file cannot be read and was never read before: programs get nothing,
    /// and nothing is sent to AWS.
    pub fn unreadable(problem: &Problem) -> Self {
        let mut settings = Self::default();
        for guard in Guard::ALL {
            guard.close(&mut settings, problem);
        }
        settings
    }
}

impl Guard {
    /// All guards.
    pub(super) const ALL: [Self; 6] = [
        Self::Policy,
        Self::Containers,
        Self::Destination,
        Self::Production,
        Self::CodeLife,
        Self::AgentStart,
    ];

    /// Applies the strictest value of this guard.
    pub(super) fn close(self, settings: &mut Settings, problem: &Problem) {
        match self {
            Self::Policy => {
                settings.ask.default = Consent::Never;
                let fault = &mut settings.ask.unread.default;
                fault.get_or_insert_with(|| problem.clone());
            }
            Self::Containers => {
                settings.ask.containers = Consent::Never;
                let fault = &mut settings.ask.unread.containers;
                fault.get_or_insert_with(|| problem.clone());
            }
            Self::Destination => drop(
                settings
                    .destination_fault
                    .get_or_insert_with(|| nothing_is_sent(problem)),
            ),
            Self::Production => {
                settings.confirm_production = true;
                settings.allow_yes = false;
            }
            Self::CodeLife => settings.mfa_session = TokenDuration::SHORTEST,
            Self::AgentStart => settings.agent_start = AgentStart::Unreadable,
        }
    }

    /// Returns the consequence, as a sentence.
    pub(super) fn consequence(self) -> &'static str {
        match self {
            Self::Policy => {
                "Until then no program gets a role or an access key that has no policy of its own."
            }
            Self::Containers => "Until then containers and sandboxes get nothing.",
            Self::Destination => "Until then nothing is sent to AWS.",
            Self::Production => "Until then production is confirmed, and --yes does not do it.",
            Self::CodeLife => "Until then a shared code is valid for 15 minutes.",
            Self::AgentStart => "Until then the command line does not start the agent.",
        }
    }
}

/// Applies the strictest policy to one role or access key.
pub(super) fn close_subject(settings: &mut Settings, subject: Subject, problem: &Problem) {
    let policies = match &subject {
        Subject::Role(_) => &mut settings.ask.roles,
        Subject::Key(_) => &mut settings.ask.keys,
    };
    policies.insert(subject.name().clone(), Consent::Never);
    let unread = &mut settings.ask.unread.subjects;
    unread.insert(subject, problem.clone());
}

fn nothing_is_sent(problem: &Problem) -> Problem {
    let what = format!(
        "Nothing is sent to AWS, because the endpoint settings cannot be read: {}",
        problem.what
    );
    Problem {
        code: ProblemCode::InvalidSettings,
        what,
        ..problem.clone()
    }
}
