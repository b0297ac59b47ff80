//! Signatures: which calls are authenticated.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use crate::client::{GUEST, Lab, USER, hmac, sha256, signing_key};

const CALLER: &str = "GetCallerIdentity";

#[test]
fn a_right_signature_is_accepted() {
    let lab = Lab::story();
    let answer = lab.sts(&lab.user(), CALLER, &[]);
    answer.assert_ok();
    assert_eq!(answer.text("Arn").as_deref(), Some(USER));
    assert_eq!(answer.text("Account").as_deref(), Some("177634097045"));
    assert_eq!(answer.text("UserId").map(|id| id.len()), Some(20));
    assert_eq!(
        answer.header("x-amzn-requestid"),
        answer.text("RequestId").as_deref()
    );
    assert!(answer.header("date").is_some());
}

#[test]
fn parameters_may_come_in_the_query_string() {
    let lab = Lab::story();
    let query = "Action=GetCallerIdentity&Version=2011-06-15";
    lab.signed(&lab.user(), "sts", "GET", "/", query, "")
        .assert_ok();
}

#[test]
fn r38_an_unknown_key_is_an_invalid_client_token() {
    let lab = Lab::story();
    let mut key = lab.user();
    key.id = "AKIAAAAAAAAAAAAAAAAA".into();
    let text = "The security token included in the request is invalid.";
    lab.sts(&key, CALLER, &[])
        .assert_failed(403, "InvalidClientTokenId", text);
}

#[test]
fn b57_a_wrong_secret_does_not_match() {
    let lab = Lab::story();
    let mut key = lab.user();
    key.secret.push(' ');
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
    lab.sts(&key, CALLER, &[])
        .assert_failed(403, "SignatureDoesNotMatch", text);
}

#[test]
fn a_changed_body_does_not_match() {
    let lab = Lab::story();
    let headers = lab.sign(
        &lab.user(),
        "sts",
        "POST",
        "/",
        "",
        "Action=GetCallerIdentity",
    );
    let answer = lab.send("POST", "/", "", &headers, "Action=GetSessionToken");
    answer.assert_failed(403, "SignatureDoesNotMatch", "does not match");
}

#[test]
fn a_signature_that_leaves_out_the_host_does_not_match() {
    let lab = Lab::story();
    let headers: Vec<(String, String)> = lab
        .sign(
            &lab.user(),
            "sts",
            "POST",
            "/",
            "",
            "Action=GetCallerIdentity",
        )
        .into_iter()
        .map(|(name, value)| (name, value.replace("SignedHeaders=host;", "SignedHeaders=")))
        .collect();
    let answer = lab.send("POST", "/", "", &headers, "Action=GetCallerIdentity");
    answer.assert_failed(403, "SignatureDoesNotMatch", "does not match");
}

#[test]
fn a_call_without_a_signature_is_missing_its_token() {
    let lab = Lab::story();
    let host = [("host".to_owned(), lab.host())];
    let answer = lab.send("POST", "/", "", &host, "Action=GetCallerIdentity");
    let text = "Request is missing Authentication Token";
    answer.assert_failed(403, "MissingAuthenticationToken", text);
}

#[test]
fn an_unreadable_signature_is_incomplete() {
    let lab = Lab::story();
    for (value, text) in [
        ("Basic dXNlcjpw", "Unsupported authorization"),
        (
            "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0",
            "'Credential'",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
            "exactly 5",
        ),
    ] {
        let headers = [
            ("host".to_owned(), lab.host()),
            ("authorization".to_owned(), value.to_owned()),
        ];
        let answer = lab.send("POST", "/", "", &headers, "Action=GetCallerIdentity");
        answer.assert_failed(400, "IncompleteSignature", text);
    }
}

#[test]
fn r03_a_late_clock_is_reported_with_both_times_and_the_date_header_corrects_it() {
    let mut lab = Lab::story();
    lab.faults(&["skew=1200"]);
    let answer = lab.sts(&lab.user(), CALLER, &[]);
    answer.assert_failed(403, "SignatureDoesNotMatch", "Signature expired: ");
    let text = answer.text("Message").unwrap();
    assert!(
        text.contains(" is now earlier than ") && text.ends_with(" - 15 min.)"),
        "{text}"
    );
    let date = answer.header("date").unwrap();
    let parsed = jiff::fmt::strtime::parse("%a, %d %b %Y %H:%M:%S GMT", date).unwrap();
    let server = parsed
        .to_datetime()
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap();
    lab.clock_offset = server.timestamp().duration_since(Timestamp::now());
    lab.sts(&lab.user(), CALLER, &[]).assert_ok();
    assert_eq!(lab.requests()[CALLER], 2);
}

