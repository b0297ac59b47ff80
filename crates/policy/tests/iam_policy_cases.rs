//! The policy evaluator against cases that follow the IAM user guide.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use jiff::Timestamp;
use rolecall_policy::{
    Context, ContextValue, Policy, PolicyKind, Principal, Request, Side, SideResult, evaluate_side,
};
use serde_json::Value;

#[test]
fn agrees_with_the_given_cases() {
    run(include_str!("data/iam-cases.json"), 70);
}

#[test]
fn agrees_with_the_cases_of_the_reference_pages() {
    run(include_str!("data/iam-reference-cases.json"), 120);
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
    let kind = match case["kind"].as_str().unwrap() {
        "identity" => PolicyKind::Identity,
        "trust" => PolicyKind::Trust,
        other => panic!("kind {other}"),
    };
    let policies: Result<Vec<Policy>, _> = (case["policies"].as_array().unwrap().iter())
        .map(|policy| Policy::parse(kind, &policy.to_string()))
        .collect();
    let found = match policies {
        Err(_) => "refused",
        Ok(policies) => {
            let principal = principal(case["principal"].as_str().unwrap());
            let context = context(&case["ctx"]);
            let request = Request {
                principal: &principal,
                action: case["action"].as_str().unwrap(),
                resource: case["resource"].as_str().unwrap(),
                resource_account: "111111111111",
                context: &context,
            };
            match evaluate_side(Side::Identity, &policies, &request) {
                SideResult::Allow(_) => "allow",
                SideResult::Deny(_) => "deny",
                SideResult::NoMatch(_) => "none",
            }
        }
    };
    (case["expect"] != found).then(|| format!("{}: {found}, not {}", case["name"], case["expect"]))
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
