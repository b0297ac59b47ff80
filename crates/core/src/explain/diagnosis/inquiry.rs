//! Follow-up calls for more details, and how their results change a diagnosis.

use jiff::Timestamp;

use super::asked::{Asked, Signer};
use super::finding::Finding;
use super::message;
use super::{decoded, simulation, statement, trust};
use crate::calls::iam::SimulationResult;
use crate::calls::sts::{Refusal, StsError};
use crate::value::diagnosis::Diagnosis;
use crate::value::diagnosis::{Cause, CauseKind, Confidence, Look, LookCall, sorted};
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
pub fn looks(
    refusal: &Refusal,
    diagnosis: &Diagnosis,
    asked: &Asked,
    in_account: impl Fn(&str) -> Option<String>,
    other: Option<String>,
) -> Vec<Look> {
    let look = |call: LookCall, by: String| Look {
        call,
        action: call.action().to_owned(),
        by,
        found: None,
        statement: None,
    };
    let has = |kind: CauseKind| diagnosis.causes.iter().any(|cause| cause.kind == kind);
    let mut looks = Vec::new();
    if message::encoded(&refusal.message).is_some() {
        looks.push(look(
            LookCall::DecodeAuthorizationMessage,
            asked.source.clone(),
        ));
    }
    if has(CauseKind::KeyUnknown) && !asked.access_key_id.starts_with("ASIA") {
        looks.extend(other.map(|by| look(LookCall::GetAccessKeyInfo, by)));
    }
    let is_denial = asked.role.is_some()
        && [
            CauseKind::TrustPolicy,
            CauseKind::CallerPermission,
            CauseKind::SessionTags,
            CauseKind::SourceIdentity,
            CauseKind::ExplicitDeny,
        ]
        .into_iter()
        .any(has)
        && refusal.code.starts_with("AccessDenied");
    if !is_denial {
        return looks;
    }
    let witness = match asked.is_same_account() {
        Some(true) => Some(asked.source.clone()),
        Some(false) | None => asked
            .role
            .as_ref()
            .and_then(|role| in_account(role.account_id())),
    };
    looks.extend(witness.map(|by| look(LookCall::GetRole, by)));
    if asked.signer != Signer::Unknown {
        looks.push(look(
            LookCall::SimulatePrincipalPolicy,
            asked.source.clone(),
        ));
    }
    looks
}

impl Diagnosis {
    /// Returns the diagnosis with the results of its follow-up calls, in the order of [`Diagnosis::follow_ups`].
    pub fn with_answers(
        &self,
        asked: &Asked,
        answers: Vec<Result<Answer, StsError>>,
        now: Timestamp,
    ) -> Self {
        let mut deeper = self.clone();
        let mut certain = Vec::new();
        let mut ruled_out = Vec::new();
        for (look, answer) in deeper.looks.iter_mut().zip(answers) {
            let finding = match answer {
                Ok(answer) => read(&answer, asked, now),
                Err(error) => failed(look, &error, asked),
            };
            look.found = Some(finding.message);
            certain.extend(finding.causes);
            ruled_out.extend(finding.ruled_out);
        }
        let stays = |cause: &Cause| {
            !ruled_out.contains(&cause.kind)
                && certain.iter().all(|it: &Cause| it.kind != cause.kind)
        };
        let rest = self.causes.iter().filter(|cause| stays(cause)).cloned();
        let causes: Vec<Cause> = certain.iter().cloned().chain(rest).collect();
        deeper.causes = if causes.is_empty() {
            vec![beyond(asked)]
        } else {
            sorted(causes)
        };
        deeper
    }
}

fn read(answer: &Answer, asked: &Asked, now: Timestamp) -> Finding {
    match answer {
        Answer::Trust(document) => trust::read(document, asked, now),
        Answer::Simulation(results) => simulation::read(results, asked),
        Answer::Decoded(text) => decoded::read(text, asked),
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
                        asked.who(),
                        sanitise::echo(account)
                    ),
                    "Check it there in IAM, Users, Security credentials.",
                )
                .command(statement::list_keys(asked))
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
fn failed(look: &mut Look, error: &StsError, asked: &Asked) -> Finding {
    let StsError::Refused(refusal) = error else {
        let message = format!(
            "AWS did not answer {}: {}.",
            look.action,
            sanitise::echo(&error.to_string())
        );
        return message_only(message);
    };
    match (refusal.code.as_str(), look.call) {
        ("NoSuchEntity", LookCall::GetRole) => {
            let mut finding = message_only("The account has no role with this name.".to_owned());
            finding.causes.push(
                Cause::new(
                    CauseKind::NoSuchRole,
                    Confidence::Certain,
                    "The role does not exist.",
                    "Check every letter of its ARN; names are case-sensitive.",
                )
                .ask(asked.owner()),
            );
            finding.ruled_out = trust::KINDS.to_vec();
            finding
        }
        ("ValidationError", LookCall::GetAccessKeyInfo) => message_only(
            "AWS knows no access key with this ID. Check it for typing errors.".to_owned(),
        ),
        (code, _) if code.starts_with("AccessDenied") => {
            look.statement = statement::inquiry(look, asked);
            message_only(format!(
                "\"{}\" may not call {}. Rolecall needs this permission to find out more.",
                sanitise::echo(&look.by),
                look.action
            ))
        }
        (code, _) => message_only(format!(
            "AWS refused {}: {} {}",
            look.action,
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
fn beyond(asked: &Asked) -> Cause {
    Cause::new(
        CauseKind::ResourceControl,
        Confidence::Likely,
        "The trust policy and the permissions allow the request, so an organization policy or a VPC endpoint policy denies it.",
        "Ask whether such a policy limits sts:AssumeRole by organization, network or region.",
    )
    .ask(asked.owner())
}
