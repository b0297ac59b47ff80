//! The result of evaluating the policies of one side, and the statement that determines it.

use super::arn_pattern::covers_resource;
use super::condition::Condition;
use super::context::Context;
use super::document::{Effect, Policy, Statement};
use super::principal::{Coverage, Principal, PrincipalKind, PrincipalPattern};
use super::selection::Selection;

/// A request to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The principal that makes the request.
    pub principal: &'a Principal,
    /// The action, for example `sts:AssumeRole`.
    pub action: &'a str,
    /// The ARN of the resource, or `*` for an action without a resource.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub resource_account: &'a str,
    /// The condition keys.
    pub context: &'a Context,
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The caller's own policies.
    Identity,
    /// The trust policy, or the resource's policy.
    Resource,
    /// The caller's permissions boundary.
    Boundary,
    /// The policies passed when the caller's session was created.
    Session,
    /// The organization's limits for the caller's account.
    ServiceControl,
    /// The organization's limits for the resource's account.
    ResourceControl,
}

/// One statement of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRef {
    /// Where its policy comes from.
    pub side: Side,
    /// The index of the policy on that side, from 0.
    pub policy: usize,
    /// The index of the statement in the policy, from 0.
    pub statement: usize,
    /// The `Sid` of the statement.
    pub sid: Option<String>,
}

/// An Allow statement that matches except for a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The statement.
    pub statement: StatementRef,
    /// The operator of its first condition that fails.
    pub operator: String,
    /// The key of that condition, as written.
    pub key: String,
}

/// The result of evaluating a list of policies by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideResult {
    /// A statement allows the request and none denies it.
    Allow(StatementRef),
    /// A statement denies the request.
    Deny(StatementRef),
    /// No statement applies. These match except for a condition.
    NoMatch(Vec<NearMiss>),
}

/// Evaluates a request against the policies of one side, without regard to the other sides.
pub fn evaluate_side(side: Side, policies: &[Policy], request: &Request<'_>) -> SideResult {
    match find(side, policies, request, Exemption::Applies) {
        Finding::Deny(statement) => SideResult::Deny(statement),
        Finding::Allow(statement, _) => SideResult::Allow(statement),
        Finding::NoMatch(near_misses) => SideResult::NoMatch(near_misses),
    }
}

/// A [`SideResult`] that also has how an Allow covers the caller.
pub(super) enum Finding {
    Allow(StatementRef, Coverage),
    Deny(StatementRef),
    NoMatch(Vec<NearMiss>),
}

/// Whether `NotPrincipal` of a Deny exempts the principals that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exemption {
    /// It does.
    Applies,
    /// It does not: the caller has a permissions boundary, so the statement denies all
    /// ([NotPrincipal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html)).
    Void,
}

pub(super) fn find(
    side: Side,
    policies: &[Policy],
    request: &Request<'_>,
    exemption: Exemption,
) -> Finding {
    let mut allow: Option<(StatementRef, Coverage)> = None;
    let mut near_misses = Vec::new();
    for (policy_index, policy) in policies.iter().enumerate() {
        for (index, statement) in policy.statements.iter().enumerate() {
            let Some(coverage) = statement.coverage_of_request(request, exemption) else {
                continue;
            };
            let sid = statement.sid.clone();
            let found = StatementRef {
                side,
                policy: policy_index,
                statement: index,
                sid,
            };
            match (statement.first_failure(request.context), statement.effect) {
                (None, Effect::Deny) => return Finding::Deny(found),
                (None, Effect::Allow) => {
                    if allow.as_ref().is_none_or(|(_, best)| coverage > *best) {
                        allow = Some((found, coverage));
                    }
                }
                (Some(failure), Effect::Allow) => near_misses.push(NearMiss {
                    statement: found,
                    operator: failure.operator_name.clone(),
                    key: failure.key.clone(),
                }),
                (Some(_), Effect::Deny) => {}
            }
        }
    }
    match allow {
        Some((statement, coverage)) => Finding::Allow(statement, coverage),
        None => Finding::NoMatch(near_misses),
    }
}

impl Statement {
    /// Returns how the statement covers the caller, if principal, action and resource match.
    fn coverage_of_request(&self, request: &Request<'_>, exemption: Exemption) -> Option<Coverage> {
        let covers_action = match &self.actions {
            Selection::These(actions) => actions.iter().any(|a| a.covers(request.action)),
            Selection::AllBut(actions) => !actions.iter().any(|a| a.covers(request.action)),
        };
        if !covers_action || !self.covers_resource(request) {
            return None;
        }
        self.coverage(request, exemption)
    }

    fn covers_resource(&self, request: &Request<'_>) -> bool {
        let covered = |entry| covers_resource(entry, request.resource, request.context);
        match &self.resources {
            None => true,
            Some(Selection::These(entries)) => entries.iter().any(covered),
            // A statement whose variable has no value is invalid, so it must not allow more.
            Some(Selection::AllBut(entries)) => {
                let resolves = self.effect == Effect::Deny
                    || entries.iter().all(|e| e.resolves(request.context));
                resolves && !entries.iter().any(covered)
            }
        }
    }

    fn coverage(&self, request: &Request<'_>, exemption: Exemption) -> Option<Coverage> {
        match &self.principals {
            None => Some(Coverage::Direct),
            Some(Selection::These(entries)) => best_coverage(entries, request),
            Some(Selection::AllBut(_))
                if self.effect == Effect::Deny && exemption == Exemption::Void =>
            {
                Some(Coverage::Indirect)
            }
            Some(Selection::AllBut(entries)) => {
                (!self.exempts(entries, request)).then_some(Coverage::Indirect)
            }
        }
    }

    /// Returns whether `NotPrincipal` exempts the caller. A Deny exempts a user only if it names the account too, and a
    /// session only if it also names the role
    /// ([NotPrincipal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html)).
    /// An Allow exempts every principal that the list covers in any way.
    fn exempts(&self, entries: &[PrincipalPattern], request: &Request<'_>) -> bool {
        let found = coverages(entries, request);
        match self.effect {
            Effect::Allow => !found.is_empty(),
            Effect::Deny => {
                let is_everyone = entries.contains(&PrincipalPattern::Everyone);
                let needed = needed_coverages(request.principal);
                is_everyone || needed.iter().all(|coverage| found.contains(coverage))
            }
        }
    }

    fn first_failure(&self, context: &Context) -> Option<&Condition> {
        self.conditions
            .iter()
            .find(|condition| !condition.holds(context))
    }
}

fn best_coverage(entries: &[PrincipalPattern], request: &Request<'_>) -> Option<Coverage> {
    coverages(entries, request).into_iter().max()
}

fn coverages(entries: &[PrincipalPattern], request: &Request<'_>) -> Vec<Coverage> {
    let role_arn = request.context.single("aws:PrincipalArn");
    entries
        .iter()
        .filter_map(|entry| entry.covers(request.principal, role_arn.as_deref()))
        .collect()
}

/// Returns how the entries of a Deny's `NotPrincipal` must cover a principal so that it is exempt: AWS may check its
/// account first, then its role, then itself.
fn needed_coverages(principal: &Principal) -> &'static [Coverage] {
    match principal.kind() {
        PrincipalKind::User | PrincipalKind::Role | PrincipalKind::FederatedUser => {
            &[Coverage::Account, Coverage::Direct]
        }
        PrincipalKind::Session { .. } => &[Coverage::Account, Coverage::Indirect, Coverage::Direct],
        PrincipalKind::Root
        | PrincipalKind::Service
        | PrincipalKind::Federated
        | PrincipalKind::Anonymous => &[Coverage::Direct],
    }
}
