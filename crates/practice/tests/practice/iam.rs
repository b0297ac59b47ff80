//! The calls that return permissions, and who may make them.

use crate::client::{FINANCE, GUEST, Key, Lab, MFA, USER, VAULT, encode};

fn iam(lab: &Lab, key: &Key, action: &str, parameters: &[(&str, &str)]) -> crate::client::Answer {
    let mut body = format!("Action={action}&Version=2010-05-08");
    for (name, value) in parameters {
        body.push_str(&format!("&{}={}", encode(name), encode(value)));
    }
    lab.signed(key, "iam", "POST", "/", "", &body)
}

fn simulate(lab: &Lab, key: &Key, principal: &str, role: &str) -> crate::client::Answer {
    let parameters = [
        ("PolicySourceArn", principal),
        ("ActionNames.member.1", "sts:AssumeRole"),
        ("ResourceArns.member.1", role),
    ];
    iam(lab, key, "SimulatePrincipalPolicy", &parameters)
}

#[test]
fn a_role_with_the_permission_reads_a_trust_policy() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let answer = iam(&lab, &guest, "GetRole", &[("RoleName", "vault")]);
    answer.assert_ok();
    assert_eq!(answer.text("Arn").as_deref(), Some(VAULT));
    assert_eq!(answer.text("Path").as_deref(), Some("/"));
    assert_eq!(answer.text("MaxSessionDuration").as_deref(), Some("3600"));
    let document = answer.text("AssumeRolePolicyDocument").unwrap();
    assert!(
        document.starts_with("%7B") && document.contains("390411927311"),
        "{document}"
    );
}

#[test]
fn without_the_permission_nobody_learns_which_roles_exist() {
    let lab = Lab::story();
    let user = lab.user();
    for name in ["vault", "no-such-role"] {
        let text = "is not authorized to perform: iam:GetRole on resource: arn:aws:iam::177634097045:role/";
        iam(&lab, &user, "GetRole", &[("RoleName", name)]).assert_failed(403, "AccessDenied", text);
    }
    let guest = lab.assume(&user, GUEST, &[]).session();
    let answer = iam(&lab, &guest, "GetRole", &[("RoleName", "no-such-role")]);
    answer.assert_failed(
        404,
        "NoSuchEntity",
        "The role with name no-such-role cannot be found.",
    );
}

#[test]
fn the_simulator_evaluates_only_the_callers_own_policies() {
    let lab = Lab::story();
    let user = lab.user();
    for (role, decision) in [
        (VAULT, "allowed"),
        (FINANCE, "implicitDeny"),
        (GUEST, "allowed"),
    ] {
        let answer = simulate(&lab, &user, USER, role);
        answer.assert_ok();
        assert_eq!(
            answer.text("EvalDecision").as_deref(),
            Some(decision),
            "{role}"
        );
    }
}

#[test]
fn a_caller_can_simulate_only_its_own_policies() {
    let lab = Lab::story();
    let user = lab.user();
    simulate(&lab, &user, GUEST, VAULT).assert_failed(
        403,
        "AccessDenied",
        "iam:SimulatePrincipalPolicy",
    );
}

#[test]
fn a_missing_condition_key_is_named() {
    let world = r#"{"users":[{"arn":"arn:aws:iam::111122223333:user/ann","policies":[{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:*","Resource":"*"},
        {"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}
      ]}]}],"roles":[]}"#;
    let lab = Lab::world(world);
    let ann = "arn:aws:iam::111122223333:user/ann";
    let answer = simulate(&lab, &lab.key("ann"), ann, VAULT);
    assert_eq!(answer.text("EvalDecision").as_deref(), Some("implicitDeny"));
    assert!(
        answer
            .body
            .contains("<MissingContextValues><member>aws:MultiFactorAuthPresent</member>")
    );
    let parameters = [
        ("PolicySourceArn", ann),
        ("ActionNames.member.1", "sts:AssumeRole"),
        (
            "ContextEntries.member.1.ContextKeyName",
            "aws:MultiFactorAuthPresent",
        ),
        ("ContextEntries.member.1.ContextKeyType", "boolean"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "true"),
    ];
    let answer = iam(
        &lab,
        &lab.key("ann"),
        "SimulatePrincipalPolicy",
        &parameters,
    );
    assert_eq!(answer.text("EvalDecision").as_deref(), Some("allowed"));
}

#[test]
fn a_message_is_decoded_only_with_the_permission() {
    let lab = Lab::story();
    let parameters = [("EncodedMessage", "abc")];
    lab.sts(&lab.user(), "DecodeAuthorizationMessage", &parameters)
        .assert_failed(403, "AccessDenied", "sts:DecodeAuthorizationMessage");
    let world = r#"{"users":[{"arn":"arn:aws:iam::111122223333:user/ann","policies":[{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"sts:*","Resource":"*"}]}]}],"roles":[]}"#;
    let lab = Lab::world(world);
    lab.sts(&lab.key("ann"), "DecodeAuthorizationMessage", &parameters)
        .assert_failed(400, "InvalidAuthorizationMessageException", "not valid");
}

#[test]
fn an_unknown_action_is_reported_as_such() {
    let lab = Lab::story();
    iam(&lab, &lab.user(), "DeleteEverything", &[]).assert_failed(
        400,
        "InvalidAction",
        "2010-05-08",
    );
}

#[test]
fn a_session_token_calls_iam_only_with_mfa() {
    let lab = Lab::story();
    let user = lab.user();
    let plain = lab.sts(&user, "GetSessionToken", &[]).session();
    let text = "The security token included in the request is invalid.";
    simulate(&lab, &plain, USER, GUEST).assert_failed(403, "InvalidClientTokenId", text);
    lab.sts(&plain, "GetCallerIdentity", &[]).assert_ok();
    let code = lab.code();
    let with_code = [("SerialNumber", MFA), ("TokenCode", code.as_str())];
    let proven = lab.sts(&user, "GetSessionToken", &with_code).session();
    simulate(&lab, &proven, USER, GUEST).assert_ok();
}
