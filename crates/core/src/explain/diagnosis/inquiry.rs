//! Follow-up calls for more details, and how their results change a diagnosis.

use jiff::Timestamp;

use super::finding::Finding;
use super::message;
use super::sent_request::{SentRequest, Signer};
use super::{decoded, simulation, statement, trust};
use crate::calls::iam::SimulationResult;
use crate::calls::sts::{Refusal, StsError};
use crate::value::diagnosis::Diagnosis;
use crate::value::diagnosis::{Cause, CauseKind, Confidence, FurtherCall, FurtherCallKind, sorted};
use crate::value::sanitise;

/// The result of one follow-up call.
#[derive(Debug)]
pub enum Answer {
    /// The trust policy, as JSON.
    Trust(String),
    /// The results of the simulator.
    Simulation(Vec<SimulationResult>),
    /// The decoded message, as JSON.
    Decoded(String),
    /// The account of the key.
    KeyAccount(String),
}

/// Returns the follow-up calls that give more details about an error. `in_account` finds credentials in an account, and
/// `other` is an access key other than the one that signed.
pub fn further_calls(
    refusal: &Refusal,
    diagnosis: &Diagnosis,
    sent: &SentRequest,
    in_account: impl Fn(&str) -> Option<String>,
    other: Option<String>,
) -> Vec<FurtherCall> {
    let has = |kind: CauseKind| diagnosis.causes.iter().any(|cause| cause.kind == kind);
    let mut further_calls = Vec::new();
    if message::encoded(&refusal.message).is_some() {
        further_calls.push(further(
            FurtherCallKind::DecodeAuthorizationMessage,
            sent.source.clone(),
        ));
    }
    if has(CauseKind::KeyUnknown) && !sent.access_key_id.starts_with("ASIA") {
        further_calls.extend(other.map(|by| further(FurtherCallKind::GetAccessKeyInfo, by)));
    }
    let is_denial = sent.role.is_some()
        && [
            CauseKind::TrustPolicy,
            CauseKind::CallerPermission,
            CauseKind::SessionTags,
            CauseKind::SourceIdentity,
            CauseKind::ExplicitDeny,
        ]
        .into_iter()
        .any(has)
        && refusal.is_denied();
    if !is_denial {
        return further_calls;
    }
    further_calls.extend(preview_calls(sent, in_account));
    further_calls
}

/// Returns the calls that tell, also before a request, whether both sides allow it. `in_account` finds credentials in an
/// account.
pub fn preview_calls(
    sent: &SentRequest,
    in_account: impl Fn(&str) -> Option<String>,
) -> Vec<FurtherCall> {
    let witness = match sent.is_same_account() {
        Some(true) => Some(sent.source.clone()),
        Some(false) | None => sent
            .role
            .as_ref()
            .and_then(|role| in_account(role.account_id())),
    };
    let mut calls = Vec::new();
    calls.extend(witness.map(|by| further(FurtherCallKind::GetRole, by)));
    if sent.signer != Signer::Unknown {
        calls.push(further(
            FurtherCallKind::SimulatePrincipalPolicy,
            sent.source.clone(),
        ));
    }
    calls
}

fn further(call: FurtherCallKind, by: String) -> FurtherCall {
    FurtherCall {
        call,
        action: call.action().to_owned(),
        by,
        found: None,
        statement: None,
    }
}

/// Returns the causes for which AWS would refuse a request, from the results of its calls in their order, and notes what
/// each call found.
pub fn preview(
    calls: &mut [FurtherCall],
    sent: &SentRequest,
    answers: Vec<Result<Answer, StsError>>,
    now: Timestamp,
) -> Vec<Cause> {
    sorted(examine(calls, sent, answers, now).causes)
}

/// Notes in each call what its result shows, and returns that of all.
fn examine(
    calls: &mut [FurtherCall],
    sent: &SentRequest,
    answers: Vec<Result<Answer, StsError>>,
    now: Timestamp,
) -> Finding {
    let mut all = Finding::default();
    for (further, answer) in calls.iter_mut().zip(answers) {
        let finding = match answer {
            Ok(answer) => read(&answer, sent, now),
            Err(error) => failed(further, &error, sent),
        };
        further.found = Some(finding.message);
        all.causes.extend(finding.causes);
        all.ruled_out.extend(finding.ruled_out);
    }
    all
}

