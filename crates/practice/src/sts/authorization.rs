//! Decides whether a caller may assume a role.

use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use rolecall_policy::{Context, Decision, PolicySet, Request, Side, evaluate};

use super::assume_role_request::AssumeRoleRequest;
use super::session_token::Mfa;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::world::World;

/// Evaluates the policies of both sides for each action that the call needs. Returns the role's index. The error for a
/// role that does not exist is the same as for one that does.
pub(super) fn authorize(
    world: &World,
    caller: &Caller,
    request: &AssumeRoleRequest<'_>,
    mfa: Mfa,
    now: Timestamp,
) -> Result<usize, Failure> {
    let refusal =
        |action: &str| Failure::not_authorized(&caller.arn(world), action, request.role_arn);
    let Some(index) = world.role_at(request.role_arn) else {
        return Err(refusal("sts:AssumeRole"));
    };
    let role = &world.roles[index];
    let mut actions = vec!["sts:AssumeRole"];
    if !request.tags.is_empty() {
        actions.push("sts:TagSession");
    }
    if request.source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    let principal = caller.principal(world);
    let context = request.context(world, caller, mfa, now);
    let policies = PolicySet {
        identity: caller.policies(world),
        resource: Some(&role.trust),
        boundary: caller.boundary(world),
        session: caller.session_policies(),
        ..Default::default()
    };
    for action in actions {
        let request = Request {
            principal: &principal,
            action,
            resource: &role.arn,
            resource_account: &role.account,
            context: &context,
        };
        let decision = evaluate(&request, &policies);
        if !decision.is_allowed() {
            return Err(refusal(action).because(&reason(&decision, action)));
        }
    }
    refuse_changed_source_identity(caller, request, || refusal("sts:SetSourceIdentity"))?;
    Ok(index)
}

/// Returns the policy that AWS names: the caller's own, if it is missing or denies the action. AWS does not report what
/// the role's trust policy lacks ([access denied
/// messages](https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html)).
pub(crate) fn reason(decision: &Decision, action: &str) -> String {
    let (side, is_missing) = match decision {
        Decision::Allowed(_) => return String::new(),
        Decision::ExplicitDeny(statement) => (statement.side, false),
        Decision::ImplicitDeny { side, .. } => (*side, true),
    };
    let policy = match side {
        Side::Resource if is_missing => return String::new(),
        Side::Resource => return "with an explicit deny in the role trust policy".to_owned(),
        Side::Identity => "identity-based policy",
        Side::Boundary => "permissions boundary",
        Side::Session => "session policy",
        Side::ServiceControl => "service control policy",
        Side::ResourceControl => "resource control policy",
    };
    if is_missing {
        return format!("because no {policy} allows the {action} action");
    }
    let article = if side == Side::Identity { "an" } else { "a" };
    format!("with an explicit deny in {article} {policy}")
}

/// A source identity cannot change within a chain.
fn refuse_changed_source_identity(
    caller: &Caller,
    request: &AssumeRoleRequest<'_>,
    refusal: impl Fn() -> Failure,
) -> Result<(), Failure> {
    let inherited = caller
        .session
        .as_ref()
        .and_then(|session| session.source_identity.as_ref());
    match (inherited, &request.source_identity) {
        (Some(old), Some(new)) if old != new => Err(refusal()),
        (Some(_) | None, _) => Ok(()),
    }
}

impl AssumeRoleRequest<'_> {
    /// Returns the context keys of the call.
    fn context(&self, world: &World, caller: &Caller, mfa: Mfa, now: Timestamp) -> Context {
        let mut context = caller.context(world, now);
        context.insert("aws:SourceIp", IpAddr::V4(Ipv4Addr::LOCALHOST));
        context.insert("sts:RoleSessionName", self.session_name);
        if let Some(external_id) = self.external_id {
            context.insert("sts:ExternalId", external_id);
        }
        if let Some(source_identity) = &self.source_identity {
            context.insert("sts:SourceIdentity", source_identity.as_str());
        }
        if mfa == Mfa::Verified {
            context.insert("aws:MultiFactorAuthPresent", true);
            context.insert("aws:MultiFactorAuthAge", 0);
        }
        self.tags.describe(&mut context);
        context
    }
}
