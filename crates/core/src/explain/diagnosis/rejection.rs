//! Errors in the request itself: a field, the duration, the session policy, or too many requests.

use super::sent_request::{SentRequest, Signer};
use super::verdict::Verdict;
use crate::calls::sts::Refusal;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::problem::ProblemCode;
use crate::value::sanitise;

use CauseKind::{Duration, Field, SessionPolicy, SessionTags, SourceIdentity, Throttled};
use Confidence::{Certain, Likely, Possible};

/// Explains an error in the request. Returns `None` if the message is unknown.
pub(super) fn explain(refusal: &Refusal, sent: &SentRequest) -> Option<Verdict> {
    match refusal.code.as_str() {
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown" => Some(throttled()),
        "ValidationError" | "ValidationException" | "InvalidParameterValue" | "MalformedInput" => {
            validation(refusal, sent)
        }
        "MalformedPolicyDocument" | "MalformedPolicyDocumentException" => Some(malformed_policy()),
        "PackedPolicyTooLarge" | "PackedPolicyTooLargeException" => {
            Some(too_large(&refusal.message))
        }
        _ => None,
    }
}

fn throttled() -> Verdict {
    Verdict {
        code: ProblemCode::Throttled,
        what: "AWS is throttling requests.".into(),
        causes: vec![Cause::new(
            Throttled,
            Certain,
            "The account makes too many requests.",
            "Wait a minute, then try again.",
        )],
    }
}

fn validation(refusal: &Refusal, sent: &SentRequest) -> Option<Verdict> {
    let message = refusal.message.as_str();
    if message.contains("role chaining") {
        return Some(duration(
            "A session from role chaining lasts at most one hour.",
            "AWS limits chained sessions to one hour, whatever the role allows.",
            "Set the role's duration to 1h or less.",
        ));
    }
    if message.contains("MaxSessionDuration") {
        return Some(too_long(sent));
    }
    let invalid = |causes| Verdict {
        code: ProblemCode::InvalidRequest,
        what: "AWS did not accept a field of the request.".into(),
        causes,
    };
    session_rule(message)
        .map(|cause| invalid(vec![cause]))
        .or_else(|| {
            let causes = fields(message);
            (!causes.is_empty()).then(|| invalid(causes))
        })
}

fn duration(what: &str, cause: &str, check: &str) -> Verdict {
    Verdict {
        code: ProblemCode::DurationTooLong,
        what: what.into(),
        causes: vec![Cause::new(Duration, Certain, cause, check)],
    }
}

fn too_long(sent: &SentRequest) -> Verdict {
    let name = sent
        .role
        .as_ref()
        .map_or("the role", |role| role.role_name());
    let mut verdict = duration(
        "The role does not allow a session this long.",
        "The duration is longer than the role's maximum session duration.",
        "Set a shorter duration, or raise the role's maximum session duration.",
    );
    for cause in &mut verdict.causes {
        cause.who = Some(sent.owner());
        cause.check.command = Some(format!(
            "aws iam get-role --role-name {name} --query Role.MaxSessionDuration"
        ));
    }
    if matches!(sent.signer, Signer::Session { .. }) {
        verdict.causes.push(Cause::new(
            Duration,
            Possible,
            "A session from role chaining lasts at most one hour.",
            "Set the role's duration to 1h or less.",
        ));
    }
    verdict
}

/// Messages of AWS about a session: the text, the kind of cause, what it means and what to check.
const SESSION_RULES: [(&str, CauseKind, &str, &str); 8] = [
    (
        "source identity is already set",
        SourceIdentity,
        "The source's session has another source identity, which applies to the whole chain.",
        "Use the same source identity, or remove it here.",
    ),
    (
        "conflicts with a transitive tag key from the calling session",
        SessionTags,
        "A tag with that key is inherited from the source's session and cannot be set again.",
        "Remove the tag here, or do not make it transitive in the source.",
    ),
    (
        "transitive tag key must be included",
        SessionTags,
        "A transitive tag is not among the session tags.",
        "Add the tag, or do not make it transitive.",
    ),
    (
        "Duplicate tag keys",
        SessionTags,
        "Two tags have the same key. Tag keys are not case-sensitive.",
        "Remove one of them.",
    ),
    (
        "does not exist or is not attachable",
        SessionPolicy,
        "A managed policy of the session is not in the role's account, or cannot be attached.",
        "Use policies of the role's account, or AWS managed policies.",
    ),
    (
        "Request ARN is invalid",
        Field,
        "The role's ARN is not the ARN of a role.",
        "Copy it again from IAM, Roles.",
    ),
    (
        "tokenCode when providing serialNumber",
        Field,
        "AWS received an MFA device without a code.",
        "Check the MFA device in the role's settings.",
    ),
    (
        "Unexpected value",
        Field,
        "The duration is not a number of seconds.",
        "Set it as 1h or 900s.",
    ),
];

