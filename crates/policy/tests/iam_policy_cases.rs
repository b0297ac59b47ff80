//! The policy evaluator against cases that follow the IAM user guide.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use jiff::Timestamp;
use rolecall_policy::{
    Context, ContextValue, Decision, Policy, PolicyError, PolicyKind, PolicySet, Principal,
    Request, Side, SideResult, evaluate, evaluate_side,
};
use serde_json::Value;

#[test]
fn agrees_with_the_given_cases() {
    run(include_str!("data/iam-cases.json"), 70);
}

#[test]
fn agrees_with_the_cases_of_grammar_and_whole_requests() {
    run(include_str!("data/iam-cases-2.json"), 123);
}

#[test]
fn agrees_with_the_cases_of_the_reference_pages() {
    run(include_str!("data/iam-reference-cases.json"), 300);
}

fn run(text: &str, at_least: usize) {
    let file: Value = serde_json::from_str(text).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= at_least);
    let wrong: Vec<String> = cases.iter().filter_map(disagreement).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} wrong:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn disagreement(case: &Value) -> Option<String> {
    let found = match case["kind"].as_str().unwrap() {
        "identity" => one_side(case, PolicyKind::Identity),
        "trust" => one_side(case, PolicyKind::Trust),
        "resource" => one_side(case, PolicyKind::Resource),
        "request" => whole_request(case),
        other => panic!("kind {other}"),
    };
    let found = found.unwrap_or_else(|_| "refused".to_owned());
    let expected = case["expect"].as_str().unwrap();
    // "none" without a side accepts every side.
    let agrees = found == expected || (expected == "none" && found.starts_with("none:"));
    (!agrees).then(|| format!("{}: {found}, not {expected}", case["name"]))
}

fn one_side(case: &Value, kind: PolicyKind) -> Result<String, PolicyError> {
    let policies = policies(kind, &case["policies"])?;
    let (principal, context) = (caller(case), context(&case["ctx"]));
    let request = request(case, &principal, &context);
    let found = match evaluate_side(Side::Identity, &policies, &request) {
        SideResult::Allow(_) => "allow",
        SideResult::Deny(_) => "deny",
        SideResult::NoMatch(_) => "none",
    };
    Ok(found.to_owned())
}

fn whole_request(case: &Value) -> Result<String, PolicyError> {
    let kind = match case["resource_kind"].as_str() {
        Some("resource") => PolicyKind::Resource,
        _ => PolicyKind::Trust,
    };
    let levels = |kind, levels: &Value| {
        let levels = levels.as_array().map_or(&[][..], Vec::as_slice);
        let parsed = levels.iter().map(|level| policies(kind, level));
        parsed.collect::<Result<Vec<_>, _>>()
    };
    let identity = policies(PolicyKind::Identity, &case["identity"])?;
    let resource = optional(kind, &case["resource_policy"])?;
    let boundary = optional(PolicyKind::Identity, &case["boundary"])?;
    let session = policies(PolicyKind::Identity, &case["session"])?;
    let service_controls = levels(PolicyKind::Identity, &case["scp"])?;
    let resource_controls = levels(PolicyKind::Resource, &case["rcp"])?;
    let set = PolicySet {
        identity: &identity,
        resource: resource.as_ref(),
        boundary: boundary.as_ref(),
        session: case.get("session").map(|_| session.as_slice()),
        service_controls: &service_controls,
        resource_controls: &resource_controls,
    };
    let (principal, context) = (caller(case), context(&case["ctx"]));
    Ok(match evaluate(&request(case, &principal, &context), &set) {
        Decision::Allowed(_) => "allow".to_owned(),
        Decision::ExplicitDeny(_) => "deny".to_owned(),
        Decision::ImplicitDeny { side, .. } => format!("none:{side:?}"),
    })
}

fn request<'a>(case: &'a Value, principal: &'a Principal, context: &'a Context) -> Request<'a> {
    Request {
        principal,
        action: case["action"].as_str().unwrap(),
        resource: case["resource"].as_str().unwrap(),
        resource_account: case["resource_account"].as_str().unwrap_or("111111111111"),
        context,
    }
}

/// Reads a list of policies. A string is a policy's text.
fn policies(kind: PolicyKind, list: &Value) -> Result<Vec<Policy>, PolicyError> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().map(|policy| parse(kind, policy)).collect()
}

fn optional(kind: PolicyKind, policy: &Value) -> Result<Option<Policy>, PolicyError> {
    (!policy.is_null()).then(|| parse(kind, policy)).transpose()
}

fn parse(kind: PolicyKind, policy: &Value) -> Result<Policy, PolicyError> {
    match policy {
        Value::String(text) => Policy::parse(kind, text),
        json => Policy::parse(kind, &json.to_string()),
    }
}

fn caller(case: &Value) -> Principal {
    principal(case["principal"].as_str().unwrap())
}

fn principal(name: &str) -> Principal {
    match name.split_once(' ') {
        Some(("service", name)) => Principal::service(name),
        Some(("federated", name)) => Principal::federated(name),
        _ if name == "anonymous" => Principal::anonymous(),
        _ => Principal::parse(name).unwrap(),
    }
}

fn context(keys: &Value) -> Context {
    let mut context = Context::default();
    for (key, value) in keys.as_object().unwrap() {
        match value {
            Value::Array(items) => context.insert_list(key, items.iter().map(context_value)),
            single => context.insert(key, context_value(single)),
        }
    }
    context
}

fn context_value(value: &Value) -> ContextValue {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => ContextValue::Number(number.to_string()),
        Value::Object(tagged) => match (tagged.get("date"), tagged.get("ip")) {
            (Some(date), _) => date.as_str().unwrap().parse::<Timestamp>().unwrap().into(),
            (_, Some(ip)) => ContextValue::Ip(ip.as_str().unwrap().parse().unwrap()),
            _ => panic!("{value}"),
        },
        Value::Null | Value::Array(_) => panic!("{value}"),
    }
}
