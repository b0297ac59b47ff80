//! Denials in which AWS names the policy that is missing or denies, and denials of tags and source identity.

use super::message::{Denied, PolicyType, Reason};
use super::sent_request::{MfaProof, SentRequest};
use super::statement;
use super::unnamed::{is_chained, permission, trust, unusable_device};
use crate::role::session_tags::SessionTag;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::role_arn::RoleArn;
use crate::value::sanitise;

use CauseKind::{
    Boundary, CallerPermission, CallerSession, EndpointPolicy, ExplicitDeny, MfaMissing,
    ResourceControl, RevokedSession, ServiceControl, SessionTags, SourceIdentity, TrustPolicy,
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
        .send(statement::permission(sent).map(|it| it.for_policy(statement::boundary_of(sent)))),
        PolicyType::Session => Cause::new(
            CallerSession,
            Certain,
            format!(
                "The session of {who} was made with a session policy that does not allow {action}."
            ),
            "Assume the source without that policy, or allow it in the policy.",
        )
        .send(
            statement::permission(sent).map(|it| it.for_policy(statement::session_policy_of(sent))),
        ),
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
        PolicyType::Endpoint => endpoint("does not allow").send(statement::endpoint(
            &sent.actions(),
            sent.role.as_ref().map(RoleArn::as_str),
            sent,
        )),
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

fn endpoint(verb: &str) -> Cause {
    Cause::new(
        EndpointPolicy,
        Certain,
        format!("The VPC endpoint that this network uses for STS {verb} the call."),
        "Change the endpoint policy, or use another network.",
    )
    .ask("the administrator of this network")
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
        PolicyType::Endpoint => endpoint("denies"),
        PolicyType::Other => cause(ExplicitDeny, "A policy".into()).ask(sent.administrator()),
    };
    let mut causes = vec![cause];
    causes.extend(revoked(kind, sent));
    if is_often_of_mfa(kind) && sent.mfa == MfaProof::None {
        causes
            .push(unusable_device(sent, Possible).unwrap_or_else(|| without_mfa(is_chained(sent))));
    }
    causes
}

/// Returns whether denies of this kind of policy are often about MFA.
fn is_often_of_mfa(kind: PolicyType) -> bool {
    match kind {
        PolicyType::Identity
        | PolicyType::ServiceControl
        | PolicyType::Trust
        | PolicyType::Resource
        | PolicyType::Other => true,
        PolicyType::Boundary
        | PolicyType::Session
        | PolicyType::ResourceControl
        | PolicyType::Endpoint => false,
    }
}

fn without_mfa(is_chained: bool) -> Cause {
    let (what, check) = match is_chained {
        true => (
            "Such a deny often applies to every request without MFA, which a session of another role cannot give.",
            "Assume it from the access key directly, with an MFA device set.",
        ),
        false => (
            "Such a deny often applies to every request without MFA.",
            "Set the MFA device in the role's settings, then try again.",
        ),
    };
    Cause::new(MfaMissing, Possible, what, check)
}

/// Returns the cause if the session that calls may have been revoked: IAM's console then adds a policy to its role that
/// denies everything to sessions that were issued earlier.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
pub(super) fn revoked(kind: PolicyType, sent: &SentRequest) -> Option<Cause> {
    let may_be = matches!(kind, PolicyType::Identity | PolicyType::Other) && is_chained(sent);
    may_be.then(|| {
        Cause::new(
            RevokedSession,
            Possible,
            format!(
                "The session of {} may have been revoked: AWS then denies everything to sessions that were issued earlier (aws:TokenIssueTime).",
                sent.who()
            ),
            "End that session and assume its role again.",
        )
    })
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
