//! Who waits for an answer: programs, of which there may be many, must leave room for a person.

use rolecall_core::api::call_rules::{Access, CallRules, Prompts};

/// Who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// A person at a terminal.
    Person,
    /// A program, such as an SDK.
    Program,
}

impl Lane {
    /// Returns who waits for a call with these rules.
    pub(super) fn of(rules: CallRules) -> Self {
        match (rules.access, rules.prompts) {
            (Access::Credentials(_), Prompts::Nobody) => Self::Program,
            (Access::Credentials(_), Prompts::Person)
            | (Access::Session(_) | Access::Identified | Access::Open, _) => Self::Person,
        }
    }
}