#[test]
fn r02_an_early_clock_is_not_yet_current() {
    let mut lab = Lab::story();
    lab.clock_offset = SignedDuration::from_mins(16);
    let answer = lab.sts(&lab.user(), CALLER, &[]);
    answer.assert_failed(403, "SignatureDoesNotMatch", "Signature not yet current: ");
}

#[test]
fn fourteen_minutes_are_tolerated() {
    for minutes in [-14, 14] {
        let mut lab = Lab::story();
        lab.clock_offset = SignedDuration::from_mins(minutes);
        lab.sts(&lab.user(), CALLER, &[]).assert_ok();
    }
}

#[test]
fn a_session_past_its_end_has_an_expired_token() {
    let mut lab = Lab::story();
    let session = lab
        .assume(&lab.user(), GUEST, &[("DurationSeconds", "900")])
        .session();
    lab.faults(&["skew=901"]);
    lab.clock_offset = SignedDuration::from_secs(901);
    let text = "The security token included in the request is expired";
    lab.sts(&session, CALLER, &[])
        .assert_failed(403, "ExpiredToken", text);
    let answer = lab.s3(&session, "/", "");
    answer.assert_failed(400, "ExpiredToken", "The provided token has expired.");
}

#[test]
fn a_session_needs_its_own_token_and_a_long_term_key_has_none() {
    let lab = Lab::story();
    let session = lab.assume(&lab.user(), GUEST, &[]).session();
    for token in [None, Some("IQoJother".to_owned())] {
        let mut key = session.clone();
        key.token = token;
        lab.sts(&key, CALLER, &[])
            .assert_failed(403, "InvalidClientTokenId", "is invalid");
        let answer = lab.s3(&key, "/", "");
        answer.assert_failed(400, "InvalidToken", "malformed or otherwise invalid");
    }
    let mut key = lab.user();
    key.token = session.token;
    lab.sts(&key, CALLER, &[])
        .assert_failed(403, "InvalidClientTokenId", "is invalid");
}

#[test]
fn b59_a_region_must_be_one_and_of_the_partition() {
    let mut lab = Lab::story();
    lab.region = "nowhere";
    let text = "Credential should be scoped to a valid region.";
    lab.sts(&lab.user(), CALLER, &[])
        .assert_failed(403, "SignatureDoesNotMatch", text);
    lab.region = "cn-north-1";
    lab.sts(&lab.user(), CALLER, &[])
        .assert_failed(403, "InvalidClientTokenId", "is invalid");
}

#[test]
fn a_presigned_url_works_until_it_expires() {
    let mut lab = Lab::story();
    let presigned = |lab: &Lab| {
        let key = lab.user();
        let time = (Timestamp::now() + lab.clock_offset)
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string();
        let scope = format!("{}/eu-west-1/sts/aws4_request", &time[..8]);
        let query = format!(
            "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}%2F{}&X-Amz-Date={time}&X-Amz-Expires=60&X-Amz-SignedHeaders=host",
            key.id,
            scope.replace('/', "%2F")
        );
        let host = lab.host();
        let canonical = format!("GET\n/\n{query}\nhost:{host}\n\nhost\n{}", sha256(""));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(&canonical));
        let signature = HEXLOWER.encode(&hmac(&signing_key(&key.secret, &scope), &text));
        let query = format!("{query}&X-Amz-Signature={signature}");
        lab.send("GET", "/", &query, &[("host".to_owned(), host)], "")
    };
    presigned(&lab).assert_ok();
    lab.clock_offset = SignedDuration::from_secs(-61);
    presigned(&lab).assert_failed(403, "SignatureDoesNotMatch", "Signature expired");
}

#[test]
fn an_action_that_does_not_exist_is_invalid() {
    let lab = Lab::story();
    let text = "Could not find operation AssumeRoot for version 2011-06-15";
    lab.sts(&lab.user(), "AssumeRoot", &[])
        .assert_failed(400, "InvalidAction", text);
}
