//! Decisions over policies that are made of a few words, so that many of them match: an explicit deny wins, an Allow never
//! takes away, and the order does not matter.
//!
//! Input: bytes that choose the words.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use rolecall_fuzz::bounds;
use rolecall_policy::{
    Context, Decision, Policy, PolicyKind, PolicySet, Principal, Request, evaluate,
};
use serde_json::{Map, Value, json};

const ACCOUNT: &str = "111122223333";
const PRINCIPALS: [&str; 4] = [
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::111122223333:role/guest",
    "arn:aws:sts::111122223333:assumed-role/guest/ann",
    "arn:aws:iam::444455556666:user/bob",
];
const ACTIONS: [&str; 6] = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "s3:?etObject",
    "sts:AssumeRole",
];
const RESOURCES: [&str; 5] = [
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/${aws:username}/*",
    "arn:aws:s3:::*/key",
    "arn:aws:s3:::bucket/key",
];
const OPERATORS: [&str; 12] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringEqualsIgnoreCase",
    "ForAllValues:StringLike",
    "ForAnyValue:StringEquals",
    "StringEqualsIfExists",
    "Bool",
    "Null",
    "NumericLessThan",
    "DateGreaterThan",
    "IpAddress",
];
const KEYS: [&str; 4] = [
    "aws:username",
    "aws:MultiFactorAuthPresent",
    "aws:TagKeys",
    "aws:SourceIp",
];
const VALUES: [&str; 8] = [
    "ann",
    "a*",
    "true",
    "false",
    "1",
    "2026-01-01T00:00:00Z",
    "10.0.0.0/8",
    "",
];

static EVERYTHING: LazyLock<[Policy; 2]> = LazyLock::new(|| {
    ["Deny", "Allow"].map(|effect| {
        let statement = json!({ "Effect": effect, "Action": "*", "Resource": "*" });
        policy(PolicyKind::Identity, vec![statement]).expect("a policy")
    })
});

/// A request, and what applies to it.
#[derive(Debug)]
struct Case {
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    context: Context,
    identity: Vec<Vec<Value>>,
    bucket: Vec<Value>,
    boundary: Vec<Value>,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        let mut context = Context::default();
        for key in KEYS {
            match from.int_in_range(0..=2)? {
                0 => {}
                1 => context.insert(key, *from.choose(&VALUES)?),
                _ => context.insert_list(key, some(from, |from| Ok(*from.choose(&VALUES)?))?),
            }
        }
        Ok(Self {
            principal: from.choose(&PRINCIPALS)?,
            action: from.choose(&["s3:GetObject", "s3:PutObject", "sts:AssumeRole"])?,
            resource: from.choose(&RESOURCES[4..])?,
            context,
            identity: some(from, |from| some(from, |from| statement(from, false)))?,
            bucket: some(from, |from| statement(from, true))?,
            boundary: some(from, |from| statement(from, false))?,
        })
    }
}

/// Returns up to three values.
fn some<'a, T>(
    from: &mut Unstructured<'a>,
    mut one: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = from.int_in_range(0..=3)?;
    (0..count).map(|_| one(from)).collect()
}

fn statement(from: &mut Unstructured<'_>, names_principals: bool) -> Result<Value> {
    let mut statement = Map::new();
    let effect = *from.choose(&["Allow", "Allow", "Deny"])?;
    statement.insert("Effect".into(), effect.into());
    let action = *from.choose(&["Action", "Action", "NotAction"])?;
    statement.insert(action.into(), (*from.choose(&ACTIONS)?).into());
    let resource = *from.choose(&["Resource", "Resource", "NotResource"])?;
    statement.insert(resource.into(), (*from.choose(&RESOURCES)?).into());
    if names_principals {
        let names = [
            PRINCIPALS[0],
            PRINCIPALS[1],
            PRINCIPALS[3],
            "111122223333",
            "*",
        ];
        let principal = json!({ "AWS": from.choose(&names)? });
        let element = *from.choose(&["Principal", "Principal", "NotPrincipal"])?;
        statement.insert(element.into(), principal);
    }
    if from.arbitrary()? {
        let mut test = Map::new();
        let values: Vec<&str> = some(from, |from| Ok(*from.choose(&VALUES)?))?;
        test.insert((*from.choose(&KEYS)?).into(), json!(values));
        let condition = json!({ *from.choose(&OPERATORS)?: test });
        statement.insert("Condition".into(), condition);
    }
    Ok(statement.into())
}

fn policy(kind: PolicyKind, statements: Vec<Value>) -> Option<Policy> {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    Policy::parse(kind, &document.to_string()).ok()
}

fuzz_target!(|case: Case| {
    bounds::within(1 << 10, || check(&case));
});

fn check(case: &Case) {
    let principal = Principal::parse(case.principal).expect("an ARN");
    let request = Request {
        principal: &principal,
        action: case.action,
        resource: case.resource,
        resource_account: ACCOUNT,
        context: &case.context,
    };
    let lists = case.identity.iter().cloned();
    let mut identity: Vec<Policy> = lists
        .filter_map(|it| policy(PolicyKind::Identity, it))
        .collect();
    let bucket = policy(PolicyKind::Resource, case.bucket.clone());
    let boundary = policy(PolicyKind::Identity, case.boundary.clone());
    let decide = |identity: &[Policy], boundary: Option<&Policy>| {
        let set = PolicySet {
            identity,
            resource: bucket.as_ref(),
            boundary,
            ..PolicySet::default()
        };
        evaluate(&request, &set)
    };
    let decision = decide(&identity, boundary.as_ref());

    identity.reverse();
    let is_allowed = decision.is_allowed();
    assert_eq!(
        decide(&identity, boundary.as_ref()).is_allowed(),
        is_allowed,
        "in any order"
    );
    let [deny, allow] = &*EVERYTHING;
    identity.push(allow.clone());
    let with_allow = decide(&identity, boundary.as_ref());
    assert!(
        with_allow.is_allowed() || !is_allowed,
        "an Allow takes nothing away"
    );
    if let Decision::ExplicitDeny(_) = decision {
        assert!(
            matches!(with_allow, Decision::ExplicitDeny(_)),
            "a Deny stays"
        );
    }
    identity.push(deny.clone());
    let with_deny = decide(&identity, boundary.as_ref());
    assert!(
        matches!(with_deny, Decision::ExplicitDeny(_)),
        "a Deny wins"
    );
    identity.pop();
    let with_denying_boundary = decide(&identity, Some(deny));
    assert!(!with_denying_boundary.is_allowed(), "a boundary can deny");
}
