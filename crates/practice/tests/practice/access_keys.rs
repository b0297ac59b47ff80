//! What IAM lists of access keys and MFA devices, and keys that it refuses.

use crate::client::{Answer, GUEST, Key, Lab, encode};

/// Returns the world of a user with this key, who may do everything unless a boundary forbids it.
fn lab(key: &str, more: &str) -> Lab {
    Lab::world(&format!(
        r#"{{"users":[{{"arn":"arn:aws:iam::111122223333:user/team/ann","key":{key},"mfa_serial":"arn:aws:iam::111122223333:mfa/ann"{more},
        "policies":[{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}}]}}]}}],"roles":[]}}"#
    ))
}

fn iam(lab: &Lab, key: &Key, action: &str, parameters: &[(&str, &str)]) -> Answer {
    let mut body = format!("Action={action}&Version=2010-05-08");
    for (name, value) in parameters {
        body.push_str(&format!("&{name}={}", encode(value)));
    }
    lab.signed(key, "iam", "POST", "/", "", &body)
}

#[test]
fn keys_and_devices_are_listed() {
    let lab = lab(r#"{"age_days":400,"used_days_ago":null}"#, "");
    let ann = lab.key("ann");
    let listed = iam(&lab, &ann, "ListAccessKeys", &[]);
    listed.assert_ok();
    assert_eq!(listed.text("Status").as_deref(), Some("Active"));
    let id = listed.text("AccessKeyId").expect("an id");
    let used = iam(&lab, &ann, "GetAccessKeyLastUsed", &[("AccessKeyId", &id)]);
    assert_eq!(used.text("ServiceName").as_deref(), Some("N/A"));
    assert_eq!(used.text("LastUsedDate"), None);
    let devices = iam(&lab, &ann, "ListMFADevices", &[("UserName", "ann")]);
    let serial = devices.text("SerialNumber");
    assert_eq!(serial.as_deref(), Some("arn:aws:iam::111122223333:mfa/ann"));
    iam(&lab, &ann, "ListAccessKeys", &[("UserName", "bob")]).assert_failed(
        404,
        "NoSuchEntity",
        "bob",
    );
}

#[test]
fn a_user_that_names_nobody_asks_about_itself() {
    let lab = lab("{}", "");
    let ann = lab.key("ann");
    let answer = iam(&lab, &ann, "GetUser", &[]);
    answer.assert_ok();
    let arn = answer.text("Arn");
    assert_eq!(
        arn.as_deref(),
        Some("arn:aws:iam::111122223333:user/team/ann")
    );
}

#[test]
fn a_role_has_to_name_a_user() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let text = "Must specify userName when calling with non-User credentials";
    iam(&lab, &guest, "GetUser", &[]).assert_failed(400, "ValidationError", text);
}

#[test]
fn inactive_and_expired_keys_are_refused() {
    for status in ["inactive", "expired"] {
        let lab = lab(&format!(r#"{{"status":"{status}"}}"#), "");
        let text = "The security token included in the request is invalid.";
        lab.sts(&lab.key("ann"), "GetCallerIdentity", &[])
            .assert_failed(403, "InvalidClientTokenId", text);
    }
}

#[test]
fn a_boundary_limits_its_user() {
    let boundary = r#","boundary":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Simulate*","Resource":"*"}]}"#;
    let lab = lab("{}", boundary);
    let ann = lab.key("ann");
    iam(&lab, &ann, "ListAccessKeys", &[]).assert_failed(403, "AccessDenied", "iam:ListAccessKeys");
    let question = [
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/team/ann"),
        ("ActionNames.member.1", "sts:AssumeRole"),
    ];
    let answer = iam(&lab, &ann, "SimulatePrincipalPolicy", &question);
    answer.assert_ok();
    assert_eq!(answer.text("EvalDecision").as_deref(), Some("implicitDeny"));
    let allowed = answer.text("AllowedByPermissionsBoundary");
    assert_eq!(allowed.as_deref(), Some("false"));
}

/// Makes a second key for the user, and returns it.
fn second_key(lab: &Lab, first: &Key) -> Key {
    let made = iam(lab, first, "CreateAccessKey", &[]);
    made.assert_ok();
    let text = |name| made.text(name).expect("a value");
    assert_eq!(text("UserName"), "ann");
    Key {
        id: text("AccessKeyId"),
        secret: text("SecretAccessKey"),
        token: None,
    }
}

#[test]
fn a_user_has_two_keys_at_most_and_each_can_sign() {
    let lab = lab(r#"{"age_days":400}"#, "");
    let first = lab.key("ann");
    let second = second_key(&lab, &first);
    for key in [&first, &second] {
        lab.sts(key, "GetCallerIdentity", &[]).assert_ok();
    }
    let text = "Cannot exceed quota for AccessKeysPerUser: 2";
    iam(&lab, &second, "CreateAccessKey", &[("UserName", "ann")]).assert_failed(
        409,
        "LimitExceeded",
        text,
    );
}

#[test]
fn a_key_that_is_deactivated_or_deleted_is_refused_until_it_is_active() {
    let lab = lab("{}", "");
    let first = lab.key("ann");
    let second = second_key(&lab, &first);
    let id = first.id.as_str();
    let set = |status: &str| {
        let parameters = [("AccessKeyId", id), ("Status", status)];
        iam(&lab, &second, "UpdateAccessKey", &parameters)
    };
    let refused = || {
        lab.sts(&first, "GetCallerIdentity", &[]).assert_failed(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        );
    };
    set("Off").assert_failed(400, "ValidationError", "[Active, Inactive]");
    set("Inactive").assert_ok();
    refused();
    let listed = iam(&lab, &second, "ListAccessKeys", &[]);
    assert_eq!(listed.text("Status").as_deref(), Some("Inactive"));
    set("Active").assert_ok();
    lab.sts(&first, "GetCallerIdentity", &[]).assert_ok();
    let delete = || iam(&lab, &second, "DeleteAccessKey", &[("AccessKeyId", id)]);
    delete().assert_ok();
    refused();
    delete().assert_failed(404, "NoSuchEntity", id);
}

#[test]
fn the_last_use_of_a_key_is_what_it_signed_last() {
    let lab = lab(r#"{"used_days_ago":null}"#, "");
    let first = lab.key("ann");
    let used = |key: &Key| {
        let id = [("AccessKeyId", key.id.as_str())];
        let used = iam(&lab, &first, "GetAccessKeyLastUsed", &id);
        used.text("ServiceName").expect("a service")
    };
    assert_eq!(used(&first), "N/A", "what only reads is not noted");
    let second = second_key(&lab, &first);
    assert_eq!((used(&first), used(&second)), ("iam".into(), "N/A".into()));
    lab.sts(&second, "GetSessionToken", &[]).assert_ok();
    assert_eq!(used(&second), "sts");
    lab.s3(&second, "/", "").assert_ok();
    assert_eq!(used(&second), "s3");
}

#[test]
fn a_new_key_is_known_only_after_some_time_if_a_test_wants_so() {
    let lab = lab("{}", "");
    let first = lab.key("ann");
    lab.consistency(400);
    let second = second_key(&lab, &first);
    let identity = || lab.sts(&second, "GetCallerIdentity", &[]);
    identity().assert_failed(403, "InvalidClientTokenId", "The security token");
    let known = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        identity().status == 200
    });
    assert!(known, "it is known after the delay");
}
