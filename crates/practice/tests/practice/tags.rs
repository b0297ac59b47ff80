//! Session tags and source identity.

use crate::client::{GUEST, Lab, USER};

const WORLD: &str = r#"{
  "users": [{"arn": "arn:aws:iam::111111111111:user/alice", "policies": [
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}]}],
  "roles": [
    {"arn": "arn:aws:iam::111111111111:role/first", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "111111111111"},
       "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}},
     "policies": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}]},
    {"arn": "arn:aws:iam::111111111111:role/red", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "111111111111"},
       "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
       "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}}},
    {"arn": "arn:aws:iam::111111111111:role/plain", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}}},
    {"arn": "arn:aws:iam::111111111111:role/strict", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
       "Condition": {"StringEquals": {"aws:RequestTag/team": ["red", "blue"]},
                     "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}}}}
  ]
}"#;

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
const RED: [(&str, &str); 2] = [
    ("Tags.member.1.Key", "team"),
    ("Tags.member.1.Value", "red"),
];
const TRANSITIVE: (&str, &str) = ("TransitiveTagKeys.member.1", "team");

fn role(name: &str) -> String {
    format!("arn:aws:iam::111111111111:role/{name}")
}

#[test]
fn tags_need_tag_session_on_both_sides() {
    let lab = Lab::world(WORLD);
    let alice = lab.key("alice");
    lab.assume(&alice, &role("first"), &RED).assert_ok();
    let refused = lab.assume(&alice, &role("plain"), &RED);
    refused.assert_denied(ALICE, "sts:TagSession", &role("plain"));
}

#[test]
fn a_trust_policy_can_require_tags() {
    let lab = Lab::world(WORLD);
    let alice = lab.key("alice");
    let green = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "green"),
    ];
    let more = [
        RED[0],
        RED[1],
        ("Tags.member.2.Key", "x"),
        ("Tags.member.2.Value", "y"),
    ];
    lab.assume(&alice, &role("strict"), &RED).assert_ok();
    assert_eq!(lab.assume(&alice, &role("strict"), &green).status, 403);
    assert_eq!(lab.assume(&alice, &role("strict"), &more).status, 403);
    assert_eq!(lab.assume(&alice, &role("strict"), &[]).status, 403);
}

#[test]
fn a_sessions_tags_are_principal_tags_and_only_transitive_ones_are_inherited() {
    let lab = Lab::world(WORLD);
    let alice = lab.key("alice");
    assert_eq!(lab.assume(&alice, &role("red"), &[]).status, 403);
    let first = lab.assume(&alice, &role("first"), &RED).session();
    lab.assume(&first, &role("red"), &[]).assert_ok();
    let again = lab.assume(&first, &role("first"), &[]).session();
    assert_eq!(lab.assume(&again, &role("red"), &[]).status, 403);
    let first = lab
        .assume(&alice, &role("first"), &[RED[0], RED[1], TRANSITIVE])
        .session();
    let again = lab.assume(&first, &role("first"), &[]).session();
    lab.assume(&again, &role("red"), &[]).assert_ok();
}

#[test]
fn an_inherited_tag_cannot_be_set_again() {
    let lab = Lab::world(WORLD);
    let first = lab.assume(
        &lab.key("alice"),
        &role("first"),
        &[RED[0], RED[1], TRANSITIVE],
    );
    let again = [
        ("Tags.member.1.Key", "TEAM"),
        ("Tags.member.1.Value", "blue"),
    ];
    let text = "conflicts with a transitive tag key from the calling session";
    lab.assume(&first.session(), &role("first"), &again)
        .assert_failed(400, "InvalidParameterValue", text);
}

#[test]
fn tags_follow_the_rules_of_aws() {
    let lab = Lab::world(WORLD);
    let alice = lab.key("alice");
    let twice = [
        RED[0],
        RED[1],
        ("Tags.member.2.Key", "Team"),
        ("Tags.member.2.Value", "x"),
    ];
    lab.assume(&alice, &role("first"), &twice).assert_failed(
        400,
        "InvalidParameterValue",
        "Duplicate tag keys found.",
    );
    let long = "x".repeat(129);
    for key in ["a*", long.as_str()] {
        lab.assume(&alice, &role("first"), &[("Tags.member.1.Key", key)])
            .assert_failed(400, "ValidationError", "at 'tags.1.member.key'");
    }
    lab.assume(&alice, &role("first"), &[TRANSITIVE])
        .assert_failed(
            400,
            "InvalidParameterValue",
            "must be included in the requested tags",
        );
}

#[test]
fn a_source_identity_needs_permission_stays_and_cannot_change() {
    let lab = Lab::world(WORLD);
    let alice = lab.key("alice");
    let identity = [("SourceIdentity", "alice@example.com")];
    let answer = lab.assume(&alice, &role("first"), &identity);
    assert_eq!(
        answer.text("SourceIdentity").as_deref(),
        Some("alice@example.com")
    );
    let first = answer.session();
    let refused = lab.assume(&alice, &role("plain"), &identity);
    refused.assert_denied(ALICE, "sts:SetSourceIdentity", &role("plain"));
    let again = lab.assume(&first, &role("first"), &[]);
    assert_eq!(
        again.text("SourceIdentity").as_deref(),
        Some("alice@example.com")
    );
    let other = lab.assume(&first, &role("first"), &[("SourceIdentity", "bob")]);
    assert_eq!(other.status, 403);
    assert_eq!(lab.assume(&first, &role("plain"), &[]).status, 403);
}

#[test]
fn a_source_identity_follows_the_rule_of_aws() {
    let lab = Lab::story();
    for value in ["x", "a b", "aws:me", &"x".repeat(65)] {
        lab.assume(&lab.user(), GUEST, &[("SourceIdentity", value)])
            .assert_failed(400, "ValidationError", "at 'sourceIdentity'");
    }
    lab.assume(&lab.user(), GUEST, &[("SourceIdentity", "user")])
        .assert_ok();
    let refused = "arn:aws:iam::808768216571:role/quarter-hour";
    lab.assume(&lab.user(), refused, &[("SourceIdentity", "user")])
        .assert_denied(USER, "sts:SetSourceIdentity", refused);
}

#[test]
fn keys_of_aws_are_refused() {
    let lab = Lab::story();
    for key in ["aws:team", "AWS:team", "aws:"] {
        let tags = [("Tags.member.1.Key", key), ("Tags.member.1.Value", "red")];
        let text = format!("Value '{key}' at 'tags.1.member.key' failed to satisfy constraint");
        let answer = lab.assume(&lab.user(), GUEST, &tags);
        answer.assert_failed(400, "ValidationError", &text);
    }
}
