//! The description of a plan: the code it needs, the session it gives, and what limits it.

use super::{Plan, PlannedCall, Question, Signer};
use crate::role::Role;
use crate::value::duration::{DurationLimit, KnownBy, SessionDuration};
use crate::value::sanitise;

impl Plan {
    /// Returns the description of the plan: the code it needs, the session it gives, and what limits it.
    pub fn sentence(&self) -> String {
        of(self)
    }
}

/// Returns the description in one to three sentences.
fn of(plan: &Plan) -> String {
    let life = plan.lifetime();
    let mut text = match plan.question() {
        Some(Question::Shared(_)) => shared(plan, life),
        Some(Question::Own(_)) => own(plan, life),
        None => without_code(plan, life),
    };
    if let Some((role, asked)) = plan.risk() {
        text.push_str(&format!(
            " If {} allows less than {asked}, the code is used up and the next one gives 1h.",
            shown(role)
        ));
    }
    if let Some(role) = role_with_idle_device(plan) {
        text.push_str(&format!(
            " The MFA device of {} is not used: AWS accepts no code in role chaining.",
            shown(role)
        ));
    }
    text
}

fn shared(plan: &Plan, life: SessionDuration) -> String {
    let token = plan.calls.iter().find_map(|call| match call {
        PlannedCall::SessionToken { duration, .. } => Some(duration.to_string()),
        PlannedCall::AssumeRole { .. } => None,
    });
    let token = token.unwrap_or_default();
    match plan.served {
        0 | 1 => format!("One code covers {token}, {life} per session."),
        roles => {
            format!("One code covers {roles} roles for {token}, {life} per session.")
        }
    }
}

fn own(plan: &Plan, life: SessionDuration) -> String {
    match (plan.roles.first(), plan.roles.last()) {
        (Some(first), Some(last)) if first.name != last.name => format!(
            "One code for {}, then {} for {life}: AWS limits chained sessions to 1h.",
            shown(first),
            shown(last)
        ),
        (_, Some(role)) => format!(
            "One code for {}, valid for {life}{}.",
            shown(role),
            why(plan.limit(), life)
        ),
        (_, None) => String::new(),
    }
}

fn without_code(plan: &Plan, life: SessionDuration) -> String {
    match plan.signer() {
        Signer::Key | Signer::KeyWithCode(_) => {
            let key = sanitise::visible(plan.key.name.as_str());
            let why = why(plan.limit(), life);
            format!("No code needed: {life}{why}, from the key {key}.")
        }
        Signer::MfaSession(_) => {
            format!("No code needed, MFA is still verified: {life}, the maximum.")
        }
        Signer::Role(source) => {
            let source = sanitise::visible(source.as_str());
            let why = if life == SessionDuration::HOUR {
                ", the maximum for role chaining"
            } else {
                ""
            };
            format!("No code needed: {life} from the session of {source}{why}.")
        }
    }
}

/// Returns why the session is not longer, if the role itself is the reason.
fn why(limit: Option<DurationLimit>, life: SessionDuration) -> String {
    match limit
        .filter(|limit| limit.allowed == life)
        .map(|limit| limit.known_by)
    {
        Some(KnownBy::Role) => ", the role's maximum".to_owned(),
        Some(KnownBy::Refusal(refused)) => format!(", because AWS refused {refused}"),
        None => String::new(),
    }
}

/// Returns the last role of a chain if it has a device that cannot be used.
fn role_with_idle_device(plan: &Plan) -> Option<&Role> {
    let chained = plan.roles.get(1..)?;
    chained.iter().rev().find(|role| role.mfa_serial.is_some())
}

fn shown(role: &Role) -> String {
    sanitise::visible(role.name.as_str())
}
