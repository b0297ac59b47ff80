//! Evaluates a role's trust policy for a request as AWS does, and names conditions that are not met.

use jiff::Timestamp;
use serde_json::Value;

use super::finding::Finding;
use super::sent_request::{MfaProof, SentRequest, Signer};
use super::statement;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::sanitise;
use rolecall_policy::{
    Context, NearMiss, Policy, PolicyKind, Principal, Request, Side, SideResult, StatementRef,
    evaluate_side,
};

use CauseKind::{
    ExternalId, MfaMissing, MfaTooOld, NoSuchRole, OtherCondition, SessionName, SessionTags,
    SourceIdentity, TrustPolicy,
};
use Confidence::{Certain, Likely};

/// The kinds of causes that are certain once the trust policy is known.
pub(super) const KINDS: [CauseKind; 8] = [
    TrustPolicy,
    ExternalId,
    MfaMissing,
    MfaTooOld,
    SessionName,
    SourceIdentity,
    SessionTags,
    NoSuchRole,
];

/// Evaluates a role's trust policy for a request at a time.
pub(super) fn read(document: &str, sent: &SentRequest, now: Timestamp) -> Finding {
    let message = |message: &str| Finding {
        message: message.to_owned(),
        ..Finding::default()
    };
    let Ok(policy) = Policy::parse(PolicyKind::Trust, document) else {
        return message("Rolecall cannot read the role's trust policy.");
    };
    let principal = sent.caller_arn().and_then(|arn| Principal::parse(arn).ok());
    let (Some(principal), Some(role)) = (principal, &sent.role) else {
        return message("Rolecall read the trust policy, but does not know who made the request.");
    };
    let context = context(sent, now);
    let json = serde_json::from_str(document).unwrap_or(Value::Null);
    let mut finding = Finding {
        ruled_out: KINDS.to_vec(),
        ..Finding::default()
    };
    for action in sent.actions() {
        let request = Request {
            principal: &principal,
            action,
            resource: role.as_str(),
            resource_account: role.account_id(),
            context: &context,
        };
        let side_result = evaluate_side(Side::Resource, std::slice::from_ref(&policy), &request);
        finding
            .causes
            .extend(causes(&side_result, action, sent, &json));
    }
    finding.message = match finding.causes.first() {
        Some(cause) => cause.what.clone(),
        None => format!("The role's trust policy allows {}.", sent.who()),
    };
    finding
}

/// Returns the condition keys that AWS derives from the request, as far as they are known.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
fn context(sent: &SentRequest, now: Timestamp) -> Context {
    let mut context = Context::default();
    context.insert("aws:CurrentTime", now);
    context.insert("aws:EpochTime", now.as_second());
    context.insert("aws:SecureTransport", true);
    context.insert("sts:RoleSessionName", sent.session_name.as_str());
    let given = [
        ("sts:ExternalId", sent.external_id.as_deref()),
        ("sts:SourceIdentity", sent.source_identity.as_deref()),
        ("aws:PrincipalArn", sent.principal()),
        ("aws:PrincipalAccount", sent.account()),
        ("aws:username", sent.user_name()),
    ];
    for (key, value) in given {
        if let Some(value) = value {
            context.insert(key, value);
        }
    }
    let is_user = matches!(sent.signer, Signer::User(_));
    context.insert(
        "aws:PrincipalType",
        if is_user { "User" } else { "AssumedRole" },
    );
    match &sent.mfa {
        MfaProof::None if is_user => {}
        MfaProof::None => context.insert("aws:MultiFactorAuthPresent", false),
        MfaProof::Code { .. } => {
            context.insert("aws:MultiFactorAuthPresent", true);
            context.insert("aws:MultiFactorAuthAge", 0);
        }
        MfaProof::Session { age_s } => {
            context.insert("aws:MultiFactorAuthPresent", true);
            context.insert("aws:MultiFactorAuthAge", *age_s);
        }
    }
    for tag in &sent.tags {
        context.insert(&format!("aws:RequestTag/{}", tag.key), tag.value.as_str());
    }
    context.insert_list("aws:TagKeys", sent.tags.iter().map(|tag| tag.key.as_str()));
    context
}

fn causes(
    side_result: &SideResult,
    action: &str,
    sent: &SentRequest,
    document: &Value,
) -> Vec<Cause> {
    match side_result {
        SideResult::Allow(_) => Vec::new(),
        SideResult::Deny(statement) => vec![denies(statement, sent)],
        SideResult::NoMatch(misses) if misses.is_empty() => vec![silent(action, sent)],
        SideResult::NoMatch(misses) => misses
            .iter()
            .map(|miss| missed(miss, sent, document))
            .collect(),
    }
}

fn denies(statement: &StatementRef, sent: &SentRequest) -> Cause {
    let which = match &statement.sid {
        Some(sid) => format!("The statement \"{}\"", sanitise::echo(sid)),
        None => format!("Statement {}", statement.statement + 1),
    };
    Cause::new(
        TrustPolicy,
        Certain,
        format!("The role's trust policy denies it: {which}."),
        "A deny overrides every allow. Change it, or meet its condition.",
    )
    .ask(sent.owner())
}

