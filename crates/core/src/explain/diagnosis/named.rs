//! Denials in which AWS names the policy that is missing or denies, and denials of tags and source identity.

use super::message::{Denied, PolicyType, Reason};
use super::sent_request::{MfaProof, SentRequest};
use super::statement;
use super::unnamed::{permission, trust, unusable_device};
use crate::role::session_tags::SessionTag;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::sanitise;

use CauseKind::{
    Boundary, CallerPermission, CallerSession, EndpointPolicy, ExplicitDeny, MfaMissing,
    ResourceControl, ServiceControl, SessionTags, SourceIdentity, TrustPolicy,
};
use Confidence::{Certain, Likely, Possible};

/// Returns the causes that AWS names itself.
pub(super) fn named(reason: Reason, denied: &Denied<'_>, sent: &SentRequest) -> Vec<Cause> {
    match reason {
        Reason::Missing(kind) => missing(kind, denied, sent),
        Reason::Explicit(kind) => explicit(kind, denied, sent),
    }
}

fn missing(kind: PolicyType, denied: &Denied<'_>, sent: &SentRequest) -> Vec<Cause> {
    let action = sanitise::echo(denied.action);
    let who = sent.who();
    if let (PolicyType::Trust | PolicyType::Resource, Some(mfa)) =
        (kind, unusable_device(sent, Likely))
    {
        return vec![mfa, trust(sent, Likely)];
    }
    let cause = match kind {
        PolicyType::Identity => permission(sent, Certain),
        PolicyType::Trust | PolicyType::Resource => trust(sent, Certain),
        PolicyType::Boundary => Cause::new(
            Boundary,
            Certain,
            format!("The permissions boundary of {who} does not allow {action}."),
            "Allow it in the boundary. A permission outside the boundary has no effect.",
        )
        .ask(sent.administrator())
        .send(statement::permission(sent)),
        PolicyType::Session => Cause::new(
            CallerSession,
            Certain,
            format!(
                "The session of {who} was made with a session policy that does not allow {action}."
            ),
            "Assume the source without that policy, or allow it in the policy.",
        )
        .send(statement::permission(sent)),
        PolicyType::ServiceControl => Cause::new(
            ServiceControl,
            Certain,
            format!("No service control policy of the organization of {who} allows {action}."),
            "Only the organization's management account can change it.",
        )
        .ask("the administrator of your organization"),
        PolicyType::ResourceControl => Cause::new(
            ResourceControl,
            Certain,
            format!("No resource control policy of the role's organization allows {action}."),
            "Only that organization's management account can change it.",
        )
        .ask(sent.owner()),
        PolicyType::Endpoint => endpoint(sent, "does not allow"),
        PolicyType::Other => Cause::new(
            CauseKind::OtherCondition,
            Likely,
            format!("A policy of another type does not allow {action}."),
            "See AWS's message below.",
        )
        .ask(sent.administrator()),
    };
    vec![cause]
}

fn endpoint(sent: &SentRequest, verb: &str) -> Cause {
    Cause::new(
        EndpointPolicy,
        Certain,
        format!("The VPC endpoint that this network uses for STS {verb} the call."),
        "Change the endpoint policy, or use another network.",
    )
    .ask("the administrator of this network")
    .send(statement::permission(sent))
}

fn explicit(kind: PolicyType, denied: &Denied<'_>, sent: &SentRequest) -> Vec<Cause> {
    let named = denied
        .policy_arn
        .map(|arn| format!(" ({})", sanitise::cut(&sanitise::visible(arn), 160)))
        .unwrap_or_default();
    let cause = |kind, whose: String| {
        Cause::new(
            kind,
            Certain,
            format!("{whose}{named} denies it."),
            "A deny overrides every allow. Change it, or meet its condition.",
        )
    };
    let who = sent.who();
    let cause = match kind {
        PolicyType::Identity => cause(ExplicitDeny, format!("A policy of {who}"))
            .command(statement::simulate(sent))
            .ask(sent.administrator()),
        PolicyType::Trust | PolicyType::Resource => {
            cause(TrustPolicy, "The role's trust policy".into())
                .command(statement::show_trust(sent))
                .ask(sent.owner())
        }
        PolicyType::Boundary => {
            cause(Boundary, format!("The permissions boundary of {who}")).ask(sent.administrator())
        }
        PolicyType::Session => cause(
            CallerSession,
            format!("The session policy that the session of {who} was made with"),
        ),
        PolicyType::ServiceControl => cause(ServiceControl, "A service control policy".into())
            .ask("the administrator of your organization"),
        PolicyType::ResourceControl => {
            cause(ResourceControl, "A resource control policy".into()).ask(sent.owner())
        }
        PolicyType::Endpoint => endpoint(sent, "denies"),
        PolicyType::Other => cause(ExplicitDeny, "A policy".into()).ask(sent.administrator()),
    };
    let mut causes = vec![cause];
    if matches!(
        kind,
        PolicyType::Identity
            | PolicyType::ServiceControl
            | PolicyType::Trust
            | PolicyType::Resource
            | PolicyType::Other
    ) && sent.mfa == MfaProof::None
    {
        let of_every_request = || {
            Cause::new(
                MfaMissing,
                Possible,
                "Such a deny often applies to every request without MFA.",
                "Set the MFA device in the role's settings, then try again.",
            )
        };
        causes.push(unusable_device(sent, Possible).unwrap_or_else(of_every_request));
    }
    causes
}

/// Returns the causes for tags and source identity, which need a separate permission on both sides.
pub(super) fn session_field(denied: &Denied<'_>, sent: &SentRequest, alone: bool) -> Vec<Cause> {
    let is_tags = denied.action == "sts:TagSession";
    let (kind, field) = if is_tags {
        (SessionTags, "session tags")
    } else {
        (SourceIdentity, "a source identity")
    };
    let mut needed = sent.clone();
    if is_tags && needed.tags.is_empty() {
        needed.tags.push(SessionTag::default());
    }
    if !is_tags && needed.source_identity.is_none() {
        needed.source_identity = Some(String::new());
    }
    let action = denied.action;
    let mut causes = vec![
        Cause::new(
            kind,
            if alone { Likely } else { Possible },
            format!("The role's trust policy does not allow {action}, which {field} need."),
            format!("Allow {action} in addition to sts:AssumeRole, or remove {field}."),
        )
        .command(statement::show_trust(sent))
        .ask(sent.owner())
        .send(statement::trust(&needed)),
    ];
    if alone {
        causes.push(
            Cause::new(
                CallerPermission,
                Likely,
                format!(
                    "The policies of {} do not allow {action} on the role.",
                    sent.who()
                ),
                format!("Allow {action} in addition to sts:AssumeRole."),
            )
            .command(statement::simulate(&needed))
            .ask(sent.administrator())
            .send(statement::permission(&needed)),
        );
        let only_some = if is_tags {
            "The trust policy may allow other tag keys or values only (aws:TagKeys, aws:RequestTag)."
        } else {
            "The trust policy may allow another source identity only (sts:SourceIdentity)."
        };
        causes.push(
            Cause::new(kind, Possible, only_some, "Ask for the values it accepts.")
                .ask(sent.owner()),
        );
    }
    causes
}
