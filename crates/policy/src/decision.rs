//! The decision over all policies that apply to a request.
//!
//! The order is that of the user guide's [evaluation
//! logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html): an explicit deny
//! in any policy wins. Organization policies, boundaries and session policies only limit. Within an account, the
//! caller's or the resource's policy must allow; across accounts, both must. A trust policy must always allow.

use super::document::{Policy, PolicyKind};
use super::principal::{Coverage, PrincipalKind};
use super::side_result::{Exemption, Finding, NearMiss, Request, Side, StatementRef, find};

/// All policies that apply to a request. A kind that is absent is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct PolicySet<'a> {
    /// The caller's own policies.
    pub identity: &'a [Policy],
    /// The trust policy, or the resource's own policy.
    pub resource: Option<&'a Policy>,
    /// The caller's permissions boundary.
    pub boundary: Option<&'a Policy>,
    /// The policies passed when the caller's session was created; `None` if there were none.
    pub session: Option<&'a [Policy]>,
    /// The organization's limits for the caller, one list per level (root, unit, account).
    pub service_controls: &'a [Vec<Policy>],
    /// The organization's limits for the resource, one list per level.
    pub resource_controls: &'a [Vec<Policy>],
}

/// Whether a request is allowed, and by which statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// These statements allow it: the resource's first, then the caller's.
    Allowed(Vec<StatementRef>),
    /// This statement denies it.
    ExplicitDeny(StatementRef),
    /// Nothing on this side allows it.
    ImplicitDeny {
        /// The side on which an Allow is missing.
        side: Side,
        /// Allow statements on that side that match except for a condition.
        near_misses: Vec<NearMiss>,
    },
}

impl Decision {
    /// Returns whether the request is allowed.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// Decides a request.
pub fn evaluate(request: &Request<'_>, policies: &PolicySet<'_>) -> Decision {
    match decide(request, policies) {
        Ok(statements) => Decision::Allowed(statements),
        Err(refusal) => refusal,
    }
}

fn decide(request: &Request<'_>, policies: &PolicySet<'_>) -> Result<Vec<StatementRef>, Decision> {
    refuse_explicit_denies(request, policies)?;
    for level in service_controls(request, policies) {
        allow(Side::ServiceControl, level, request)?;
    }
    for level in policies.resource_controls {
        allow(Side::ResourceControl, level, request)?;
    }
    let resource = allow_by_resource(request, policies);
    match request.principal.kind() {
        PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::Anonymous => {
            resource.map(|(statement, _)| vec![statement])
        }
        PrincipalKind::Root
        | PrincipalKind::User
        | PrincipalKind::Role
        | PrincipalKind::Session { .. }
        | PrincipalKind::FederatedUser => decide_for_iam(request, policies, resource),
    }
}

fn decide_for_iam(
    request: &Request<'_>,
    policies: &PolicySet<'_>,
    resource: Result<(StatementRef, Coverage), Decision>,
) -> Result<Vec<StatementRef>, Decision> {
    let is_same_account = request.principal.account() == Some(request.resource_account);
    let is_trust = policies
        .resource
        .is_some_and(|p| p.kind() == PolicyKind::Trust);
    let (statement, coverage) = match resource {
        Ok(found) => found,
        Err(_) if is_same_account && !is_trust => return allow_by_caller(request, policies),
        Err(refusal) => return Err(refusal),
    };
    match coverage {
        Coverage::Direct if is_same_account => Ok(vec![statement]),
        Coverage::Indirect if is_same_account => {
            allow_within_limits(request, policies)?;
            Ok(vec![statement])
        }
        Coverage::Account | Coverage::Indirect | Coverage::Direct => {
            let own = allow_by_caller(request, policies)?;
            Ok(std::iter::once(statement).chain(own).collect())
        }
    }
}

/// Returns the limits of the caller's organization. They are for users, roles and root users of its accounts, and not for
/// services, identity providers and unsigned requests
/// ([service control policies](https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html)).
fn service_controls<'a>(request: &Request<'_>, policies: &PolicySet<'a>) -> &'a [Vec<Policy>] {
    match request.principal.account() {
        Some(_) => policies.service_controls,
        None => &[],
    }
}

fn refuse_explicit_denies(request: &Request<'_>, policies: &PolicySet<'_>) -> Result<(), Decision> {
    let exemption = match policies.boundary {
        Some(_) => Exemption::Void,
        None => Exemption::Applies,
    };
    let list = |side, policies: &[Policy]| denial(side, policies, request, exemption);
    let levels =
        |side, levels: &'_ [Vec<Policy>]| levels.iter().find_map(|level| list(side, level));
    let found = levels(Side::ServiceControl, service_controls(request, policies))
        .or_else(|| levels(Side::ResourceControl, policies.resource_controls))
        .or_else(|| {
            list(
                Side::Resource,
                policies.resource.map_or(&[], std::slice::from_ref),
            )
        })
        .or_else(|| list(Side::Identity, policies.identity))
        .or_else(|| {
            list(
                Side::Boundary,
                policies.boundary.map_or(&[], std::slice::from_ref),
            )
        })
        .or_else(|| list(Side::Session, policies.session.unwrap_or(&[])));
    match found {
        Some(statement) => Err(Decision::ExplicitDeny(statement)),
        None => Ok(()),
    }
}

fn denial(
    side: Side,
    policies: &[Policy],
    request: &Request<'_>,
    exemption: Exemption,
) -> Option<StatementRef> {
    match find(side, policies, request, exemption) {
        Finding::Deny(statement) => Some(statement),
        Finding::Allow(..) | Finding::NoMatch(_) => None,
    }
}

fn allow(
    side: Side,
    policies: &[Policy],
    request: &Request<'_>,
) -> Result<(StatementRef, Coverage), Decision> {
    match find(side, policies, request, Exemption::Applies) {
        Finding::Allow(statement, coverage) => Ok((statement, coverage)),
        Finding::Deny(statement) => Err(Decision::ExplicitDeny(statement)),
        Finding::NoMatch(near_misses) => Err(Decision::ImplicitDeny { side, near_misses }),
    }
}

fn allow_by_resource(
    request: &Request<'_>,
    policies: &PolicySet<'_>,
) -> Result<(StatementRef, Coverage), Decision> {
    allow(
        Side::Resource,
        policies.resource.map_or(&[], std::slice::from_ref),
        request,
    )
}

/// Evaluates the caller's own policies within its limits. The root user of an account needs none.
fn allow_by_caller(
    request: &Request<'_>,
    policies: &PolicySet<'_>,
) -> Result<Vec<StatementRef>, Decision> {
    if *request.principal.kind() == PrincipalKind::Root {
        return Ok(Vec::new());
    }
    let (statement, _) = allow(Side::Identity, policies.identity, request)?;
    allow_within_limits(request, policies)?;
    Ok(vec![statement])
}

fn allow_within_limits(request: &Request<'_>, policies: &PolicySet<'_>) -> Result<(), Decision> {
    if let Some(boundary) = policies.boundary {
        allow(Side::Boundary, std::slice::from_ref(boundary), request)?;
    }
    if let Some(session) = policies.session {
        allow(Side::Session, session, request)?;
    }
    Ok(())
}
