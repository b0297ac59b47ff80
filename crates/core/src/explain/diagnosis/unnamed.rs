//! Denials without a reason from AWS: the causes that fit the request.

use super::sent_request::{MfaProof, SentRequest, Signer};
use super::statement;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::sanitise;

use CauseKind::{
    CallerPermission, CallerSession, ExternalId, MfaMissing, MfaTooOld, NoSuchRole, ServiceControl,
    SessionName, SessionTags, SourceIdentity, TrustPolicy,
};
use Confidence::{Certain, Likely, Possible};

/// Returns everything that fits the request. The role's side comes first, because AWS usually names a missing
/// permission of the caller.
pub(super) fn unnamed(sent: &SentRequest) -> Vec<Cause> {
    let mut causes = Vec::new();
    causes.extend(unusable_device(sent, Likely));
    causes.extend(changed(sent));
    if let Some(id) = &sent.external_id {
        let what = format!(
            "The external ID \"{}\" may not be the one that the role's trust policy requires.",
            sanitise::echo(id)
        );
        let check = "Compare it, letter by letter, with the one its owner gave you.";
        causes.push(external_id(sent, Likely, what, check));
    }
    causes.push(trust(sent, Likely));
    causes.push(permission(sent, Possible));
    causes.extend(mfa(sent));
    if sent.external_id.is_none() && sent.is_same_account() != Some(true) {
        let what =
            "The role's trust policy may require an external ID, and none is set.".to_owned();
        let check = "Ask the role's owner for it, and set it in the role's settings.";
        causes.push(external_id(sent, Possible, what, check));
    }
    causes.extend(session_name(sent));
    causes.push(no_such_role(sent));
    if let Signer::Session { role, .. } = &sent.signer {
        causes.push(Cause::new(
            CallerSession,
            Possible,
            format!(
                "The session of {} may be limited by a session policy.",
                role.role_name()
            ),
            "End that session and assume it again without one.",
        ));
    }
    causes.push(organization(sent));
    causes
}

/// Returns the first cause to name for a role in a chain whose settings have an MFA device: it probably requires MFA,
/// and AWS accepts no code with the session of another role.
pub(super) fn unusable_device(sent: &SentRequest, confidence: Confidence) -> Option<Cause> {
    (is_chained(sent) && sent.has_device).then(|| {
        Cause::new(
            MfaMissing,
            confidence,
            "The role has an MFA device in its settings, but in role chaining AWS accepts no code, and the source's MFA does not count.",
            "Set an access key as its source, or ask its owner to require MFA only of the first role.",
        )
        .command(statement::show_trust(sent))
        .ask(sent.owner())
    })
}

pub(super) fn is_chained(sent: &SentRequest) -> bool {
    matches!(sent.signer, Signer::Session { .. })
}

/// Returns the most likely cause: what changed since the role was last assumed, or a change on AWS's side if nothing
/// did.
fn changed(sent: &SentRequest) -> Option<Cause> {
    let changed = sent.changed_since.as_ref()?;
    if changed.is_empty() {
        return Some(
            Cause::new(
                TrustPolicy,
                Likely,
                "The same request worked before, so something changed in AWS: the role's trust policy, or your permissions.",
                "Ask what changed.",
            )
            .command(statement::show_trust(sent))
            .ask(sent.owner())
            .send(statement::trust(sent)),
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
            "The role worked before these settings were changed: {}.",
            changed.join(", ")
        ),
        "Undo the change, then try again.",
    ))
}

fn external_id(sent: &SentRequest, confidence: Confidence, what: String, check: &str) -> Cause {
    Cause::new(ExternalId, confidence, what, check)
        .command(statement::show_trust(sent))
        .ask(sent.owner())
        .send(statement::trust(sent).filter(|_| sent.external_id.is_some()))
}

pub(super) fn trust(sent: &SentRequest, confidence: Confidence) -> Cause {
    let who = sent.who();
    let what = match (confidence, sent.account()) {
        (Certain, _) => format!("The role's trust policy does not allow {who}."),
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
        "Ask the role's owner to allow you.",
    )
    .command(statement::show_trust(sent))
    .ask(sent.owner())
    .send(statement::trust(sent))
}

pub(super) fn permission(sent: &SentRequest, confidence: Confidence) -> Cause {
    let who = sent.who();
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
    .command(statement::simulate(sent))
    .ask(sent.administrator())
    .send(statement::permission(sent))
}

fn mfa(sent: &SentRequest) -> Option<Cause> {
    match &sent.mfa {
        MfaProof::None if unusable_device(sent, Likely).is_some() => None,
        MfaProof::None if is_chained(sent) => Some(Cause::new(
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
                "The role may require recent MFA; this one is {} minutes old.",
                age_s / 60
            ),
            "Try again with a new code.",
        )),
        MfaProof::Code { .. } => None,
    }
}

/// Administrators can require that the session name contains the user's name.
fn session_name(sent: &SentRequest) -> Option<Cause> {
    let user = sent.user_name()?;
    if sent.session_name.is_empty() || sent.session_name == user {
        return None;
    }
    Some(
        Cause::new(
            SessionName,
            Possible,
            format!(
                "The role may require your user name as session name; \"{}\" was sent.",
                sanitise::echo(&sent.session_name)
            ),
            format!(
                "Set the session name to {}, then try again.",
                sanitise::echo(user)
            ),
        )
        .ask(sent.owner()),
    )
}

fn no_such_role(sent: &SentRequest) -> Cause {
    let name = sent
        .role
        .as_ref()
        .map_or_else(|| "the role".to_owned(), |role| role.as_str().to_owned());
    Cause::new(
        NoSuchRole,
        Possible,
        "The role may not exist: AWS gives the same answer then.",
        format!("Check every letter of {name}; names are case-sensitive."),
    )
    .command(statement::show_trust(sent))
    .ask(sent.owner())
}

fn organization(sent: &SentRequest) -> Cause {
    Cause::new(
        ServiceControl,
        Possible,
        "An organization policy may deny it: a service control policy on your side, or a resource control policy on the role's side.",
        "Ask whether such a policy limits sts:AssumeRole by organization, network or region.",
    )
    .ask(sent.administrator())
}
