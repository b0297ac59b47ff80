//! Policy statements to send to an administrator, which grant the minimum for the request, and commands to check the
//! cause.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::sent_request::{MfaProof, SentRequest};
use crate::value::diagnosis::Statement;
use crate::value::diagnosis::{FurtherCall, FurtherCallKind};
use crate::value::sanitise;

/// A statement with its elements in the usual order.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Written<'a> {
    sid: &'a str,
    effect: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Value>,
    action: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
}

/// Returns the trust policy statement that allows the caller, with the conditions that the request meets. If there are
/// conditions, tags and source identity get a separate statement, because some condition keys exist only for
/// sts:AssumeRole.
pub(super) fn trust(sent: &SentRequest) -> Option<Statement> {
    let role = sent.role.as_ref()?;
    let principal = json!({ "AWS": clean(sent.principal()?)? });
    let written = |sid, action, condition| Written {
        sid,
        effect: "Allow",
        principal: Some(principal.clone()),
        action,
        resource: None,
        condition,
    };
    let all = sent.actions();
    let json = match (condition(sent), all.as_slice()) {
        (Some(condition), [first, others @ ..]) if !others.is_empty() => pretty(&[
            written("AllowAssumeRole", json!(first), Some(condition)),
            written("AllowSessionFields", actions(others), None),
        ]),
        (condition, all) => pretty(&written("AllowAssumeRole", actions(all), condition)),
    };
    Some(Statement {
        goes_to: format!("the trust policy of {}", role.role_name()),
        json: json?,
    })
}

/// Returns the statement that allows the caller to make the request.
pub(super) fn permission(sent: &SentRequest) -> Option<Statement> {
    let role = sent.role.as_ref()?;
    let written = Written {
        sid: "AllowAssumeRole",
        effect: "Allow",
        principal: None,
        action: actions(&sent.actions()),
        resource: Some(json!(role.as_str())),
        condition: None,
    };
    Some(Statement {
        goes_to: permissions_of(sent),
        json: pretty(&written)?,
    })
}

/// Returns the statement that allows the caller another action.
pub(super) fn allow(action: &str, resource: Option<&str>, sent: &SentRequest) -> Option<Statement> {
    let written = Written {
        sid: "AllowAction",
        effect: "Allow",
        principal: None,
        action: json!(clean(action)?),
        resource: Some(json!(clean_or_star(resource)?)),
        condition: None,
    };
    Some(Statement {
        goes_to: permissions_of(sent),
        json: pretty(&written)?,
    })
}

/// Returns the statement for the policy of a resource that allows the caller another action.
pub(super) fn allow_by_resource(
    action: &str,
    resource: Option<&str>,
    sent: &SentRequest,
) -> Option<Statement> {
    let written = Written {
        sid: "AllowAction",
        effect: "Allow",
        principal: Some(json!({ "AWS": clean(sent.principal()?)? })),
        action: json!(clean(action)?),
        resource: Some(json!(clean_or_star(resource)?)),
        condition: None,
    };
    Some(Statement {
        goes_to: "the resource's policy".to_owned(),
        json: pretty(&written)?,
    })
}

/// Returns the statement that allows a follow-up call.
pub(super) fn inquiry(further: &FurtherCall, sent: &SentRequest) -> Option<Statement> {
    let resource = match further.call {
        FurtherCallKind::GetRole => sent.role.as_ref()?.as_str(),
        FurtherCallKind::SimulatePrincipalPolicy => clean(sent.principal()?)?,
        FurtherCallKind::DecodeAuthorizationMessage | FurtherCallKind::GetAccessKeyInfo => "*",
    };
    let written = Written {
        sid: "AllowLookingDeeper",
        effect: "Allow",
        principal: None,
        action: json!(further.action),
        resource: Some(json!(resource)),
        condition: None,
    };
    Some(Statement {
        goes_to: format!("the permissions of {}", sanitise::echo(&further.by)),
        json: pretty(&written)?,
    })
}

fn permissions_of(sent: &SentRequest) -> String {
    match principal_name(sent) {
        Some(name) => format!("the permissions of {name}"),
        None => "the caller's permissions".to_owned(),
    }
}

fn name_of(sent: &SentRequest) -> &str {
    principal_name(sent).unwrap_or("the caller")
}

fn principal_name(sent: &SentRequest) -> Option<&str> {
    sent.principal().and_then(clean)?.rsplit('/').next()
}

