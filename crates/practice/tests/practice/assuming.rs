//! AssumeRole: syntax, limits, and denials.

use jiff::SignedDuration;

use crate::client::{CONTRACTOR, FINANCE, GUEST, Lab, OPERATOR, USER, VAULT};

#[test]
fn the_user_assumes_the_guest_role() {
    let lab = Lab::story();
    let answer = lab.assume(
        &lab.user(),
        GUEST,
        &[("RoleSessionName", "my-temporary-role")],
    );
    let session = answer.session();
    let arn = "arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role";
    assert_eq!(answer.text("Arn").as_deref(), Some(arn));
    assert!(
        answer
            .text("AssumedRoleId")
            .unwrap()
            .ends_with(":my-temporary-role")
    );
    assert!(answer.lifetime().as_secs().abs_diff(3600) < 60);
    assert!(session.id.starts_with("ASIA") && session.id.len() == 20);
    assert_eq!(session.secret.len(), 40);
    assert!(answer.text("PackedPolicySize").is_none());
    let identity = lab.sts(&session, "GetCallerIdentity", &[]);
    assert_eq!(identity.text("Arn").as_deref(), Some(arn));
    assert_eq!(identity.text("Account").as_deref(), Some("808768216571"));
}

#[test]
fn b56_each_denial_has_the_words_of_aws() {
    let lab = Lab::story();
    let user = lab.user();
    let missing = "arn:aws:iam::808768216571:role/no-such-role";
    for role in [VAULT, FINANCE, OPERATOR, CONTRACTOR, missing] {
        lab.assume(&user, role, &[])
            .assert_denied(USER, "sts:AssumeRole", role);
    }
    let reason = "because no identity-based policy allows the sts:AssumeRole action";
    for (role, is_named) in [(VAULT, false), (FINANCE, true), (CONTRACTOR, false)] {
        let text = lab.assume(&user, role, &[]).text("Message").unwrap();
        assert_eq!(text.ends_with(reason), is_named, "{text}");
    }
}

#[test]
fn an_external_id_must_be_the_right_one() {
    let lab = Lab::story();
    let user = lab.user();
    lab.assume(&user, CONTRACTOR, &[("ExternalId", "practice-4711")])
        .assert_ok();
    let wrong = lab.assume(&user, CONTRACTOR, &[("ExternalId", "practice-4712")]);
    wrong.assert_denied(USER, "sts:AssumeRole", CONTRACTOR);
}

#[test]
fn b16_session_names_follow_the_rule_of_aws() {
    let lab = Lab::story();
    let user = lab.user();
    let long = "x".repeat(65);
    for (name, rule) in [
        ("x", "Member must have length greater than or equal to 2"),
        (
            long.as_str(),
            "Member must have length less than or equal to 64",
        ),
        (
            "a b",
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            "a/b",
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            "пётр",
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
    ] {
        let text = format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: {rule}"
        );
        lab.assume(&user, GUEST, &[("RoleSessionName", name)])
            .assert_failed(400, "ValidationError", &text);
    }
    for name in ["ab", &long[..64], "a_B+1=2,3.4@5-6"] {
        lab.assume(&user, GUEST, &[("RoleSessionName", name)])
            .assert_ok();
    }
}

#[test]
fn a_missing_parameter_is_null_and_all_errors_come_at_once() {
    let lab = Lab::story();
    let answer = lab.sts(&lab.user(), "AssumeRole", &[]);
    let text = "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value null at 'roleSessionName'";
    answer.assert_failed(400, "ValidationError", text);
}

#[test]
fn b01_a_role_arn_must_be_one() {
    let lab = Lab::story();
    let user = lab.user();
    let answer = lab.assume(&user, "short", &[]);
    answer.assert_failed(400, "ValidationError", "greater than or equal to 20");
    for arn in [
        "this is no arn at all, sorry",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::8087-6821-6571:role/guest",
        "arn:aws:iam:eu-west-1:808768216571:role/guest",
        "arn:aws:s3:::practice-welcome/role",
    ] {
        let answer = lab.assume(&user, arn, &[]);
        answer.assert_failed(400, "ValidationError", &format!("{arn} is invalid"));
    }
    let of_user = lab.assume(&user, "arn:aws:iam::177634097045:user/user", &[]);
    of_user.assert_failed(403, "AccessDenied", "is not authorized to perform");
}

