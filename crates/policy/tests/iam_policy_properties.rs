//! Properties of the policy parser and evaluator.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rolecall_policy::{
    Context, Policy, PolicyKind, PolicySet, Principal, Request, Side, evaluate, evaluate_side,
};
use serde_json::{Value, json};

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
const ROLE: &str = "arn:aws:iam::111111111111:role/dev";
fn policy(kind: PolicyKind, statements: &Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::parse(kind, &document.to_string()).unwrap()
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("Version"),
        Just("2012-10-17"),
        Just("Statement"),
        Just("Effect"),
        Just("Allow"),
        Just("Action"),
        Just("sts:*"),
        Just("Resource"),
        Just("*"),
        Just("Principal"),
        Just("AWS"),
        Just("Condition"),
        Just("StringLike"),
        Just("Null"),
        Just("Bool"),
        Just("${aws:username"),
        Just("IpAddress"),
        Just("ForAllValues:DateEquals"),
    ];
    let text = prop_oneof![word.prop_map(str::to_owned), ".{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn statement() -> impl Strategy<Value = Value> {
    let action = prop_oneof![
        Just("sts:AssumeRole"),
        Just("sts:*"),
        Just("s3:*"),
        Just("*")
    ];
    let resource = prop_oneof![
        Just("*"),
        Just(ROLE),
        Just("arn:aws:iam::*:role/d*"),
        Just("arn:aws:s3:::x")
    ];
    let operator = prop_oneof![
        Just("StringEquals"),
        Just("StringNotEquals"),
        Just("StringLikeIfExists"),
        Just("ForAllValues:StringLike"),
        Just("ForAnyValue:StringNotLike"),
        Just("Null"),
    ];
    let operand = prop_oneof![Just("a"), Just("*"), Just("true"), Just("${aws:username}")];
    (any::<bool>(), action, resource, operator, operand).prop_map(|(allow, a, r, operator, v)| {
        json!({"Effect": if allow { "Allow" } else { "Deny" }, "Action": a, "Resource": r,
               "Condition": {operator: {"x:k": v}}})
    })
}

proptest! {
    #[test]
    fn never_panics_on_any_json(value in any_json(), text in ".{0,40}") {
        for kind in [PolicyKind::Identity, PolicyKind::Trust, PolicyKind::Resource] {
            let _ = Policy::parse(kind, &value.to_string());
            let _ = Policy::parse(kind, &text);
        }
    }

    #[test]
    fn never_panics_on_any_condition(
        operator in "(ForAllValues:|ForAnyValue:)?(StringLike|NumericLessThan|DateEquals|Bool|BinaryEquals|IpAddress|ArnLike|Null)",
        operand in "[0-9a-f:./*?${}' T=-]{0,30}", value in "[0-9a-f:./T=-]{0,30}",
    ) {
        let resource = format!("arn:aws:s3:::{operand}");
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": resource,
                               "Condition": {operator: {"x:k": operand}}});
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        // A date operator accepts dates only.
        let own = Vec::from_iter(Policy::parse(PolicyKind::Identity, &document.to_string()));
        let mut context = Context::default();
        context.insert("x:k", value.as_str());
        let principal = Principal::parse(ALICE).unwrap();
        let request = Request { principal: &principal, action: &value, resource: &value,
                                resource_account: "", context: &context };
        let _ = evaluate_side(Side::Identity, &own, &request);
    }

    #[test]
    fn a_deny_never_makes_anything_allowed(
        allows in prop::collection::vec(statement(), 1..4), mut extra in statement(),
        value in prop::option::of("[ab]"),
    ) {
        extra["Effect"] = json!("Deny");
        let mut context = Context::default();
        if let Some(value) = value {
            context.insert("x:k", value);
        }
        let principal = Principal::parse(ALICE).unwrap();
        let request = Request { principal: &principal, action: "sts:AssumeRole", resource: ROLE,
                                resource_account: "111111111111", context: &context };
        let decides = |statements: Vec<Value>| {
            let own = [policy(PolicyKind::Identity, &Value::from(statements))];
            evaluate(&request, &PolicySet { identity: &own, ..Default::default() }).is_allowed()
        };
        let with_deny = decides([allows.clone(), vec![extra]].concat());
        prop_assert!(!with_deny || decides(allows));
    }

    #[test]
    fn the_order_of_statements_does_not_matter(
        mut statements in prop::collection::vec(statement(), 1..5),
    ) {
        let principal = Principal::parse(ALICE).unwrap();
        let request = Request { principal: &principal, action: "sts:AssumeRole", resource: ROLE,
                                resource_account: "111111111111", context: &Context::default() };
        let decides = |statements: &[Value]| {
            let own = [policy(PolicyKind::Identity, &Value::from(statements.to_vec()))];
            evaluate(&request, &PolicySet { identity: &own, ..Default::default() }).is_allowed()
        };
        let forward = decides(&statements);
        statements.reverse();
        prop_assert_eq!(forward, decides(&statements));
    }
}