/// Returns the cause if no statement covers both caller and action.
fn silent(action: &str, sent: &SentRequest) -> Cause {
    let (kind, what) = match action {
        "sts:TagSession" => (
            SessionTags,
            format!(
                "The role's trust policy does not allow {} to send session tags.",
                sent.who()
            ),
        ),
        "sts:SetSourceIdentity" => (
            SourceIdentity,
            format!(
                "The role's trust policy does not allow {} to set a source identity.",
                sent.who()
            ),
        ),
        _ => (
            TrustPolicy,
            format!(
                "The role's trust policy names neither {} nor its account.",
                sent.who()
            ),
        ),
    };
    Cause::new(kind, Certain, what, "Ask the role's owner to allow you.")
        .ask(sent.owner())
        .send(statement::trust(sent))
}

/// Returns the cause if a statement matches except for one condition.
fn missed(miss: &NearMiss, sent: &SentRequest, document: &Value) -> Cause {
    let wanted = wanted(miss, document);
    let asks = |field: &str| asks_for(field, wanted.as_deref());
    let key = miss.key.to_ascii_lowercase();
    let (kind, what, check) = match key.as_str() {
        "sts:externalid" => (
            ExternalId,
            format!("{} {}", asks("external ID"), sent_external_id(sent)),
            "Set it in the role's settings.",
        ),
        "aws:multifactorauthpresent" => (
            MfaMissing,
            "The role's trust policy requires MFA, and none was given.".to_owned(),
            "Set the MFA device in the role's settings, then try again.",
        ),
        "aws:multifactorauthage" => missed_mfa_age(wanted.as_deref(), sent),
        "sts:rolesessionname" => (
            SessionName,
            asks("session name"),
            "Set it in the role's settings.",
        ),
        "sts:sourceidentity" => (
            SourceIdentity,
            asks("source identity"),
            "Set it in the role's settings.",
        ),
        "aws:tagkeys" | "sts:transitivetagkeys" => (
            SessionTags,
            "The role's trust policy allows other session tags only.".to_owned(),
            "Ask which tags it allows.",
        ),
        key if key.starts_with("aws:requesttag/") => (
            SessionTags,
            asks(&format!(
                "session tag {}",
                sanitise::echo(miss.key.split_once('/').map_or("", |(_, tag)| tag))
            )),
            "Set it in the role's settings.",
        ),
        "aws:principalarn" | "aws:principalaccount" | "aws:username" | "aws:principaltype" => (
            TrustPolicy,
            format!(
                "The role's trust policy allows other callers only ({}).",
                sanitise::echo(&miss.key)
            ),
            "Ask the role's owner to allow you.",
        ),
        _ => return other(miss, wanted, sent),
    };
    let can_be_set = check.starts_with("Set ") || check.starts_with("Try ");
    let cause = Cause::new(kind, Certain, what, check);
    if can_be_set {
        cause
    } else {
        cause.ask(sent.owner())
    }
}

fn asks_for(field: &str, wanted: Option<&str>) -> String {
    match wanted {
        Some(value) => format!(
            "The role's trust policy requires the {field} \"{}\".",
            sanitise::echo(value)
        ),
        None => format!("The role's trust policy requires another {field}."),
    }
}

fn sent_external_id(sent: &SentRequest) -> String {
    match &sent.external_id {
        Some(id) => format!("\"{}\" was sent.", sanitise::echo(id)),
        None => "None was sent.".to_owned(),
    }
}

/// Returns the cause if the caller has no MFA, or its MFA is too old.
fn missed_mfa_age(wanted: Option<&str>, sent: &SentRequest) -> (CauseKind, String, &'static str) {
    match &sent.mfa {
        MfaProof::None => (
            MfaMissing,
            "The role's trust policy requires recent MFA, and none was given.".to_owned(),
            "Set the MFA device in the role's settings, then try again.",
        ),
        MfaProof::Code { .. } | MfaProof::Session { .. } => (
            MfaTooOld,
            match wanted {
                Some(limit) => format!(
                    "The role's trust policy requires MFA within the last {} seconds.",
                    sanitise::echo(limit)
                ),
                None => "The role's trust policy requires more recent MFA.".to_owned(),
            },
            "Try again with a new code.",
        ),
    }
}

/// Returns the cause for a condition on a value that is unknown here, such as an address, an organization or a tag of
/// the caller.
fn other(miss: &NearMiss, wanted: Option<String>, sent: &SentRequest) -> Cause {
    let value = wanted
        .map(|value| format!(" \"{}\"", sanitise::echo(&value)))
        .unwrap_or_default();
    Cause::new(
        OtherCondition,
        Likely,
        format!(
            "The role's trust policy has a condition that does not seem to be met: {} {}{value}.",
            sanitise::echo(&miss.key),
            sanitise::echo(&miss.operator)
        ),
        "Ask what the condition requires.",
    )
    .ask(sent.owner())
}

/// Returns the value that a condition compares with, if it is a single string.
fn wanted(miss: &NearMiss, document: &Value) -> Option<String> {
    let statements = &document["Statement"];
    let statement = match statements {
        Value::Array(list) => list.get(miss.statement.statement)?,
        one => one,
    };
    let value = &statement["Condition"][&miss.operator][&miss.key];
    let text = match value {
        Value::Array(list) => match list.as_slice() {
            [one] => one,
            _ => return None,
        },
        one => one,
    };
    match text {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