/// Returns where a statement for the permissions boundary of the caller goes.
pub(super) fn boundary_of(sent: &SentRequest) -> String {
    format!("the permissions boundary of {}", name_of(sent))
}

/// Returns where a statement for the session policy of the caller goes.
pub(super) fn session_policy_of(sent: &SentRequest) -> String {
    format!("the session policy of {}", name_of(sent))
}

/// The policy of a VPC endpoint names principals, as that of a resource does.
pub(super) const ENDPOINT_POLICY: &str = "the policy of the VPC endpoint";

/// Returns the statement for the policy of a VPC endpoint that allows the caller an action.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
pub(super) fn endpoint(
    actions: &[&str],
    resource: Option<&str>,
    sent: &SentRequest,
) -> Option<Statement> {
    let principal = match sent.principal() {
        Some(arn) => json!({ "AWS": clean(arn)? }),
        None => json!("*"),
    };
    let clean_actions: Option<Vec<&str>> = actions.iter().map(|action| clean(action)).collect();
    let written = Written {
        sid: "AllowAction",
        effect: "Allow",
        principal: Some(principal),
        action: self::actions(&clean_actions?),
        resource: Some(json!(clean_or_star(resource)?)),
        condition: None,
    };
    Some(Statement {
        goes_to: ENDPOINT_POLICY.to_owned(),
        json: pretty(&written)?,
    })
}

fn actions(actions: &[&str]) -> Value {
    match actions {
        [one] => json!(one),
        several => json!(several),
    }
}

fn condition(sent: &SentRequest) -> Option<Value> {
    let mut condition = Map::new();
    if let Some(external_id) = &sent.external_id {
        condition.insert(
            "StringEquals".into(),
            json!({ "sts:ExternalId": external_id }),
        );
    }
    if sent.mfa != MfaProof::None {
        condition.insert(
            "Bool".into(),
            json!({ "aws:MultiFactorAuthPresent": "true" }),
        );
    }
    (!condition.is_empty()).then_some(Value::Object(condition))
}

fn pretty(written: &impl Serialize) -> Option<String> {
    serde_json::to_string_pretty(written).ok()
}

/// Returns the command that shows the role's trust policy to its owner.
pub(super) fn show_trust(sent: &SentRequest) -> Option<String> {
    let name = clean(sent.role.as_ref()?.role_name())?;
    Some(format!(
        "aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument"
    ))
}

/// Returns the command that asks IAM whether the caller's own policies allow the request.
pub(super) fn simulate(sent: &SentRequest) -> Option<String> {
    let (principal, role) = (clean(sent.principal()?)?, sent.role.as_ref()?);
    Some(format!(
        "aws iam simulate-principal-policy --policy-source-arn {principal} --action-names {} --resource-arns {role}",
        sent.actions().join(" ")
    ))
}

/// Returns the command that asks IAM whether the caller's own policies allow another action.
pub(super) fn simulate_action(
    action: &str,
    resource: Option<&str>,
    sent: &SentRequest,
) -> Option<String> {
    let (principal, action) = (clean(sent.principal()?)?, clean(action)?);
    let resource = match clean_or_star(resource)? {
        "*" => String::new(),
        arn => format!(" --resource-arns {arn}"),
    };
    Some(format!(
        "aws iam simulate-principal-policy --policy-source-arn {principal} --action-names {action}{resource}"
    ))
}

/// Returns the command that decodes the details of a denial.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let encoded = clean(encoded)?;
    Some(format!(
        "aws sts decode-authorization-message --encoded-message {encoded} --query DecodedMessage --output text"
    ))
}

/// Returns the command that lists the caller's access keys and whether they are active.
pub(super) fn list_keys(sent: &SentRequest) -> Option<String> {
    let name = clean(sent.user_name()?)?;
    Some(format!("aws iam list-access-keys --user-name {name}"))
}

/// Returns the ARN of a resource, or `*` if the message names none.
fn clean_or_star(resource: Option<&str>) -> Option<&str> {
    match resource {
        None | Some("*") => Some("*"),
        Some(arn) if arn.starts_with("arn:") => clean(arn.trim_end_matches('*')).map(|_| arn),
        Some(_) => Some("*"),
    }
}

/// Returns a text if it has no special characters of a shell or of JSON.
fn clean(text: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-:/".contains(c);
    (!text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)).then_some(text)
}
