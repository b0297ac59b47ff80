//! Errors about the signature: key, token, secret, clock, endpoint and region.

use jiff::SignedDuration;

use super::sent_request::SentRequest;
use super::statement;
use super::verdict::Verdict;
use crate::calls::sts::Refusal;
use crate::value::diagnosis::{Cause, CauseKind, Confidence, is_expired, is_unknown_key};
use crate::value::duration::span;
use crate::value::problem::ProblemCode;
use crate::value::region;
use crate::value::sanitise;

use CauseKind::{Clock, Endpoint, Expired, KeyUnknown, Partition, Region, Secret};
use Confidence::{Certain, Likely, Possible};

/// Explains an error about the signature or its key. Returns `None` for other errors.
pub(super) fn explain(refusal: &Refusal, sent: &SentRequest) -> Option<Verdict> {
    match refusal.code.as_str() {
        code if is_unknown_key(code) => Some(unknown_key(sent)),
        code if is_expired(code) => Some(expired(sent)),
        "OptInRequired" | "SubscriptionRequiredException" => Some(not_signed_up(sent)),
        "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "RequestExpired"
        | "RequestTimeTooSkewed"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => Some(signature(refusal, sent)),
        "RegionDisabledException" => Some(region_disabled(refusal, sent)),
        _ => None,
    }
}

fn unknown_key(sent: &SentRequest) -> Verdict {
    let who = sent.who();
    let is_session = sent.access_key_id.starts_with("ASIA");
    let mut causes = vec![if is_session {
        Cause::new(
            KeyUnknown,
            Likely,
            format!(
                "The session of {who} is no longer valid: its role was deleted or its sessions were revoked."
            ),
            "End that session and assume it again.",
        )
    } else {
        Cause::new(
            KeyUnknown,
            Likely,
            match sent.source.as_str() {
                "" => "The caller's access key is deleted or inactive.".to_owned(),
                _ => format!("The access key {who} is deleted or inactive."),
            },
            "Check it in IAM, Users, Security credentials.",
        )
        .command(statement::list_keys(sent))
        .ask(sent.administrator())
    }];
    if region::is_opt_in(&sent.region) {
        causes.insert(0, region_not_enabled(sent, Likely));
    } else {
        causes.push(region_not_enabled(sent, Possible));
    }
    causes.push(Cause::new(
        Partition,
        Possible,
        "The key may belong to another partition of AWS (China, GovCloud).",
        "Use a key of the role's partition.",
    ));
    Verdict {
        code: ProblemCode::InvalidKey,
        what: format!("AWS does not know the credentials of {who}."),
        causes,
    }
}

/// A region that must be enabled rejects keys and sessions of accounts that have not enabled it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html>
fn region_not_enabled(sent: &SentRequest, confidence: Confidence) -> Cause {
    let region = if sent.region.is_empty() {
        "the region".to_owned()
    } else {
        sanitise::echo(&sent.region)
    };
    Cause::new(
        Region,
        confidence,
        format!("The account may not have enabled {region}."),
        "Set a region that every account has, such as us-east-1, in the role's settings.",
    )
    .command(Some(format!(
        "aws account get-region-opt-status --region-name {}",
        if sent.region.is_empty() {
            "REGION"
        } else {
            &sent.region
        }
    )))
    .ask(sent.owner())
}

fn not_signed_up(sent: &SentRequest) -> Verdict {
    Verdict {
        code: ProblemCode::InvalidKey,
        what: format!("The account of {} cannot use AWS.", sent.who()),
        causes: vec![
            Cause::new(
                KeyUnknown,
                Likely,
                "The account is new, suspended, or not fully signed up.",
                "Sign in to the console as its owner and see what AWS asks for.",
            )
            .ask(sent.administrator()),
        ],
    }
}

fn expired(sent: &SentRequest) -> Verdict {
    let who = sent.who();
    Verdict {
        code: ProblemCode::ExpiredCredentials,
        what: format!("The session of {who} has expired."),
        causes: vec![Cause::new(
            Expired,
            Certain,
            format!("The credentials of {who} are no longer valid."),
            match sent.source.as_str() {
                "" => "Get new credentials, then run the tool again.".to_owned(),
                _ => format!("Assume {who} again, then this role."),
            },
        )],
    }
}

fn signature(refusal: &Refusal, sent: &SentRequest) -> Verdict {
    let message = refusal.message.as_str();
    let is_time = message.contains("Signature expired")
        || message.contains("Signature not yet current")
        || matches!(
            refusal.code.as_str(),
            "RequestExpired" | "RequestTimeTooSkewed"
        );
    if is_time {
        return clock(refusal);
    }
    if message.contains("scoped to a valid region")
        || message.contains("scoped to correct service")
        || message.contains("scoped with a valid terminator")
        || refusal.code.starts_with("IncompleteSignature")
        || refusal.code.starts_with("MissingAuthenticationToken")
    {
        return endpoint();
    }
    Verdict {
        code: ProblemCode::InvalidKey,
        what: format!("The secret of {} is wrong.", sent.who()),
        causes: vec![
            Cause::new(
                Secret,
                Likely,
                "The secret does not belong to the access key.",
                "Remove the key and add it again. Check for extra characters in the secret.",
            ),
            Cause::new(
                Endpoint,
                Possible,
                "A proxy may have changed the request.",
                "Try another network, or set [aws] proxy in settings.toml.",
            ),
        ],
    }
}

fn clock(refusal: &Refusal) -> Verdict {
    let (what, cause) = clock_cause(refusal.skew);
    Verdict {
        code: ProblemCode::ClockSkewed,
        what,
        causes: vec![cause],
    }
}

/// Returns the sentence about a wrong clock, and its cause. `skew` is AWS's clock minus this machine's.
pub fn clock_cause(skew: Option<SignedDuration>) -> (String, Cause) {
    let off = skew
        .filter(|skew| !skew.is_zero())
        .map(|skew| format!(" by {}", span(skew.as_secs().abs())))
        .unwrap_or_default();
    let cause = Cause::new(
        Clock,
        Certain,
        "AWS accepts only requests signed within 15 minutes of its own time.",
        "Set the clock (turn on network time), then try again.",
    );
    (
        format!("This computer's clock differs from AWS's{off}."),
        cause,
    )
}

fn endpoint() -> Verdict {
    Verdict {
        code: ProblemCode::InvalidRequest,
        what: "The request went to the wrong endpoint.".into(),
        causes: vec![Cause::new(
            Endpoint,
            Likely,
            "The endpoint belongs to another region or is not STS's, or a proxy dropped the signature.",
            "Check the role's region, and [aws] endpoint_url in settings.toml.",
        )],
    }
}

fn region_disabled(refusal: &Refusal, sent: &SentRequest) -> Verdict {
    let named = refusal
        .message
        .split_once("for account:")
        .map(|(_, rest)| {
            rest.trim_start()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        })
        .filter(|digits| digits.len() == 12);
    let account = named.map_or_else(
        || "the role's account".to_owned(),
        |digits| format!("account {digits}"),
    );
    Verdict {
        code: ProblemCode::RegionDisabled,
        what: format!("STS is not activated in this region for {account}."),
        causes: vec![
            Cause::new(
                Region,
                Certain,
                format!("STS is off in {} for {account}.", sanitise::echo(&sent.region)),
                "Set another region for the role, or activate this one under IAM, Account settings.",
            )
            .ask(sent.owner()),
        ],
    }
}
