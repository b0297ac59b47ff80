//! The policies of kits, decided by the engine: what they are meant to allow is allowed, and what differs in one point
//! is not.

use rolecall_core::setup::{
    Kit, KitDraft, RequirementsDraft, caller_policy, permission_policies, trust_policy,
};
use rolecall_policy::answer_cases;
use serde_json::{Value, json};

const BOB: &str = "arn:aws:iam::177634097045:user/bob";
const GUEST: &str = "arn:aws:iam::808768216571:role/guest";

fn draft() -> KitDraft {
    KitDraft {
        who: BOB.into(),
        account: "808768216571".into(),
        role: "guest".into(),
        allow: "s3-read".into(),
        ..KitDraft::default()
    }
}

fn with(requirements: RequirementsDraft) -> Kit {
    let draft = KitDraft {
        requirements,
        ..draft()
    };
    draft.check().expect("a kit")
}

/// Returns what a request of a caller gets from all policies of the kit: `allow`, `deny` or `none`.
fn decision(kit: &Kit, action: &str, caller: &str, context: &Value) -> String {
    let text = |json: String| serde_json::from_str::<Value>(&json).expect("JSON");
    let case = json!([{
        "name": "case", "kind": "request",
        "identity": [text(caller_policy(kit).json.compact())],
        "resource_policy": text(trust_policy(kit).json.compact()), "resource_kind": "trust",
        "principal": caller, "action": action, "resource": kit.role.as_str(),
        "resource_account": kit.account(), "ctx": context,
    }]);
    let answers = answer_cases(&case.to_string()).expect("a case");
    answers[0].decision.word().to_owned()
}

fn assume(kit: &Kit, caller: &str, context: &Value) -> String {
    decision(kit, "sts:AssumeRole", caller, context)
}

#[test]
fn the_named_user_gets_in_and_nobody_else() {
    let kit = draft().check().expect("a kit");
    assert_eq!(assume(&kit, BOB, &json!({})), "allow");
    for other in [
        "arn:aws:iam::177634097045:user/eve",
        "arn:aws:iam::177634097045:role/bob",
        "arn:aws:iam::111111111111:user/bob",
    ] {
        assert_eq!(assume(&kit, other, &json!({})), "none", "{other}");
    }
}

#[test]
fn every_user_of_a_trusted_account_gets_in_if_its_own_policy_allows_it() {
    let who = "177634097045".into();
    let kit = KitDraft { who, ..draft() }.check().expect("a kit");
    assert_eq!(assume(&kit, BOB, &json!({})), "allow");
    assert_eq!(
        assume(&kit, "arn:aws:iam::111111111111:user/bob", &json!({})),
        "none"
    );
}

/// Sets one condition.
fn condition(field: &str, text: &str) -> RequirementsDraft {
    let mut draft = RequirementsDraft::default();
    let place = match field {
        "external_id" => &mut draft.external_id,
        "mfa_age" => &mut draft.mfa_age,
        "source_ip" => &mut draft.source_ip,
        "source_vpc" => &mut draft.source_vpc,
        "session_name" => &mut draft.session_name,
        "source_identity" => &mut draft.source_identity,
        "tags" => &mut draft.tags,
        "longest_session" => &mut draft.longest_session,
        _ => &mut draft.organization,
    };
    *place = Some(text.to_owned());
    draft
}

#[test]
fn each_condition_lets_in_what_meets_it_and_nothing_else() {
    for (field, text, good, bad) in [
        (
            "external_id",
            "tutorial-42",
            json!({"sts:ExternalId": "tutorial-42"}),
            vec![json!({}), json!({"sts:ExternalId": "Tutorial-42"})],
        ),
        (
            "mfa_age",
            "1h",
            json!({"aws:MultiFactorAuthPresent": true, "aws:MultiFactorAuthAge": 3599}),
            vec![
                json!({}),
                json!({"aws:MultiFactorAuthPresent": false}),
                json!({"aws:MultiFactorAuthPresent": true, "aws:MultiFactorAuthAge": 3600}),
            ],
        ),
        (
            "source_ip",
            "203.0.113.0/24, 2001:db8::/32",
            json!({"aws:SourceIp": {"ip": "203.0.113.9"}}),
            vec![json!({}), json!({"aws:SourceIp": {"ip": "203.0.114.9"}})],
        ),
        (
            "source_vpc",
            "vpc-0abc1234",
            json!({"aws:SourceVpc": "vpc-0abc1234"}),
            vec![json!({}), json!({"aws:SourceVpc": "vpc-0abc1235"})],
        ),
        (
            "session_name",
            "${aws:username}",
            json!({"aws:username": "bob", "sts:RoleSessionName": "bob"}),
            vec![json!({"aws:username": "bob", "sts:RoleSessionName": "eve"})],
        ),
    ] {
        check(field, text, &good, &bad);
    }
}

#[test]
fn who_tags_and_organization_are_conditions_like_the_others() {
    for (field, text, good, bad) in [
        (
            "source_identity",
            "dev-*",
            json!({"sts:SourceIdentity": "dev-bob"}),
            vec![json!({}), json!({"sts:SourceIdentity": "ops-bob"})],
        ),
        (
            "tags",
            "Team=blue,Project=*",
            json!({"aws:RequestTag/Team": "blue", "aws:RequestTag/Project": "x", "aws:TagKeys": ["Team", "Project"]}),
            vec![
                json!({}),
                json!({"aws:RequestTag/Team": "red", "aws:RequestTag/Project": "x"}),
            ],
        ),
        (
            "organization",
            "o-a1b2c3d4e5",
            json!({"aws:PrincipalOrgID": "o-a1b2c3d4e5"}),
            vec![json!({}), json!({"aws:PrincipalOrgID": "o-zzzzzzzzzz"})],
        ),
    ] {
        check(field, text, &good, &bad);
    }
}

