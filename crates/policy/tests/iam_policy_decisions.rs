//! Evaluation of identity, trust, boundary, session and organization policies.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use rolecall_policy::{
    Context, Decision, Policy, PolicyKind, PolicySet, Principal, Request, Side, evaluate,
};
use serde_json::{Value, json};

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/base/s1";
const ROLE: &str = "arn:aws:iam::111111111111:role/dev";
fn policy(kind: PolicyKind, statements: &Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::parse(kind, &document.to_string()).unwrap()
}

fn identity(effect: &str) -> Policy {
    let statement = json!({"Effect": effect, "Action": "sts:*", "Resource": "*"});
    policy(PolicyKind::Identity, &statement)
}

fn trust(principal: &str) -> Policy {
    let statement =
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}});
    policy(PolicyKind::Trust, &statement)
}

/// Decides AssumeRole on [`ROLE`].
fn decide(caller: &str, policies: &PolicySet<'_>) -> Decision {
    let principal = Principal::parse(caller).unwrap();
    let request = Request {
        principal: &principal,
        action: "sts:AssumeRole",
        resource: ROLE,
        resource_account: "111111111111",
        context: &Context::default(),
    };
    evaluate(&request, policies)
}

fn missing(decision: &Decision) -> Side {
    let Decision::ImplicitDeny { side, .. } = decision else {
        panic!("{decision:?}")
    };
    *side
}

#[test]
fn within_an_account_a_trust_policy_naming_the_user_is_enough() {
    let set = PolicySet {
        resource: Some(&trust(ALICE)),
        ..Default::default()
    };
    assert!(decide(ALICE, &set).is_allowed());
}

#[test]
fn within_an_account_trusting_the_account_leaves_it_to_the_callers_policies() {
    let trust = trust("arn:aws:iam::111111111111:root");
    let set = PolicySet {
        resource: Some(&trust),
        ..Default::default()
    };
    assert_eq!(missing(&decide(ALICE, &set)), Side::Identity);
    let own = [identity("Allow")];
    assert!(
        decide(
            ALICE,
            &PolicySet {
                identity: &own,
                ..set
            }
        )
        .is_allowed()
    );
}

#[test]
fn the_callers_permission_without_trust_is_not_enough() {
    let own = [identity("Allow")];
    let trust = trust("arn:aws:iam::111111111111:user/bob");
    let set = PolicySet {
        identity: &own,
        resource: Some(&trust),
        ..Default::default()
    };
    assert_eq!(missing(&decide(ALICE, &set)), Side::Resource);
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let eve = "arn:aws:iam::222222222222:user/eve";
    for named in [eve, "222222222222", "*"] {
        let trust = trust(named);
        let set = PolicySet {
            resource: Some(&trust),
            ..Default::default()
        };
        assert_eq!(missing(&decide(eve, &set)), Side::Identity, "{named}");
        let own = [identity("Allow")];
        assert!(
            decide(
                eve,
                &PolicySet {
                    identity: &own,
                    ..set
                }
            )
            .is_allowed(),
            "{named}"
        );
    }
    let own = [identity("Allow")];
    let set = PolicySet {
        identity: &own,
        ..Default::default()
    };
    assert_eq!(missing(&decide(eve, &set)), Side::Resource);
}

#[test]
fn a_deny_on_any_side_wins() {
    let (trust, allow, deny) = (trust(ALICE), [identity("Allow")], identity("Deny"));
    let denies = std::slice::from_ref(&deny);
    let levels = [vec![identity("Deny")]];
    let set = PolicySet {
        identity: &allow,
        resource: Some(&trust),
        ..Default::default()
    };
    assert!(decide(ALICE, &set).is_allowed());
    for denying in [
        PolicySet {
            identity: denies,
            ..set
        },
        PolicySet {
            boundary: Some(&deny),
            ..set
        },
        PolicySet {
            session: Some(denies),
            ..set
        },
        PolicySet {
            service_controls: &levels,
            ..set
        },
        PolicySet {
            resource_controls: &levels,
            ..set
        },
    ] {
        assert!(matches!(decide(ALICE, &denying), Decision::ExplicitDeny(_)));
    }
}