#[test]
fn b17_durations_are_between_900_and_43200() {
    let lab = Lab::story();
    let user = lab.user();
    for (seconds, rule) in [
        ("899", "greater than or equal to 900"),
        ("43201", "less than or equal to 43200"),
        ("-5", "greater than or equal to 900"),
    ] {
        let text = format!(
            "Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {rule}"
        );
        lab.assume(&user, GUEST, &[("DurationSeconds", seconds)])
            .assert_failed(400, "ValidationError", &text);
    }
    for seconds in ["1h", "", "3600.5", "99999999999999999999"] {
        lab.assume(&user, GUEST, &[("DurationSeconds", seconds)])
            .assert_failed(400, "MalformedInput", "DurationSeconds");
    }
    let answer = lab.assume(&user, GUEST, &[("DurationSeconds", "900")]);
    assert!(answer.lifetime() <= SignedDuration::from_secs(900));
}

#[test]
fn b19_a_role_has_its_own_longest_session() {
    let lab = Lab::story();
    let text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    lab.assume(&lab.user(), GUEST, &[("DurationSeconds", "3601")])
        .assert_failed(400, "ValidationError", text);
}

#[test]
fn b14_b15_external_ids_follow_the_rule_of_aws() {
    let lab = Lab::story();
    let user = lab.user();
    for id in ["x", &"x".repeat(1225), "a b", "50%", "é"] {
        lab.assume(&user, GUEST, &[("ExternalId", id)])
            .assert_failed(400, "ValidationError", "at 'externalId'");
    }
    lab.assume(&user, GUEST, &[("ExternalId", "a:/-_+=,.@")])
        .assert_ok();
}

#[test]
fn an_error_text_with_markup_stays_text() {
    let lab = Lab::story();
    let answer = lab.assume(&lab.user(), GUEST, &[("RoleSessionName", "<b>&\u{7}\"")]);
    assert!(
        answer.body.contains("&lt;b&gt;&amp;\u{FFFD}&quot;"),
        "{}",
        answer.body
    );
}

/// One account with the trust policies that the default world lacks.
const ONE_ACCOUNT: &str = r#"{
  "users": [
    {"arn": "arn:aws:iam::111111111111:user/alice", "policies": [
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}]},
    {"arn": "arn:aws:iam::111111111111:user/bob"}
  ],
  "roles": [
    {"arn": "arn:aws:iam::111111111111:role/by-account", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}}},
    {"arn": "arn:aws:iam::111111111111:role/by-name", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:user/bob"}, "Action": "sts:AssumeRole"}}},
    {"arn": "arn:aws:iam::111111111111:role/team/named", "trust": {"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole",
       "Condition": {"StringLike": {"sts:RoleSessionName": "${aws:username}-*"}}}}}
  ]
}"#;

#[test]
fn within_an_account_either_the_name_or_the_account_and_a_permission() {
    let lab = Lab::world(ONE_ACCOUNT);
    let (alice, bob) = (lab.key("alice"), lab.key("bob"));
    let role = |name: &str| format!("arn:aws:iam::111111111111:role/{name}");
    lab.assume(&alice, &role("by-account"), &[]).assert_ok();
    lab.assume(&bob, &role("by-name"), &[]).assert_ok();
    assert_eq!(lab.assume(&bob, &role("by-account"), &[]).status, 403);
    assert_eq!(lab.assume(&alice, &role("by-name"), &[]).status, 403);
}

#[test]
fn a_trust_policy_may_force_the_session_name() {
    let lab = Lab::world(ONE_ACCOUNT);
    let role = "arn:aws:iam::111111111111:role/team/named";
    let answer = lab.assume(
        &lab.key("alice"),
        role,
        &[("RoleSessionName", "alice-laptop")],
    );
    // A session's ARN has the role's name without its path.
    let arn = "arn:aws:sts::111111111111:assumed-role/named/alice-laptop";
    assert_eq!(answer.text("Arn").as_deref(), Some(arn));
    let answer = lab.assume(
        &lab.key("alice"),
        role,
        &[("RoleSessionName", "bob-laptop")],
    );
    assert_eq!(answer.status, 403);
}
