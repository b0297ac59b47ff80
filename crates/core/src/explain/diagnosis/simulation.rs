//! Interprets the results of IAM's policy simulator for the caller's side of a request.

use super::asked::{Asked, MfaProof};
use super::finding::Finding;
use super::statement;
use crate::calls::iam::{Decision, Simulation, SimulationResult};
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::sanitise;

use CauseKind::{Boundary, CallerPermission, ExplicitDeny, ServiceControl};

/// Returns the simulation of whether the caller's own policies allow a request.
pub fn question(asked: &Asked) -> Option<Simulation> {
    let mut context = vec![("sts:RoleSessionName".to_owned(), asked.session_name.clone())];
    if let Some(id) = &asked.external_id {
        context.push(("sts:ExternalId".to_owned(), id.clone()));
    }
    if asked.mfa != MfaProof::None {
        context.push(("aws:MultiFactorAuthPresent".to_owned(), "true".to_owned()));
    }
    Some(Simulation {
        principal: asked.principal()?.to_owned(),
        actions: asked.actions().into_iter().map(str::to_owned).collect(),
        resource: asked.role.as_ref()?.as_str().to_owned(),
        context,
    })
}

/// Interprets the results of the simulator.
pub(super) fn read(results: &[SimulationResult], asked: &Asked) -> Finding {
    let causes: Vec<Cause> = results
        .iter()
        .filter_map(|result| cause(result, asked))
        .collect();
    let message = match causes.first() {
        Some(cause) => cause.what.clone(),
        None if results.is_empty() => "IAM gave no result.".to_owned(),
        None => format!("The policies of {} allow it.", asked.who()),
    };
    let ruled_out = match results {
        [] => Vec::new(),
        _ => vec![CallerPermission, ExplicitDeny, Boundary],
    };
    Finding {
        message,
        causes,
        ruled_out,
    }
}

fn cause(result: &SimulationResult, asked: &Asked) -> Option<Cause> {
    let action = sanitise::echo(&result.action);
    let who = asked.who();
    if result.by_organization == Some(false) {
        return Some(
            Cause::new(
                ServiceControl,
                Confidence::Certain,
                format!(
                    "A service control policy of the organization of {who} does not allow {action}."
                ),
                "Only the organization's management account can change it.",
            )
            .ask("the administrator of your organization"),
        );
    }
    if result.by_boundary == Some(false) {
        return Some(
            Cause::new(
                Boundary,
                Confidence::Certain,
                format!("The permissions boundary of {who} does not allow {action}."),
                "Allow it in the boundary.",
            )
            .ask(asked.administrator())
            .send(statement::permission(asked)),
        );
    }
    match result.decision {
        Decision::Allowed => None,
        Decision::ImplicitDeny => Some(implicit(result, asked)),
        Decision::ExplicitDeny => {
            let named = result
                .policies
                .first()
                .map(|id| format!(" \"{}\"", sanitise::echo(id)));
            Some(
                Cause::new(
                    ExplicitDeny,
                    Confidence::Certain,
                    format!(
                        "The policy{} of {who} denies {action}.",
                        named.unwrap_or_default()
                    ),
                    "A deny overrides every allow. Change it, or meet its condition.",
                )
                .ask(asked.administrator()),
            )
        }
    }
}

fn implicit(result: &SimulationResult, asked: &Asked) -> Cause {
    let keys = result
        .missing_keys
        .iter()
        .take(4)
        .map(|key| sanitise::echo(key));
    let keys: Vec<String> = keys.collect();
    let check = if keys.is_empty() {
        "Ask your administrator to allow it.".to_owned()
    } else {
        format!(
            "Ask your administrator. The policies have conditions on {}.",
            keys.join(", ")
        )
    };
    Cause::new(
        CallerPermission,
        Confidence::Certain,
        format!(
            "No policy of {} allows {} on the role.",
            asked.who(),
            sanitise::echo(&result.action)
        ),
        check,
    )
    .ask(asked.administrator())
    .send(statement::permission(asked))
}
