//! One-time codes and GetSessionToken.

use jiff::{SignedDuration, Timestamp};

use crate::client::{ARCHIVE, GUEST, Key, Lab, MFA, OPERATOR, USER};

fn with_code(code: &str) -> [(&'static str, &str); 2] {
    [("SerialNumber", MFA), ("TokenCode", code)]
}

#[test]
fn a_code_opens_the_role_that_asks_for_mfa_for_twelve_hours() {
    let lab = Lab::story();
    let code = lab.code();
    let parameters = [&with_code(&code)[..], &[("DurationSeconds", "43200")]].concat();
    let answer = lab.assume(&lab.user(), OPERATOR, &parameters);
    answer.assert_ok();
    assert!(answer.lifetime() > SignedDuration::from_secs(43_000));
}

#[test]
fn r12_a_code_works_once_even_if_the_call_failed_otherwise() {
    let lab = Lab::story();
    let code = lab.code();
    let no_role = "arn:aws:iam::808768216571:role/no-such-role";
    let first = lab.assume(&lab.user(), no_role, &with_code(&code));
    first.assert_denied(USER, "sts:AssumeRole", no_role);
    let text = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    lab.assume(&lab.user(), OPERATOR, &with_code(&code))
        .assert_failed(403, "AccessDenied", text);
}

#[test]
fn b21_a_wrong_code_is_rejected_and_the_right_one_still_works() {
    let lab = Lab::story();
    let code = lab.code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let text = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    lab.assume(&lab.user(), OPERATOR, &with_code(wrong))
        .assert_failed(403, "AccessDenied", text);
    lab.assume(&lab.user(), OPERATOR, &with_code(&lab.code()))
        .assert_ok();
}

#[test]
fn the_code_of_ten_minutes_ago_is_rejected() {
    let lab = Lab::story();
    let old = Timestamp::now() - SignedDuration::from_mins(10);
    let code = lab.practice.code(MFA, old).unwrap();
    assert_eq!(
        lab.assume(&lab.user(), OPERATOR, &with_code(&code)).status,
        403
    );
}

#[test]
fn b20_a_code_is_six_digits() {
    let lab = Lab::story();
    for code in ["12345", "1234567", "12 345", "abcdef", "١٢٣٤٥٦"] {
        lab.assume(&lab.user(), OPERATOR, &with_code(code))
            .assert_failed(400, "ValidationError", "at 'tokenCode'");
    }
}

#[test]
fn b22_a_serial_that_is_not_the_users_device_cannot_be_validated() {
    let lab = Lab::story();
    let code = lab.code();
    for serial in [USER, "arn:aws:iam::177634097045:mfa/other"] {
        let parameters = [("SerialNumber", serial), ("TokenCode", code.as_str())];
        let text = "MultiFactorAuthentication failed, unable to validate MFA code.";
        lab.assume(&lab.user(), OPERATOR, &parameters)
            .assert_failed(403, "AccessDenied", text);
    }
}

#[test]
fn serial_and_code_are_required_together() {
    let lab = Lab::story();
    let code = lab.code();
    for parameter in [("SerialNumber", MFA), ("TokenCode", code.as_str())] {
        let text = "must provide both MFA serial number and one time pass code.";
        lab.assume(&lab.user(), OPERATOR, &[parameter])
            .assert_failed(403, "AccessDenied", text);
    }
}

#[test]
fn the_device_of_a_skewed_server_uses_its_clock() {
    let mut lab = Lab::story();
    lab.faults(&["skew=7200"]);
    lab.clock_offset = SignedDuration::from_hours(2);
    lab.assume(&lab.user(), OPERATOR, &with_code(&lab.code()))
        .assert_ok();
}

fn session_token(lab: &Lab, parameters: &[(&str, &str)]) -> Key {
    lab.sts(&lab.user(), "GetSessionToken", parameters)
        .session()
}

#[test]
fn a_session_token_is_the_user_itself_for_twelve_hours() {
    let lab = Lab::story();
    let answer = lab.sts(&lab.user(), "GetSessionToken", &[]);
    assert!(answer.lifetime().as_secs().abs_diff(43_200) < 60);
    let identity = lab.sts(&answer.session(), "GetCallerIdentity", &[]);
    assert_eq!(identity.text("Arn").as_deref(), Some(USER));
}

#[test]
fn session_tokens_last_from_900_to_129600_seconds() {
    let lab = Lab::story();
    for seconds in ["899", "129601"] {
        lab.sts(
            &lab.user(),
            "GetSessionToken",
            &[("DurationSeconds", seconds)],
        )
        .assert_failed(400, "ValidationError", "at 'durationSeconds'");
    }
    session_token(&lab, &[("DurationSeconds", "129600")]);
}

#[test]
fn the_mfa_of_a_session_token_satisfies_the_trust_policy() {
    let lab = Lab::story();
    let code = lab.code();
    let with_mfa = session_token(&lab, &with_code(&code));
    lab.assume(&with_mfa, OPERATOR, &[]).assert_ok();
    let without = session_token(&lab, &[]);
    lab.assume(&without, OPERATOR, &[])
        .assert_denied(USER, "sts:AssumeRole", OPERATOR);
}

#[test]
fn an_mfa_that_is_too_old_no_longer_satisfies_it() {
    let mut lab = Lab::story();
    let code = lab.code();
    let session = session_token(&lab, &with_code(&code));
    lab.faults(&["skew=3601"]);
    lab.clock_offset = SignedDuration::from_secs(3601);
    lab.assume(&session, OPERATOR, &[])
        .assert_denied(USER, "sts:AssumeRole", OPERATOR);
}

#[test]
fn b18_a_role_assumed_with_a_session_token_is_limited_to_one_hour() {
    let lab = Lab::story();
    let code = lab.code();
    let session = session_token(&lab, &with_code(&code));
    let text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    lab.assume(&session, OPERATOR, &[("DurationSeconds", "3601")])
        .assert_failed(400, "ValidationError", text);
    lab.assume(&session, OPERATOR, &[("DurationSeconds", "3600")])
        .assert_ok();
}

#[test]
fn a_session_token_cannot_get_another_or_call_the_rest_of_sts() {
    let lab = Lab::story();
    let token = session_token(&lab, &[]);
    let role = lab.assume(&lab.user(), GUEST, &[]).session();
    let text = "Cannot call GetSessionToken with session credentials";
    for key in [&token, &role] {
        lab.sts(key, "GetSessionToken", &[])
            .assert_failed(403, "AccessDenied", text);
    }
    let answer = lab.sts(
        &token,
        "GetAccessKeyInfo",
        &[("AccessKeyId", "AKIAAAAAAAAAAAAAAAAA")],
    );
    answer.assert_failed(403, "AccessDenied", "Cannot call GetAccessKeyInfo");
}

#[test]
fn an_assumed_session_has_no_device() {
    let lab = Lab::story();
    let guest = lab.assume(&lab.user(), GUEST, &[]).session();
    let code = lab.code();
    let answer = lab.assume(&guest, ARCHIVE, &with_code(&code));
    answer.assert_failed(403, "AccessDenied", "unable to validate MFA code");
}
