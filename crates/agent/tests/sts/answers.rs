//! Answers of every kind, good and bad, from a server on loopback.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::SignedDuration;
use rolecall_core::calls::sts::{AssumeRole, StsError};
use rolecall_core::role::call_fields::{ExternalId, SourceIdentity};
use rolecall_core::role::session_policy::parse_arns;
use rolecall_core::role::session_tags::SessionTag;
use rolecall_keeper::ports::Clock;
use rolecall_keeper::ports::Sts;

use crate::call::{
    HOUR, always, assume_from, call, call_with_code, caller, in_an_hour, sts_at, sts_with_clock,
    token_call,
};
use crate::loopback::{Loopback, Reply, assumed_body, error_body, http, token_body, xml};

#[test]
fn sends_every_field_signed_for_the_region() {
    let server = Loopback::start(always(xml("200 OK", &assumed_body(in_an_hour()))));
    let call = AssumeRole {
        external_id: Some(ExternalId::parse("client-42").expect("an id")),
        source_identity: Some(SourceIdentity::parse("ann").expect("an identity")),
        tags: vec![SessionTag {
            key: "Team".into(),
            value: "blue".into(),
        }],
        transitive_tags: vec!["Team".into()],
        policy: Some("{\"Version\":\"2012-10-17\"}".into()),
        policy_arns: parse_arns(&["arn:aws:iam::aws:policy/P".into()], &call().role_arn)
            .expect("ARNs"),
        ..call_with_code()
    };
    let assumed = sts_at(&server)
        .assume_role(&caller(), &call)
        .expect("assumed");
    assert_eq!(
        assumed.identity,
        "arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role"
    );
    assert_eq!(assumed.credentials.expires_at, in_an_hour());
    assert_eq!(assumed.credentials.check(), Ok(()));
    assert_eq!(assumed.endpoint_url.as_ref(), Some(&server.url));

    let asked = &server.asked()[0];
    for part in [
        "Action=AssumeRole",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A808768216571%3Arole%2Fguest",
        "RoleSessionName=my-temporary-role",
        "DurationSeconds=3600",
        "ExternalId=client-42",
        "SourceIdentity=ann",
        "Tags.member.1.Key=Team",
        "Tags.member.1.Value=blue",
        "TransitiveTagKeys.member.1=Team",
        "Policy=%7B%22Version%22%3A%222012-10-17%22%7D",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FP",
        "SerialNumber=arn%3Aaws%3Aiam%3A%3A177634097045%3Amfa%2Fuser",
        "TokenCode=123456",
    ] {
        assert!(asked.body.contains(part), "{part} in {}", asked.body);
    }
    assert!(
        asked.head.contains("/eu-west-1/sts/aws4_request"),
        "{}",
        asked.head
    );
    assert!(!asked.head.contains("wJalrXUtnFEMI"), "{}", asked.head);
}

#[test]
fn a_session_token_is_asked_for_with_its_duration_and_code() {
    let server = Loopback::start(always(xml("200 OK", &token_body(in_an_hour()))));
    let credentials = sts_at(&server)
        .session_token(&caller(), &token_call(true))
        .expect("credentials");
    assert_eq!(credentials.expires_at, in_an_hour());
    assert_eq!(credentials.check(), Ok(()));
    let asked = &server.asked()[0];
    for part in [
        "Action=GetSessionToken",
        "DurationSeconds=43200",
        "SerialNumber=arn%3Aaws%3Aiam%3A%3A177634097045%3Amfa%2Fuser",
        "TokenCode=123456",
    ] {
        assert!(asked.body.contains(part), "{part} in {}", asked.body);
    }
}

#[test]
fn a_session_token_without_a_code_names_no_device() {
    let server = Loopback::start(always(xml("200 OK", &token_body(in_an_hour()))));
    let outcome = sts_at(&server).session_token(&caller(), &token_call(false));
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(!server.asked()[0].body.contains("SerialNumber"));
}

#[test]
fn r06_b47_a_sign_in_page_is_detected_and_requested_once() {
    let page = "<!DOCTYPE html><html><body>canary: sign in to the hotel</body></html>";
    let answer = http("200 OK", "Content-Type: text/html\r\n", page, HOUR);
    let server = Loopback::start(always(answer));
    let clock = Arc::default();
    let outcome = sts_with_clock(&server, &clock).assume_role(&caller(), &call());
    let Err(StsError::NotSts(reason)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(reason, "HTTP 200 with text/html");
    assert_eq!(server.asked().len(), 1);
    assert_eq!(
        clock.offset(),
        SignedDuration::ZERO,
        "a hotel's clock is not AWS's"
    );
}

#[test]
fn b48_an_answer_cut_at_any_byte_gives_no_credentials() {
    let body = assumed_body(in_an_hour());
    let cut = Arc::new(Mutex::new(String::new()));
    let shown = cut.clone();
    let server = Loopback::start(move |_| {
        Reply::Bytes(xml("200 OK", &shown.lock().expect("no panic inside")))
    });
    let sts = sts_at(&server);
    for length in 0..body.len() {
        body[..length].clone_into(&mut cut.lock().expect("no panic inside"));
        let outcome = sts.assume_role(&caller(), &call());
        assert!(
            matches!(outcome, Err(StsError::Incomplete(_) | StsError::NotSts(_))),
            "cut at {length}: {outcome:?}"
        );
    }
}

#[test]
fn b48_an_answer_that_breaks_off_is_incomplete() {
    let whole = xml("200 OK", &assumed_body(in_an_hour()));
    let (outcome, tries) = assume_from(&whole[..whole.len() - 40]);
    assert!(
        matches!(outcome, Err(StsError::Incomplete(_))),
        "{outcome:?}"
    );
    assert_eq!(tries, 3);
}

#[test]
fn b49_an_endless_answer_is_cut_off() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1073741824\r\n\r\n<AssumeRoleResponse>",
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<AssumeRoleResponse>",
    ] {
        let server = Loopback::start(move |_| Reply::Endless(head.into()));
        let outcome = sts_at(&server).assume_role(&caller(), &call());
        let Err(StsError::NotSts(reason)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(reason, "it is over 256 KiB long");
    }
}

