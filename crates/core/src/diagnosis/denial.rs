//! AccessDenied: which precondition or which condition was not met.

use super::asked::{Asked, MfaProof, Signer};
use super::cause::{Cause, CauseKind, Confidence};
use super::message::{Denied, PolicyType, Reason};
use super::{Verdict, statement};
use crate::problem::ProblemCode;
use crate::sanitise;
use crate::session_tags::SessionTag;
use crate::sts::Refusal;

use CauseKind::{
    Boundary, CallerPermission, CallerSession, EndpointPolicy, ExplicitDeny, ExternalId, MfaCode,
    MfaDevice, MfaMissing, MfaTooOld, NoSuchRole, ResourceControl, RootUser, ServiceControl,
    SessionName, SessionTags, SourceIdentity, TrustPolicy,
};
use Confidence::{Certain, Likely, Possible};

/// Explains a denial; `None` if the refusal is none.
pub(super) fn explain(refusal: &Refusal, asked: &Asked) -> Option<Verdict> {
    let is_denial = matches!(
        refusal.code.as_str(),
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation"
    );
    if !is_denial {
        return None;
    }
    let message = refusal.message.as_str();
    if message.contains("MultiFactorAuthentication failed") {
        return Some(rejected_code(message));
    }
    let what = match &asked.role {
        Some(role) => format!(
            "{} may not assume {} in account {}.",
            asked.who(),
            role.role_name(),
            role.account_id()
        ),
        None => format!("AWS refused the key {}.", asked.who()),
    };
    let causes = if message.contains("Roles may not be assumed by root accounts") {
        vec![root(asked)]
    } else if message.contains("with session credentials") {
        vec![session_only(asked)]
    } else if let Some(denied) = Denied::read(message) {
        of(&denied, asked)
    } else {
        return None;
    };
    Some(Verdict {
        code: ProblemCode::AccessDenied,
        what,
        causes,
    })
}

fn rejected_code(message: &str) -> Verdict {
    let cause = if message.contains("unable to validate") {
        Cause::new(
            MfaDevice,
            Certain,
            "The MFA device is not one of the user whose key signs.",
            "Compare the device with IAM, Users, Security credentials, and correct it in the role's settings.",
        )
    } else if message.contains("must provide both") {
        Cause::new(
            MfaDevice,
            Certain,
            "AWS got a device without a code, or a code without a device.",
            "Check the MFA device in the role's settings.",
        )
    } else {
        Cause::new(
            MfaCode,
            Certain,
            "The code is wrong, late, or was used before.",
            "Wait for the next code: each works once. If it goes on, check the clock of the authenticator.",
        )
    };
    Verdict {
        code: ProblemCode::CodeRejected,
        what: "AWS did not accept the code.".into(),
        causes: vec![cause],
    }
}

fn root(asked: &Asked) -> Cause {
    Cause::new(
        RootUser,
        Certain,
        format!(
            "{} is the access key of an account's root user, which cannot assume roles.",
            asked.who()
        ),
        "Use the access key of an IAM user, and delete the root user's key.",
    )
}

fn session_only(asked: &Asked) -> Cause {
    Cause::new(
        CallerSession,
        Certain,
        format!(
            "{} is a session, and AWS answers this call to a long-term key only.",
            asked.who()
        ),
        "Use the access key itself.",
    )
}

fn of(denied: &Denied<'_>, asked: &Asked) -> Vec<Cause> {
    let mut causes = match denied.reason {
        Some(reason) => named(reason, denied, asked),
        None => Vec::new(),
    };
    let is_side_action =
        denied.action == "sts:TagSession" || denied.action == "sts:SetSourceIdentity";
    if is_side_action {
        causes.extend(session_field(denied, asked, causes.is_empty()));
    } else if causes.is_empty() {
        causes = unnamed(asked);
    }
    causes
}

/// What AWS names itself.
fn named(reason: Reason, denied: &Denied<'_>, asked: &Asked) -> Vec<Cause> {
    match reason {
        Reason::Missing(kind) => missing(kind, denied, asked),
        Reason::Explicit(kind) => explicit(kind, denied, asked),
    }
}

fn missing(kind: PolicyType, denied: &Denied<'_>, asked: &Asked) -> Vec<Cause> {
    let action = sanitise::echo(denied.action);
    let who = asked.who();
    let cause = match kind {
        PolicyType::Identity => permission(asked, Certain),
        PolicyType::Trust => trust(asked, Certain),
        PolicyType::Boundary => Cause::new(
            Boundary,
            Certain,
            format!("The permissions boundary of {who} does not allow {action}."),
            "Have the boundary allow it; a permission beyond the boundary has no effect.",
        )
        .ask(asked.administrator())
        .send(statement::permission(asked)),
        PolicyType::Session => Cause::new(
            CallerSession,
            Certain,
            format!(
                "The session of {who} was made with a session policy that does not allow {action}."
            ),
            "Assume the source without that policy, or have the policy allow it.",
        )
        .send(statement::permission(asked)),
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
        .ask(asked.owner()),
        PolicyType::Endpoint => endpoint(asked, "does not allow"),
        PolicyType::Other => Cause::new(
            CauseKind::OtherCondition,
            Likely,
            format!("A kind of policy that AWS names in its words does not allow {action}."),
            "See AWS's own words below.",
        )
        .ask(asked.administrator()),
    };
    vec![cause]
}

