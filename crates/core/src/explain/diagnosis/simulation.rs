//! Interprets the results of IAM's policy simulator for the caller's side of a request.

use super::finding::Finding;
use super::sent_request::{MfaProof, SentRequest};
use super::statement;
use crate::calls::iam::{Decision, Simulation, SimulationResult};
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::sanitise;

use CauseKind::{Boundary, CallerPermission, ExplicitDeny, ServiceControl};

/// Returns the simulation of whether the caller's own policies allow a request.
pub fn question(sent: &SentRequest) -> Option<Simulation> {
    let mut context = vec![("sts:RoleSessionName".to_owned(), sent.session_name.clone())];
    if let Some(id) = &sent.external_id {
        context.push(("sts:ExternalId".to_owned(), id.clone()));
    }
    if sent.mfa != MfaProof::None {
        context.push(("aws:MultiFactorAuthPresent".to_owned(), "true".to_owned()));
    }
    Some(Simulation {
        principal: sent.principal()?.to_owned(),
        actions: sent.actions().into_iter().map(str::to_owned).collect(),
        resource: sent.role.as_ref()?.as_str().to_owned(),
        context,
    })
}

/// Interprets the results of the simulator.
pub(super) fn read(results: &[SimulationResult], sent: &SentRequest) -> Finding {
    let causes: Vec<Cause> = results
        .iter()
        .filter_map(|result| cause(result, sent))
        .collect();
    let message = match causes.first() {
        Some(cause) => cause.what.clone(),
        None if results.is_empty() => "IAM gave no result.".to_owned(),
        None => format!("The policies of {} allow it.", sent.who()),
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

fn cause(result: &SimulationResult, sent: &SentRequest) -> Option<Cause> {
    let action = sanitise::echo(&result.action);
    let who = sent.who();
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
            .ask(sent.administrator())
            .send(statement::permission(sent)),
        );
    }
    match result.decision {
        Decision::Allowed => None,
        Decision::ImplicitDeny => Some(implicit(result, sent)),
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
                .ask(sent.administrator()),
            )
        }
    }
}

fn implicit(result: &SimulationResult, sent: &SentRequest) -> Cause {
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
            sent.who(),
            sanitise::echo(&result.action)
        ),
        check,
    )
    .ask(sent.administrator())
    .send(statement::permission(sent))
}
