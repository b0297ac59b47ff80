//! Session policies.

use crate::client::{ARCHIVE, GUEST, Lab};

const READ_ONE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

#[test]
fn a_session_policy_only_restricts_the_role() {
    let lab = Lab::story();
    let answer = lab.assume(&lab.user(), GUEST, &[("Policy", READ_ONE)]);
    assert_eq!(answer.text("PackedPolicySize").as_deref(), Some("6"));
    let narrowed = answer.session();
    lab.s3(&narrowed, "/", "").assert_ok();
    let text = "because no session policy allows the s3:GetObject action";
    lab.s3(&narrowed, "/practice-welcome/hello.txt", "")
        .assert_failed(403, "AccessDenied", text);
    assert_eq!(lab.assume(&narrowed, ARCHIVE, &[]).status, 403);
    let same = lab
        .assume(&lab.user(), GUEST, &[("Policy", EVERYTHING)])
        .session();
    lab.s3(&same, "/practice-welcome/hello.txt", "").assert_ok();
    assert_eq!(
        lab.s3(&same, "/practice-archive/2019/ledger.txt", "")
            .status,
        403
    );
}

#[test]
fn a_deny_in_a_session_policy_is_reported_as_such() {
    let lab = Lab::story();
    let deny = EVERYTHING.replace(
        "]}",
        r#",{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}"#,
    );
    let session = lab
        .assume(&lab.user(), GUEST, &[("Policy", &deny)])
        .session();
    let text = "with an explicit deny in a session policy";
    lab.s3(&session, "/practice-welcome/hello.txt", "")
        .assert_failed(403, "AccessDenied", text);
}

#[test]
fn managed_policies_restrict_too() {
    let lab = Lab::story();
    let policies = |arn| [("PolicyArns.member.1.arn", arn)];
    let read = lab.assume(
        &lab.user(),
        GUEST,
        &policies("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"),
    );
    let read = read.session();
    lab.s3(&read, "/practice-welcome/hello.txt", "").assert_ok();
    assert_eq!(lab.assume(&read, ARCHIVE, &[]).status, 403);
    let missing = lab.assume(
        &lab.user(),
        GUEST,
        &policies("arn:aws:iam::808768216571:policy/none"),
    );
    missing.assert_failed(
        400,
        "ValidationError",
        "does not exist or is not attachable",
    );
}

#[test]
fn no_more_than_ten_managed_policies() {
    let lab = Lab::story();
    let names: Vec<String> = (1..=11)
        .map(|n| format!("PolicyArns.member.{n}.arn"))
        .collect();
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let parameters: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), arn)).collect();
    let text = "at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10";
    lab.assume(&lab.user(), GUEST, &parameters)
        .assert_failed(400, "ValidationError", text);
}

#[test]
fn b58_a_malformed_policy_and_one_that_is_too_large_have_different_errors() {
    let lab = Lab::story();
    let user = lab.user();
    let code = "MalformedPolicyDocument";
    lab.assume(&user, GUEST, &[("Policy", "{")])
        .assert_failed(400, code, "invalid Json");
    let answer = lab.assume(
        &user,
        GUEST,
        &[("Policy", r#"{"Statement":{"Effect":"Allow"}}"#)],
    );
    answer.assert_failed(400, code, "Syntax errors in policy.");
    let large = EVERYTHING.replace(
        "\"*\"}",
        &format!("[{}\"*\"]}}", "\"arn:aws:s3:::b\",".repeat(140)),
    );
    let answer = lab.assume(&user, GUEST, &[("Policy", &large)]);
    answer.assert_failed(400, "PackedPolicyTooLarge", "% of allotted space");
    let answer = lab.assume(&user, GUEST, &[("Policy", "")]);
    answer.assert_failed(400, "ValidationError", "at 'policy'");
}

#[test]
fn b58_the_grammar_is_as_strict_as_that_of_iam() {
    let lab = Lab::story();
    let user = lab.user();
    for (from, to) in [
        ("\"Action\":\"*\"", "\"Action\":\"GetObject\""),
        ("\"Action\":\"*\"", "\"Action\":\"s*:Get*\""),
        ("\"Action\":\"*\"", "\"Action\":[]"),
        ("\"Resource\":\"*\"", "\"Resource\":\"bucket\""),
        (
            "\"Resource\":\"*\"",
            "\"Resource\":\"arn:aws:iam:us-east-1:111111111111:role/r\"",
        ),
        ("\"Effect\"", "\"Sid\":\"two words\",\"Effect\""),
        (
            "\"Effect\"",
            "\"Condition\":{\"StringEquals\":{}},\"Effect\"",
        ),
    ] {
        let policy = EVERYTHING.replace(from, to);
        let answer = lab.assume(&user, GUEST, &[("Policy", &policy)]);
        answer.assert_failed(400, "MalformedPolicyDocument", "Syntax errors in policy.");
    }
}