fn endpoint(asked: &Asked, verb: &str) -> Cause {
    Cause::new(
        EndpointPolicy,
        Certain,
        format!("The VPC endpoint that this network uses for STS {verb} the call."),
        "Have the endpoint's policy changed, or use a network without it.",
    )
    .ask("the administrator of this network")
    .send(statement::permission(asked))
}

fn explicit(kind: PolicyType, denied: &Denied<'_>, asked: &Asked) -> Vec<Cause> {
    let named = denied
        .policy_arn
        .map(|arn| format!(" ({})", sanitise::cut(&sanitise::visible(arn), 160)))
        .unwrap_or_default();
    let cause = |kind, whose: String| {
        Cause::new(
            kind,
            Certain,
            format!("{whose}{named} denies it."),
            "A deny wins over every allow: it has to be changed, or its condition met.",
        )
    };
    let who = asked.who();
    let cause = match kind {
        PolicyType::Identity => cause(ExplicitDeny, format!("A policy of {who}"))
            .command(statement::simulate(asked))
            .ask(asked.administrator()),
        PolicyType::Trust => cause(TrustPolicy, "The role's trust policy".into())
            .command(statement::show_trust(asked))
            .ask(asked.owner()),
        PolicyType::Boundary => {
            cause(Boundary, format!("The permissions boundary of {who}")).ask(asked.administrator())
        }
        PolicyType::Session => cause(
            CallerSession,
            format!("The session policy that the session of {who} was made with"),
        ),
        PolicyType::ServiceControl => cause(ServiceControl, "A service control policy".into())
            .ask("the administrator of your organization"),
        PolicyType::ResourceControl => {
            cause(ResourceControl, "A resource control policy".into()).ask(asked.owner())
        }
        PolicyType::Endpoint => endpoint(asked, "denies"),
        PolicyType::Other => cause(ExplicitDeny, "A policy".into()).ask(asked.administrator()),
    };
    let mut causes = vec![cause];
    if matches!(
        kind,
        PolicyType::Identity | PolicyType::ServiceControl | PolicyType::Trust
    ) && asked.mfa == MfaProof::None
    {
        causes.push(Cause::new(
            MfaMissing,
            Possible,
            "Such a deny often stands for everything that is asked without MFA.",
            "Set the MFA device in the role's settings, then try again.",
        ));
    }
    causes
}

/// Tags and source identity need a permission of their own on both sides.
fn session_field(denied: &Denied<'_>, asked: &Asked, alone: bool) -> Vec<Cause> {
    let is_tags = denied.action == "sts:TagSession";
    let (kind, field) = if is_tags {
        (SessionTags, "session tags")
    } else {
        (SourceIdentity, "a source identity")
    };
    let mut needed = asked.clone();
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
            format!("Have it allow {action} beside sts:AssumeRole, or leave {field} out."),
        )
        .command(statement::show_trust(asked))
        .ask(asked.owner())
        .send(statement::trust(&needed)),
    ];
    if alone {
        causes.push(
            Cause::new(
                CallerPermission,
                Likely,
                format!(
                    "The policies of {} do not allow {action} on the role.",
                    asked.who()
                ),
                format!("Have them allow {action} beside sts:AssumeRole."),
            )
            .command(statement::simulate(&needed))
            .ask(asked.administrator())
            .send(statement::permission(&needed)),
        );
        let only_some = if is_tags {
            "The trust policy may allow other tag keys or values only (aws:TagKeys, aws:RequestTag)."
        } else {
            "The trust policy may allow another source identity only (sts:SourceIdentity)."
        };
        causes.push(
            Cause::new(kind, Possible, only_some, "Ask for the values it accepts.")
                .ask(asked.owner()),
        );
    }
    causes
}

/// AWS does not say why: everything that fits the request, the role's side first, since AWS names a missing
/// permission of the caller in most of its answers.
fn unnamed(asked: &Asked) -> Vec<Cause> {
    let mut causes = Vec::new();
    causes.extend(changed(asked));
    if let Some(id) = &asked.external_id {
        let what = format!(
            "The external ID \"{}\" may not be the one that the role's trust policy asks for.",
            sanitise::echo(id)
        );
        let check = "Compare it, letter by letter, with the one its owner gave you.";
        causes.push(external_id(asked, Likely, what, check));
    }
    causes.push(trust(asked, Likely));
    causes.push(permission(asked, Possible));
    causes.extend(mfa(asked));
    if asked.external_id.is_none() && asked.is_same_account() != Some(true) {
        let what =
            "The role's trust policy may ask for an external ID, and none is set.".to_owned();
        let check = "Ask the role's owner for it, and set it in the role's settings.";
        causes.push(external_id(asked, Possible, what, check));
    }
    causes.extend(session_name(asked));
    causes.push(no_such_role(asked));
    if let Signer::Session { role, .. } = &asked.signer {
        causes.push(Cause::new(
            CallerSession,
            Possible,
            format!(
                "The session of {} may be limited by a session policy.",
                role.role_name()
            ),
            "End that session and assume it anew without one.",
        ));
    }
    causes.push(organization(asked));
    causes
}

