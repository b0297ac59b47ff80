//! Identity and Access Management, query protocol of 2010-05-08: users, roles, groups and their policies.

mod access_key;
mod document;
mod identity;
mod operation;
mod policy;
mod target;

use jiff::Timestamp;
use rolecall_policy::{
    Context, Decision, Policy, PolicySet, Principal, Request, Side, SideResult, evaluate,
    evaluate_side,
};

use crate::account::Account;
use crate::call::Call;
use crate::caller::{Caller, Identity};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::service::Service;
use crate::sts::parameters::Parameters;
use crate::world::World;
use crate::{sts, xml};
use operation::Operation;
use target::{Kind, Target};

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// Answers a call whose signature is valid.
pub(crate) fn answer(
    account: &mut Account,
    call: &Call,
    caller: &Caller,
    now: Timestamp,
    id: &str,
) -> Result<Reply, Failure> {
    refuse_session_without_mfa(caller)?;
    let action = sts::action(call);
    let parameters = of_own_user(&action, Parameters::new(call), &account.world, caller)?;
    let result = match action.as_str() {
        "GetRole" => get_role(&account.world, &parameters, caller, now)?,
        "SimulatePrincipalPolicy" => simulate(&account.world, &parameters, caller, now)?,
        _ => match (
            access_key::answer(&action, account, &parameters, caller, now),
            Operation::named(&action),
        ) {
            (Some(result), _) => result?,
            (None, Some(operation)) => perform(account, &operation, &parameters, caller, now)?,
            (None, None) => {
                let version = parameters.optional("Version").unwrap_or("2010-05-08");
                let text = format!("Could not find operation {action} for version {version}");
                return Err(Failure::new(400, "InvalidAction", text));
            }
        },
    };
    let metadata = xml::element("ResponseMetadata", &xml::text("RequestId", id));
    let result = match result.is_empty() {
        true => result,
        false => xml::element(&format!("{action}Result"), &result),
    };
    let body =
        format!("<{action}Response xmlns=\"{NAMESPACE}\">{result}{metadata}</{action}Response>\n");
    Ok(Reply::new(200, "text/xml", body).with_header("x-amzn-requestid", id))
}

/// Returns the parameters of GetUser with the caller's name, if they name no user
/// ([GetUser](https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html)).
fn of_own_user(
    action: &str,
    parameters: Parameters,
    world: &World,
    caller: &Caller,
) -> Result<Parameters, Failure> {
    let is_named = parameters.optional("UserName").is_some();
    if action != "GetUser" || is_named {
        return Ok(parameters);
    }
    match caller.user(world) {
        Some(user) => Ok(parameters.with("UserName", &user.name)),
        None => {
            let text = "Must specify userName when calling with non-User credentials";
            Err(Failure::new(400, "ValidationError", text))
        }
    }
}

/// Checks the permission, then does what the call asks for.
fn perform(
    account: &mut Account,
    operation: &Operation,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
) -> Result<String, Failure> {
    let id = caller.account(&account.world).to_owned();
    let resource = operation.resource(&account.world, parameters, &id)?;
    let action = format!("iam:{}", operation.action);
    caller.require(&account.world, &action, &resource, now)?;
    if operation.only_reads() {
        return operation.read(&account.world, parameters, &id);
    }
    let change = |world: &mut World| operation.change(world, parameters, &id);
    let creates = operation.creates();
    account
        .consistency
        .change(&mut account.world, creates, now, change)
}

/// Returns the error document.
pub(crate) fn failed(failure: &Failure, id: &str) -> Reply {
    sts::error_document(failure, id, NAMESPACE)
}

/// Credentials of `GetSessionToken` cannot call IAM unless they were made with MFA
/// ([GetSessionToken](https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html)).
fn refuse_session_without_mfa(caller: &Caller) -> Result<(), Failure> {
    let is_of_user = matches!(caller.identity, Identity::User(_));
    let session = caller.session.as_ref().filter(|_| is_of_user);
    match session {
        Some(session) if session.mfa_at.is_none() => Err(Service::Iam.bad_token()),
        Some(_) | None => Ok(()),
    }
}

/// Checks the permission before it looks for the role, so that other callers cannot find out which roles exist.
fn get_role(
    world: &World,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
) -> Result<String, Failure> {
    let target = Target {
        kind: Kind::Role,
        account: caller.account(world),
        name: parameters.optional("RoleName").unwrap_or_default(),
    };
    caller.require(world, "iam:GetRole", &target.arn(world), now)?;
    identity::get_role(world, &target)
}

