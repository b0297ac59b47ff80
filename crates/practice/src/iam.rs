//! Identity and Access Management, query protocol of 2010-05-08: two actions that return permissions.

use jiff::Timestamp;
use rolecall_policy::{Context, Decision, Policy, PolicySet, Principal, Request, Side, evaluate};

use crate::call::Call;
use crate::caller::{Caller, Identity};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::service::Service;
use crate::sts::parameters::Parameters;
use crate::world::{Role, World};
use crate::{percent, sts, xml};

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// Answers a call whose signature is valid.
pub(crate) fn answer(
    world: &World,
    call: &Call,
    caller: &Caller,
    now: Timestamp,
    id: &str,
) -> Result<Reply, Failure> {
    refuse_session_without_mfa(caller)?;
    let parameters = Parameters::new(call);
    let action = sts::action(call);
    let result = match action.as_str() {
        "GetRole" => get_role(world, &parameters, caller, now)?,
        "SimulatePrincipalPolicy" => simulate(world, &parameters, caller, now)?,
        _ => {
            let version = parameters.optional("Version").unwrap_or("2010-05-08");
            let text = format!("Could not find operation {action} for version {version}");
            return Err(Failure::new(400, "InvalidAction", text));
        }
    };
    let metadata = xml::element("ResponseMetadata", &xml::text("RequestId", id));
    let result = xml::element(&format!("{action}Result"), &result);
    let body =
        format!("<{action}Response xmlns=\"{NAMESPACE}\">{result}{metadata}</{action}Response>\n");
    Ok(Reply::new(200, "text/xml", body).with_header("x-amzn-requestid", id))
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
    let name = parameters.optional("RoleName").unwrap_or_default();
    let account = caller.account(world);
    let found = world
        .roles
        .iter()
        .find(|role| role.name == name && role.account == account);
    let arn = found.map_or_else(
        || format!("arn:aws:iam::{account}:role/{name}"),
        |role| role.arn.clone(),
    );
    caller.require(world, "iam:GetRole", &arn, now)?;
    match found {
        Some(role) => Ok(xml::element("Role", &role_element(role))),
        None => {
            let text = format!("The role with name {name} cannot be found.");
            Err(Failure::new(404, "NoSuchEntity", text))
        }
    }
}

fn role_element(role: &Role) -> String {
    let path = role.arn.split_once(":role").map_or("/", |(_, rest)| rest);
    let path = path.strip_suffix(role.name.as_str()).unwrap_or("/");
    [
        xml::text("Path", path),
        xml::text("RoleName", &role.name),
        xml::text("RoleId", &role.id),
        xml::text("Arn", &role.arn),
        xml::text(
            "AssumeRolePolicyDocument",
            &percent::encode(&role.trust_text),
        ),
        xml::text("MaxSessionDuration", &role.max_duration_s.to_string()),
    ]
    .concat()
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
                ..Default::default()
            };
            let decision = evaluate(&request, &set);
            results.push_str(&xml::element(
                "member",
                &result(&decision, action, resource),
            ));
        }
    }
    Ok(xml::text("IsTruncated", "false") + &xml::element("EvaluationResults", &results))
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
    let user = world.users.iter().find(|user| user.arn == arn);
    let role = world.roles.iter().find(|role| role.arn == arn);
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