#[test]
fn b50_document_types_and_deep_nesting_are_harmless() {
    let valid = assumed_body(in_an_hour());
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>{}",
        valid.replace("canaryToken", "&b;")
    );
    let external = valid.replace(
        "<AssumeRoleResult>",
        "<AssumeRoleResult><!ENTITY x SYSTEM \"file:///etc/passwd\">",
    );
    let deep = valid.replace(
        "<AssumeRoleResult>",
        &format!(
            "<AssumeRoleResult>{}{}",
            "<a>".repeat(10_000),
            "</a>".repeat(10_000)
        ),
    );
    let flat = valid.replace(
        "<AssumeRoleResult>",
        &format!("<AssumeRoleResult>{}", "<a></a>".repeat(10_000)),
    );
    for body in [bomb, external] {
        let (outcome, _) = assume_from(xml("200 OK", &body));
        assert!(matches!(outcome, Err(StsError::NotSts(_))), "{outcome:?}");
    }
    // Deep nesting may be skipped or rejected, but takes no more than the same tags side by side.
    let time = |body: &str| {
        let begun = Instant::now();
        let _ = assume_from(xml("200 OK", body));
        begun.elapsed()
    };
    let (flat, deep) = (time(&flat), time(&deep));
    assert!(deep < 20 * flat, "{deep:?} and {flat:?}");
}

#[test]
fn b51_names_the_field_that_is_missing_or_twice() {
    let whole = assumed_body(in_an_hour());
    let line = |field: &str| {
        let line = whole
            .lines()
            .find(|line| line.contains(&format!("<{field}>")));
        format!("{}\n", line.expect("such a line"))
    };
    for field in [
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
    ] {
        let (outcome, _) = assume_from(xml("200 OK", &whole.replace(&line(field), "")));
        assert_eq!(
            outcome.err(),
            Some(StsError::Incomplete(format!("{field} is missing")))
        );
        let twice = whole.replace(&line(field), &line(field).repeat(2));
        let (outcome, _) = assume_from(xml("200 OK", &twice));
        assert!(matches!(outcome, Err(StsError::NotSts(reason)) if reason.contains(field)));
    }
}

#[test]
fn b52_an_invalid_expiry_is_incomplete_and_an_offset_is_accepted() {
    let at = in_an_hour();
    let body = |text: &str| {
        let stated = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        xml("200 OK", &assumed_body(at).replace(&stated, text))
    };
    for bad in ["soon", "2026-11-21", "2026-13-41T25:61:61Z"] {
        let (outcome, _) = assume_from(body(bad));
        assert!(
            matches!(outcome, Err(StsError::Incomplete(_))),
            "{bad}: {outcome:?}"
        );
    }
    let (outcome, _) = assume_from(body("9999-12-31T23:59:59Z"));
    let far = StsError::Incomplete("Expiration is too far away".into());
    assert_eq!(outcome.err(), Some(far), "it is there");
}

#[test]
fn r04_an_expiry_in_a_leap_second_or_with_an_offset_is_the_same_instant() {
    let expiry = |text: &str| {
        let at = in_an_hour();
        let stated = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let body = xml("200 OK", &assumed_body(at).replace(&stated, text));
        let (outcome, _) = assume_from(body);
        outcome.map(|assumed| assumed.credentials.expires_at)
    };
    let last = "2026-12-31T23:59:59Z".parse().expect("an instant");
    assert_eq!(expiry("2026-12-31T23:59:60Z"), Ok(last));
    assert_eq!(expiry("2026-12-31T23:59:59Z"), Ok(last));
    assert_eq!(expiry("2027-01-01T05:44:59+05:45"), Ok(last));
    assert_eq!(expiry("2026-12-31T18:59:59.000-05:00"), Ok(last));
    let another = expiry("2027-01-01T05:44:59+05:30");
    assert!(another.is_ok_and(|it| it > last), "the offset counts");
}

#[test]
fn b55_b56_a_refusal_keeps_code_words_request_id_and_status() {
    let words = "User: arn:aws:iam::177634097045:user/user is not authorized &lt;script&gt;";
    let (outcome, tries) = assume_from(xml("403 Forbidden", &error_body("AccessDenied", words)));
    let Err(StsError::Refused(refusal)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        (refusal.status, refusal.code.as_str()),
        (403, "AccessDenied")
    );
    assert!(refusal.message.ends_with("<script>"), "{}", refusal.message);
    assert_eq!(
        refusal.request_id.as_deref(),
        Some("1b2c3d4e-0000-1111-2222-333344445555")
    );
    assert_eq!(tries, 1);
    let (outcome, _) = assume_from(xml(
        "400 Bad Request",
        &error_body("ValidationError", &"x".repeat(100_000)),
    ));
    assert!(matches!(outcome, Err(StsError::Refused(refusal)) if refusal.message.len() == 4096));
}

#[test]
fn b60_redirects_are_never_followed() {
    let trap = Loopback::start(always(xml("200 OK", &assumed_body(in_an_hour()))));
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let location = format!("Location: {}/\r\n", trap.url);
        let (outcome, tries) = assume_from(http(status, &location, "", SignedDuration::ZERO));
        assert!(matches!(outcome, Err(StsError::NotSts(_))), "{outcome:?}");
        assert_eq!(tries, 1);
    }
    assert_eq!(trap.asked().len(), 0);
}