/// Checks that a condition lets in what meets it, and none of the others.
fn check(field: &str, text: &str, good: &Value, others: &[Value]) {
    let kit = with(condition(field, text));
    assert_eq!(assume(&kit, BOB, good), "allow", "{good}");
    for other in others {
        assert_eq!(assume(&kit, BOB, other), "none", "{other}");
    }
}

#[test]
fn b14_to_b17_values_that_aws_refuses_are_explained() {
    let long = "x".repeat(1225);
    for (field, text, part) in [
        ("external_id", "x", "has 1 characters"),
        ("external_id", long.as_str(), "1225 characters"),
        ("external_id", "a b", "a space at position 2"),
        ("mfa_age", "never", "not an age"),
        ("mfa_age", "0", "not an age"),
        ("source_ip", "203.0.113.7, x", "\"x\" is not an IP"),
        ("source_vpc", "vpc", "not the ID of a VPC"),
        ("session_name", "a/b", "\"/\" at position 2"),
        ("session_name", "*", "Leave it out"),
        ("session_name", "${aws:userid}", "a variable"),
        ("source_identity", "x", "has 1 characters"),
        ("tags", "Team", "is not a tag"),
        ("tags", "aws:x=1", "aws:"),
        ("tags", "Team=a,team=b", "listed twice"),
        ("tags", "Team=a*", "neither fixed text nor *"),
        ("organization", "r-abc", "not the ID of an organization"),
        ("longest_session", "30m", "cannot be 30m"),
        ("longest_session", "13h", "cannot last"),
    ] {
        let error = condition(field, text).check().expect_err(text);
        assert_eq!(error.field, field);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn tags_and_source_identities_have_the_actions_that_they_need() {
    let kit = with(RequirementsDraft {
        tags: Some("Team=blue".into()),
        source_identity: Some("bob".into()),
        ..RequirementsDraft::default()
    });
    let context = json!({"aws:RequestTag/Team": "blue", "aws:TagKeys": ["Team"], "sts:SourceIdentity": "bob"});
    for action in ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] {
        assert_eq!(decision(&kit, action, BOB, &context), "allow", "{action}");
    }
    let further = json!({"aws:RequestTag/Team": "blue", "aws:TagKeys": ["Team", "Admin"]});
    assert_eq!(decision(&kit, "sts:TagSession", BOB, &further), "none");
    let plain = draft().check().expect("a kit");
    assert_eq!(decision(&plain, "sts:TagSession", BOB, &context), "none");
}

#[test]
fn a_path_with_wildcards_covers_no_other_role() {
    let path = "/a*?$/".into();
    let kit = KitDraft { path, ..draft() }.check().expect("a kit");
    assert_eq!(assume(&kit, BOB, &json!({})), "allow");
    let identity: Value = serde_json::from_str(&caller_policy(&kit).json.compact()).expect("JSON");
    for (resource, wanted) in [
        (kit.role.as_str(), "allow"),
        ("arn:aws:iam::808768216571:role/ab?$/guest", "none"),
    ] {
        let case = json!([{
            "name": "case", "kind": "identity", "policies": [identity], "principal": BOB,
            "action": "sts:AssumeRole", "resource": resource, "ctx": {},
        }]);
        let answers = answer_cases(&case.to_string()).expect("a case");
        assert_eq!(answers[0].decision.word(), wanted, "{resource}");
    }
}

#[test]
fn sessions_may_do_what_was_allowed_and_nothing_else() {
    let allow = "bucket:guest-bucket".into();
    let one_bucket = KitDraft { allow, ..draft() }.check().expect("a kit");
    let s3_read = draft().check().expect("a kit");
    for (kit, action, resource, wanted) in [
        (&s3_read, "s3:ListAllMyBuckets", "*", "allow"),
        (&s3_read, "s3:ListBucket", "arn:aws:s3:::any", "allow"),
        (&s3_read, "s3:GetObject", "arn:aws:s3:::any/key", "allow"),
        (&s3_read, "s3:PutObject", "arn:aws:s3:::any/key", "none"),
        (&s3_read, "ec2:DescribeInstances", "*", "none"),
        (
            &one_bucket,
            "s3:ListBucket",
            "arn:aws:s3:::guest-bucket",
            "allow",
        ),
        (
            &one_bucket,
            "s3:PutObject",
            "arn:aws:s3:::guest-bucket/key",
            "allow",
        ),
        (
            &one_bucket,
            "s3:DeleteObject",
            "arn:aws:s3:::guest-bucket/key",
            "allow",
        ),
        (
            &one_bucket,
            "s3:DeleteBucket",
            "arn:aws:s3:::guest-bucket",
            "none",
        ),
        (
            &one_bucket,
            "s3:PutBucketPolicy",
            "arn:aws:s3:::guest-bucket",
            "none",
        ),
        (
            &one_bucket,
            "s3:GetObject",
            "arn:aws:s3:::guest-bucket-2/key",
            "none",
        ),
        (&one_bucket, "s3:ListAllMyBuckets", "*", "none"),
    ] {
        let policies: Vec<Value> = permission_policies(kit)
            .iter()
            .map(|policy| serde_json::from_str(&policy.document.json.compact()).expect("JSON"))
            .collect();
        let case = json!([{
            "name": "case", "kind": "identity", "policies": policies, "principal": GUEST,
            "action": action, "resource": resource, "ctx": {},
        }]);
        let answers = answer_cases(&case.to_string()).expect("a case");
        assert_eq!(answers[0].decision.word(), wanted, "{action} on {resource}");
    }
}