/// What differs from the last time it worked is the first suspect; if nothing does, AWS's side changed.
fn changed(asked: &Asked) -> Option<Cause> {
    let changed = asked.changed_since.as_ref()?;
    if changed.is_empty() {
        return Some(
            Cause::new(
                TrustPolicy,
                Likely,
                "The same request worked before, so something was changed in AWS: the role's trust policy, or your permissions.",
                "Ask what was changed since.",
            )
            .command(statement::show_trust(asked))
            .ask(asked.owner())
            .send(statement::trust(asked)),
        );
    }
    let first = changed.first()?;
    let kind = match *first {
        "external ID" => ExternalId,
        "MFA device" => MfaMissing,
        "session name" => SessionName,
        "source" => CallerPermission,
        "source identity" => SourceIdentity,
        "session tags" => SessionTags,
        _ => NoSuchRole,
    };
    Some(Cause::new(
        kind,
        Likely,
        format!(
            "It worked before its settings were changed: {}.",
            changed.join(", ")
        ),
        "Put back what was changed, then try again.",
    ))
}

fn external_id(asked: &Asked, confidence: Confidence, what: String, check: &str) -> Cause {
    Cause::new(ExternalId, confidence, what, check)
        .command(statement::show_trust(asked))
        .ask(asked.owner())
        .send(statement::trust(asked).filter(|_| asked.external_id.is_some()))
}

fn trust(asked: &Asked, confidence: Confidence) -> Cause {
    let who = asked.who();
    let what = match (confidence, asked.account()) {
        (Certain, _) => format!("The role's trust policy does not let {who} in."),
        (_, Some(account)) => format!(
            "The role's trust policy may not name {who} or account {}.",
            sanitise::echo(account)
        ),
        (_, None) => format!("The role's trust policy may not name {who} or its account."),
    };
    Cause::new(
        TrustPolicy,
        confidence,
        what,
        "Ask the role's owner to let you in.",
    )
    .command(statement::show_trust(asked))
    .ask(asked.owner())
    .send(statement::trust(asked))
}

fn permission(asked: &Asked, confidence: Confidence) -> Cause {
    let who = asked.who();
    let what = match confidence {
        Certain => format!("The policies of {who} do not allow sts:AssumeRole on the role."),
        Likely | Possible => {
            format!("The policies of {who} may not allow sts:AssumeRole on the role.")
        }
    };
    Cause::new(
        CallerPermission,
        confidence,
        what,
        "Ask your administrator to allow it.",
    )
    .command(statement::simulate(asked))
    .ask(asked.administrator())
    .send(statement::permission(asked))
}

fn mfa(asked: &Asked) -> Option<Cause> {
    match &asked.mfa {
        MfaProof::None if matches!(asked.signer, Signer::Session { .. }) => Some(Cause::new(
            MfaMissing,
            Possible,
            "The role may require MFA, which a session of another role cannot give.",
            "Assume it from the access key directly, with an MFA device set.",
        )),
        MfaProof::None => Some(Cause::new(
            MfaMissing,
            Possible,
            "The role may require MFA, and none was given.",
            "Set the MFA device in the role's settings, then try again.",
        )),
        MfaProof::Session { age_s } => Some(Cause::new(
            MfaTooOld,
            Likely,
            format!(
                "The role may accept a fresh MFA only; this one is {} minutes old.",
                age_s / 60
            ),
            "Try again with a new code.",
        )),
        MfaProof::Code { .. } => None,
    }
}

/// Administrators may require that sessions carry the user's name.
fn session_name(asked: &Asked) -> Option<Cause> {
    let user = asked.user_name()?;
    if asked.session_name.is_empty() || asked.session_name == user {
        return None;
    }
    Some(
        Cause::new(
            SessionName,
            Possible,
            format!(
                "The role may require your user name as session name; \"{}\" was sent.",
                sanitise::echo(&asked.session_name)
            ),
            format!(
                "Set the session name to {}, then try again.",
                sanitise::echo(user)
            ),
        )
        .ask(asked.owner()),
    )
}

fn no_such_role(asked: &Asked) -> Cause {
    let name = asked
        .role
        .as_ref()
        .map_or_else(|| "the role".to_owned(), |role| role.as_str().to_owned());
    Cause::new(
        NoSuchRole,
        Possible,
        "The role may not exist: AWS says the same then.",
        format!("Check every letter of {name}; names are case-sensitive."),
    )
    .command(statement::show_trust(asked))
    .ask(asked.owner())
}

fn organization(asked: &Asked) -> Cause {
    Cause::new(
        ServiceControl,
        Possible,
        "An organization's policy may forbid it: a service control policy on your side, a resource control policy on the role's.",
        "Ask whether one limits sts:AssumeRole, by organization, network or region.",
    )
    .ask(asked.administrator())
}
