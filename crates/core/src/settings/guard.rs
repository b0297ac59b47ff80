//! What a setting may have closed, and how that stays closed while the setting cannot be read.

use super::{AgentStart, Settings};
use crate::asker::consent::{Consent, Subject};
use crate::value::duration::TokenDuration;
use crate::value::nearest::may_be_misspelled;
use crate::value::problem::{Problem, ProblemCode};

/// What is as strict as it can be while a setting cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// The policy of roles and access keys that have none of their own.
    Policy,
    /// The policy of containers and sandboxes.
    Containers,
    /// Where calls to AWS go.
    Destination,
    /// The second click for production.
    Production,
    /// How long a shared code is used.
    CodeLife,
    /// Whether the command line starts the agent.
    AgentStart,
}

/// The sections and their settings.
const SECTIONS: [(&str, &[&str]); 10] = [
    (
        "aws",
        &[
            "endpoint_url",
            "region",
            "ca_bundle",
            "proxy",
            "fips",
            "dual_stack",
        ],
    ),
    ("notifications", &["lead_times"]),
    ("clipboard", &["clear_after"]),
    ("mfa", &["process", "session"]),
    ("export", &["shell"]),
    ("production", &["confirm"]),
    ("agent", &["start"]),
    ("ask", &["default", "containers", "roles", "keys"]),
    ("temporary_profiles", &["roles"]),
    ("teams", &[]),
];

impl Settings {
    /// Returns what is in force where the whole file cannot be read and never was: programs get nothing, and nothing is
    /// sent to AWS.
    pub fn unreadable(problem: &Problem) -> Self {
        let mut settings = Self::default();
        for guard in Guard::ALL {
            guard.close(&mut settings, problem);
        }
        settings
    }
}

impl Guard {
    /// All of them.
    pub(super) const ALL: [Self; 6] = [
        Self::Policy,
        Self::Containers,
        Self::Destination,
        Self::Production,
        Self::CodeLife,
        Self::AgentStart,
    ];

    /// Makes the settings as strict as they can be.
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
            Self::Production => settings.confirm_production = true,
            Self::CodeLife => settings.mfa_session = TokenDuration::SHORTEST,
            Self::AgentStart => settings.agent_start = AgentStart::Unread,
        }
    }

    /// Returns what follows from it, as a sentence.
    pub(super) fn consequence(self) -> &'static str {
        match self {
            Self::Policy => {
                "Until then no program gets a role or an access key without a policy of its own."
            }
            Self::Containers => "Until then containers and sandboxes get nothing.",
            Self::Destination => "Until then nothing is sent to AWS.",
            Self::Production => "Until then production roles take a second click.",
            Self::CodeLife => "Until then a shared code is used for 15 minutes.",
            Self::AgentStart => "Until then the command line starts no agent.",
        }
    }

    /// Returns what a setting guards whose value cannot be read.
    pub(super) fn of(section: &str, key: &str) -> Vec<Self> {
        match (section, key) {
            ("ask", "containers") => vec![Self::Containers],
            ("ask", _) => vec![Self::Policy],
            ("mfa", "process") => Vec::new(),
            _ => of_section(section),
        }
    }

    /// Returns what a setting that does not exist may have been meant to guard.
    pub(super) fn meant(section: &str, key: Option<&str>, value: Option<&str>) -> Vec<Self> {
        let owners = near_sections(section);
        let Some(key) = key else {
            return guards(&owners);
        };
        let has_it =
            |(_, keys): &&(&str, &[&str])| keys.iter().any(|known| may_be_misspelled(key, known));
        let own: Vec<&str> = SECTIONS
            .iter()
            .filter(|(name, _)| owners.contains(name))
            .filter(has_it)
            .map(|(name, _)| *name)
            .collect();
        if !own.is_empty() {
            return guards(&own);
        }
        let others = SECTIONS.iter().filter(has_it).map(|(name, _)| *name);
        let is_policy = owners.is_empty() && value.is_some_and(|it| Consent::of_word(it).is_some());
        let policy = is_policy.then_some("ask");
        // Such as `ask = "never"` in another section, or the section `[teams.NAME.ask]`.
        let as_section = near_sections(key);
        let all: Vec<&str> = owners
            .iter()
            .copied()
            .chain(others)
            .chain(policy)
            .chain(as_section)
            .collect();
        guards(&all)
    }
}

/// Makes the policy of one role or access key as strict as it can be.
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
        "Nothing is sent to AWS, because the settings do not say clearly where calls go: {}",
        problem.what
    );
    Problem {
        code: ProblemCode::InvalidSettings,
        what,
        ..problem.clone()
    }
}

/// Returns whether a section is known.
pub(super) fn is_section(name: &str) -> bool {
    SECTIONS.iter().any(|(section, _)| *section == name)
}

/// Returns the sections that a name may mean: the one it names, else those that are spelled nearly so.
fn near_sections(name: &str) -> Vec<&'static str> {
    let exact = SECTIONS.iter().filter(|(section, _)| *section == name);
    let near = SECTIONS
        .iter()
        .filter(|(section, _)| may_be_misspelled(name, section));
    let found = if is_section(name) {
        exact.collect::<Vec<_>>()
    } else {
        near.collect()
    };
    found.into_iter().map(|(section, _)| *section).collect()
}

fn guards(sections: &[&str]) -> Vec<Guard> {
    let mut guards = Vec::new();
    for guard in sections.iter().flat_map(|section| of_section(section)) {
        if !guards.contains(&guard) {
            guards.push(guard);
        }
    }
    guards
}

fn of_section(section: &str) -> Vec<Guard> {
    match section {
        "ask" => vec![Guard::Policy, Guard::Containers],
        "aws" => vec![Guard::Destination],
        "production" => vec![Guard::Production],
        "mfa" => vec![Guard::CodeLife],
        "agent" => vec![Guard::AgentStart],
        _ => Vec::new(),
    }
}