impl Diagnosis {
    /// Returns the diagnosis with the results of its follow-up calls, in the order of [`Diagnosis::follow_ups`].
    pub fn with_answers(
        &self,
        sent: &SentRequest,
        answers: Vec<Result<Answer, StsError>>,
        now: Timestamp,
    ) -> Self {
        let mut deeper = self.clone();
        let found = examine(&mut deeper.further_calls, sent, answers, now);
        let (certain, ruled_out) = (found.causes, found.ruled_out);
        let stays = |cause: &Cause| {
            !ruled_out.contains(&cause.kind)
                && certain.iter().all(|it: &Cause| it.kind != cause.kind)
        };
        let rest = self.causes.iter().filter(|cause| stays(cause)).cloned();
        let causes: Vec<Cause> = certain.iter().cloned().chain(rest).collect();
        deeper.causes = if causes.is_empty() {
            vec![beyond(sent)]
        } else {
            sorted(causes)
        };
        deeper
    }
}

fn read(answer: &Answer, sent: &SentRequest, now: Timestamp) -> Finding {
    match answer {
        Answer::Trust(document) => trust::read(document, sent, now),
        Answer::Simulation(results) => simulation::read(results, sent),
        Answer::Decoded(text) => decoded::read(text, sent),
        Answer::KeyAccount(account) => Finding {
            message: format!(
                "The access key belongs to account {}.",
                sanitise::echo(account)
            ),
            causes: vec![
                Cause::new(
                    CauseKind::KeyUnknown,
                    Confidence::Likely,
                    format!(
                        "The access key {} of account {} is deleted or inactive.",
                        sent.who(),
                        sanitise::echo(account)
                    ),
                    "Check it there in IAM, Users, Security credentials.",
                )
                .command(statement::list_keys(sent))
                .ask(format!(
                    "the administrator of account {}",
                    sanitise::echo(account)
                )),
            ],
            ruled_out: vec![CauseKind::Partition],
        },
    }
}

/// Returns what a failed call shows, such as a missing permission.
fn failed(further: &mut FurtherCall, error: &StsError, sent: &SentRequest) -> Finding {
    let StsError::Refused(refusal) = error else {
        let message = format!(
            "AWS did not answer {}: {}.",
            further.action,
            sanitise::echo(&error.to_string())
        );
        return message_only(message);
    };
    match (refusal.code.as_str(), further.call) {
        ("NoSuchEntity", FurtherCallKind::GetRole) => {
            let mut finding = message_only("The account has no role with this name.".to_owned());
            finding.causes.push(
                Cause::new(
                    CauseKind::NoSuchRole,
                    Confidence::Certain,
                    "The role does not exist.",
                    "Check every letter of its ARN; names are case-sensitive.",
                )
                .ask(sent.owner()),
            );
            finding.ruled_out = trust::KINDS.to_vec();
            finding
        }
        ("ValidationError", FurtherCallKind::GetAccessKeyInfo) => message_only(
            "AWS knows no access key with this ID. Check it for typing errors.".to_owned(),
        ),
        _ if refusal.is_denied() => {
            further.statement = statement::inquiry(further, sent);
            message_only(format!(
                "\"{}\" may not call {}. Rolecall needs this permission to find out more.",
                sanitise::echo(&further.by),
                further.action
            ))
        }
        (code, _) => message_only(format!(
            "AWS refused {}: {} {}",
            further.action,
            sanitise::echo(code),
            sanitise::cut(&sanitise::visible(&refusal.message), 200)
        )),
    }
}

fn message_only(message: String) -> Finding {
    Finding {
        message,
        ..Finding::default()
    }
}

/// Returns the cause that remains if both sides allow the request.
fn beyond(sent: &SentRequest) -> Cause {
    Cause::new(
        CauseKind::ResourceControl,
        Confidence::Likely,
        "The trust policy and the permissions allow the request, so an organization policy or a VPC endpoint policy denies it.",
        "Ask whether such a policy limits sts:AssumeRole by organization, network or region.",
    )
    .ask(sent.owner())
}