/// Returns the cause for a rule that AWS reports in a separate sentence.
fn session_rule(message: &str) -> Option<Cause> {
    let rule = SESSION_RULES
        .iter()
        .find(|(words, ..)| message.contains(words));
    if let Some((_, kind, what, check)) = rule {
        return Some(Cause::new(*kind, Certain, *what, *check));
    }
    let arn = message.trim().strip_suffix(" is invalid")?;
    arn.starts_with("arn:").then(|| {
        Cause::new(
            Field,
            Certain,
            "The role's ARN is not the ARN of a role.",
            "Copy it again from IAM, Roles.",
        )
    })
}

/// Returns a cause for each `… at 'field' failed to satisfy constraint: …` of the message.
fn fields(message: &str) -> Vec<Cause> {
    let places = message.split(" at '").skip(1);
    let found = places.filter_map(|place| {
        let (field, rest) = place.split_once('\'')?;
        let (_, rule) = rest.split_once("failed to satisfy constraint: ")?;
        let rule = rule.split("; Value ").next().unwrap_or(rule);
        Some(field_cause(field, rule))
    });
    found.take(8).collect()
}

fn field_cause(field: &str, rule: &str) -> Cause {
    let kind = match field {
        "durationSeconds" => Duration,
        field if field.starts_with("tags") || field.starts_with("transitive") => SessionTags,
        "sourceIdentity" => SourceIdentity,
        field if field.starts_with("policy") => SessionPolicy,
        _ => Field,
    };
    Cause::new(
        kind,
        Certain,
        format!("{} is invalid: {}.", field_name(field), rule_words(rule)),
        "Correct it in the role's settings.",
    )
}

/// Returns the name in the role's settings of a field of the request.
fn field_name(field: &str) -> String {
    match field {
        "roleSessionName" => "The session name".into(),
        "externalId" => "The external ID".into(),
        "serialNumber" => "The MFA device".into(),
        "tokenCode" => "The code".into(),
        "durationSeconds" => "The duration".into(),
        "sourceIdentity" => "The source identity".into(),
        "roleArn" => "The role's ARN".into(),
        "policy" => "The session policy".into(),
        field if field.starts_with("policyArns") => "A managed policy's ARN".into(),
        field if field.starts_with("transitiveTagKeys") => "A transitive tag".into(),
        field if field.starts_with("tags") && field.ends_with("value") => "A tag's value".into(),
        field if field.starts_with("tags") => "A tag's key".into(),
        other => format!("The field {}", sanitise::echo(other)),
    }
}

fn rule_words(rule: &str) -> String {
    let rule = rule.trim().trim_end_matches(']');
    const BOUNDS: [(&str, &str, &str); 4] = [
        ("length less than or equal to ", "at most ", " characters"),
        (
            "length greater than or equal to ",
            "at least ",
            " characters",
        ),
        ("value less than or equal to ", "at most ", " seconds"),
        ("value greater than or equal to ", "at least ", " seconds"),
    ];
    for (words, before, after) in BOUNDS {
        if let Some((_, rest)) = rule.split_once(words) {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return format!("{before}{number}{after}");
        }
    }
    if rule.contains("must not be null") {
        return "it is missing".into();
    }
    match rule.split_once("regular expression pattern: ") {
        Some((_, pattern)) => format!("only characters of {}", sanitise::echo(pattern.trim())),
        None => sanitise::echo(rule),
    }
}

fn malformed_policy() -> Verdict {
    Verdict {
        code: ProblemCode::InvalidRequest,
        what: "AWS did not accept the session policy.".into(),
        causes: vec![Cause::new(
            SessionPolicy,
            Certain,
            "The session policy is not valid JSON or not a policy.",
            "Fix it in the role's settings. AWS's message may say where.",
        )],
    }
}

fn too_large(message: &str) -> Verdict {
    let percent = message
        .split_once('%')
        .and_then(|(before, _)| before.rsplit(|c: char| !c.is_ascii_digit()).next())
        .filter(|digits| !digits.is_empty() && digits.len() <= 6);
    let what = match percent {
        Some(percent) => {
            format!("The session policy and tags use {percent}% of the space that AWS allows.")
        }
        None => "The session policy and tags use more space than AWS allows.".into(),
    };
    let is_tags = message.contains("session tags");
    Verdict {
        code: ProblemCode::InvalidRequest,
        what,
        causes: vec![
            Cause::new(
                if is_tags { SessionTags } else { SessionPolicy },
                Certain,
                "AWS compresses the policy and the tags together, and the result is too large.",
                "Shorten the policy, use managed policies, or drop tags.",
            ),
            Cause::new(
                SessionTags,
                if is_tags { Likely } else { Possible },
                "Tags that are inherited from the source's session count too.",
                "Make fewer tags transitive.",
            ),
        ],
    }
}