#[test]
fn boundary_session_and_organization_limit_what_the_callers_policies_allow() {
    let trust = trust("111111111111");
    let own = [identity("Allow")];
    let other = policy(
        PolicyKind::Identity,
        &json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
    );
    let set = PolicySet {
        identity: &own,
        resource: Some(&trust),
        ..Default::default()
    };
    let limited = PolicySet {
        boundary: Some(&other),
        ..set
    };
    assert_eq!(missing(&decide(ALICE, &limited)), Side::Boundary);
    let limited = PolicySet {
        session: Some(std::slice::from_ref(&other)),
        ..set
    };
    assert_eq!(missing(&decide(SESSION, &limited)), Side::Session);
    let levels = [vec![identity("Allow")], vec![other]];
    let limited = PolicySet {
        service_controls: &levels,
        ..set
    };
    assert_eq!(missing(&decide(ALICE, &limited)), Side::ServiceControl);
}

#[test]
fn a_trust_policy_naming_the_role_is_limited_by_the_session_policy_one_naming_the_session_is_not() {
    let other = [policy(
        PolicyKind::Identity,
        &json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
    )];
    let by_role = trust("arn:aws:iam::111111111111:role/base");
    let set = PolicySet {
        resource: Some(&by_role),
        ..Default::default()
    };
    assert!(decide(SESSION, &set).is_allowed());
    let limited = PolicySet {
        session: Some(&other),
        ..set
    };
    assert_eq!(missing(&decide(SESSION, &limited)), Side::Session);
    let by_session = trust(SESSION);
    let direct = PolicySet {
        resource: Some(&by_session),
        session: Some(&other),
        ..set
    };
    assert!(decide(SESSION, &direct).is_allowed());
}

#[test]
fn a_role_assumes_itself_only_if_its_trust_policy_says_so() {
    let own_session = "arn:aws:sts::111111111111:assumed-role/dev/s";
    let own = [identity("Allow")];
    let of_others = trust(ALICE);
    let set = PolicySet {
        identity: &own,
        resource: Some(&of_others),
        ..Default::default()
    };
    assert_eq!(missing(&decide(own_session, &set)), Side::Resource);
    let of_itself = trust(ROLE);
    assert!(
        decide(
            own_session,
            &PolicySet {
                resource: Some(&of_itself),
                ..set
            }
        )
        .is_allowed()
    );
}

#[test]
fn a_bucket_in_the_callers_account_needs_no_policy_of_its_own() {
    let own = [identity("Allow")];
    let set = PolicySet {
        identity: &own,
        ..Default::default()
    };
    assert!(decide(ALICE, &set).is_allowed());
}

#[test]
fn the_decision_names_the_deciding_statements() {
    let trust = policy(
        PolicyKind::Trust,
        &json!([
            {"Sid": "Other", "Effect": "Allow", "Action": "sts:TagSession", "Principal": "*"},
            {"Sid": "Us", "Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"AWS": "111111111111"}}]),
    );
    let own = [identity("Allow")];
    let set = PolicySet {
        identity: &own,
        resource: Some(&trust),
        ..Default::default()
    };
    let Decision::Allowed(statements) = decide(ALICE, &set) else {
        panic!("allowed")
    };
    assert_eq!(statements[0].side, Side::Resource);
    assert_eq!(
        (statements[0].statement, statements[0].sid.as_deref()),
        (1, Some("Us"))
    );
    assert_eq!(statements[1].side, Side::Identity);
}

#[test]
fn an_implicit_deny_names_the_condition_that_failed() {
    let trust = policy(
        PolicyKind::Trust,
        &json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ALICE},
                "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}),
    );
    let set = PolicySet {
        resource: Some(&trust),
        ..Default::default()
    };
    let Decision::ImplicitDeny { side, near_misses } = decide(ALICE, &set) else {
        panic!("deny")
    };
    assert_eq!(side, Side::Resource);
    assert_eq!(near_misses[0].operator, "StringEquals");
    assert_eq!(near_misses[0].key, "sts:ExternalId");
}

#[test]
fn an_error_names_the_path() {
    let place = |kind, text: &str| Policy::parse(kind, text).unwrap_err().to_string();
    let statement = r#"{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"Bol":{}}}"#;
    let text = format!(r#"{{"Statement":[{{"Effect":"maybe"}},{statement}]}}"#);
    assert_eq!(
        place(PolicyKind::Identity, &text),
        "Statement[0].Effect: must be Allow or Deny"
    );
    let text = format!(r#"{{"Statement":{statement}}}"#);
    assert_eq!(
        place(PolicyKind::Identity, &text),
        "Statement.Condition.Bol: is not a condition operator"
    );
    assert_eq!(
        place(PolicyKind::Trust, "{\n 1"),
        "line 2, column 2: not valid JSON"
    );
    let text = r#"{"Statement":{"Effect":"Allow","Action":"a:b"}}"#;
    assert_eq!(
        place(PolicyKind::Trust, text),
        "Statement.Principal: is missing"
    );
}