fn simulate(
    world: &World,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
) -> Result<String, Failure> {
    let source = parameters.optional("PolicySourceArn").unwrap_or_default();
    caller.require(world, "iam:SimulatePrincipalPolicy", source, now)?;
    let Some((policies, context)) = principal(world, source, parameters) else {
        let text = format!("The policy source {source} cannot be found.");
        return Err(Failure::new(404, "NoSuchEntity", text));
    };
    let user = world.user_at(source).map(|place| &world.users[place]);
    let boundary = user.and_then(|user| world.boundary(user));
    let source_principal = Principal::parse(source)
        .map_err(|error| Failure::new(400, "InvalidInput", error.to_string()))?;
    let mut results = String::new();
    for action in parameters.members("ActionNames", "") {
        for resource in resources(parameters) {
            let request = Request {
                principal: &source_principal,
                action,
                resource,
                // The simulator does not evaluate trust policies, so a role is treated as a resource in the caller's
                // account.
                resource_account: source_principal.account().unwrap_or_default(),
                context: &context,
            };
            let set = PolicySet {
                identity: policies,
                boundary,
                ..Default::default()
            };
            let decision = evaluate(&request, &set);
            let limit = boundary.map(|it| allowed_by_boundary(it, &request));
            let result = result(&decision, action, resource) + &limit.unwrap_or_default();
            results.push_str(&xml::element("member", &result));
        }
    }
    Ok(xml::text("IsTruncated", "false") + &xml::element("EvaluationResults", &results))
}

/// Returns whether the boundary allows it, for each result.
fn allowed_by_boundary(boundary: &Policy, request: &Request<'_>) -> String {
    let result = evaluate_side(Side::Boundary, std::slice::from_ref(boundary), request);
    let is_allowed = matches!(result, SideResult::Allow(_));
    let allowed = xml::text("AllowedByPermissionsBoundary", &is_allowed.to_string());
    xml::element("PermissionsBoundaryDecisionDetail", &allowed)
}

fn resources(parameters: &Parameters) -> Vec<&str> {
    let resources = parameters.members("ResourceArns", "");
    if resources.is_empty() {
        vec!["*"]
    } else {
        resources
    }
}

fn principal<'a>(
    world: &'a World,
    arn: &str,
    parameters: &Parameters,
) -> Option<(&'a [Policy], Context)> {
    let user = world.user_at(arn).map(|place| &world.users[place]);
    let role = world.role_at(arn).map(|place| &world.roles[place]);
    let policies = match (user, role) {
        (Some(user), _) => &user.policies,
        (None, Some(role)) => &role.policies,
        (None, None) => return None,
    };
    let mut context = Context::default();
    context.insert("aws:PrincipalArn", arn);
    if let Some(user) = user {
        context.insert("aws:username", user.name.as_str());
    }
    let keys = parameters.members("ContextEntries", ".ContextKeyName");
    for (key, number) in keys.iter().zip(1..) {
        let name = format!("ContextEntries.member.{number}.ContextKeyValues.member.1");
        if let Some(value) = parameters.optional(&name) {
            context.insert(key, value);
        }
    }
    Some((policies, context))
}

/// Returns one result. The keys of conditions that failed are reported as missing.
fn result(decision: &Decision, action: &str, resource: &str) -> String {
    let (word, statements, missing) = match decision {
        Decision::Allowed(statements) => ("allowed", statements.clone(), Vec::new()),
        Decision::ExplicitDeny(statement) => ("explicitDeny", vec![statement.clone()], Vec::new()),
        Decision::ImplicitDeny { near_misses, .. } => {
            let keys = near_misses.iter().map(|miss| miss.key.clone());
            ("implicitDeny", Vec::new(), keys.collect())
        }
    };
    let own = statements.iter().filter(|it| it.side == Side::Identity);
    let matched = own.map(|it| {
        let id = format!("policy-{}", it.policy + 1);
        xml::element("member", &xml::text("SourcePolicyId", &id))
    });
    let missing = missing.iter().map(|key| xml::text("member", key));
    [
        xml::element("MatchedStatements", &matched.collect::<String>()),
        xml::element("MissingContextValues", &missing.collect::<String>()),
        xml::text("EvalResourceName", resource),
        xml::text("EvalDecision", word),
        xml::text("EvalActionName", action),
    ]
    .concat()
}
