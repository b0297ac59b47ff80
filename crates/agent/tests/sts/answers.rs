//! Answers of every kind, good and bad, from a server on loopback.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::loopback::{Loopback, Reply, assumed_body, error_body, http, xml};
use jiff::{SignedDuration, Timestamp};
use rolecall_agent::clock::SystemClock;
use rolecall_agent::sts::AwsSts;
use rolecall_core::call_fields::{ExternalId, MfaCode, MfaSerial, SessionName};
use rolecall_core::duration::SessionDuration;
use rolecall_core::ports::Clock;
use rolecall_core::region::Region;
use rolecall_core::role_arn::RoleArn;
use rolecall_core::secret::Secret;
use rolecall_core::settings::Settings;
use rolecall_core::sts::{AssumeRole, Assumed, Caller, Sts, StsError};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn caller() -> Caller {
    Caller {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
        secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into()),
        token: None,
    }
}

fn call() -> AssumeRole {
    AssumeRole {
        role_arn: RoleArn::parse("arn:aws:iam::808768216571:role/guest").expect("an ARN"),
        session_name: SessionName::parse("my-temporary-role").expect("a name"),
        duration: SessionDuration::HOUR,
        external_id: None,
        mfa: None,
        region: Region::parse("eu-west-1").expect("a region"),
    }
}

fn call_with_code() -> AssumeRole {
    let serial = MfaSerial::parse("arn:aws:iam::177634097045:mfa/user").expect("a serial");
    let code = MfaCode::parse("123456").expect("a code");
    AssumeRole {
        mfa: Some((serial, code)),
        ..call()
    }
}

/// An STS whose endpoint is `server`.
fn sts_at(server: &Loopback) -> AwsSts {
    sts_with_clock(server, &Arc::default())
}

fn sts_with_clock(server: &Loopback, clock: &Arc<SystemClock>) -> AwsSts {
    let settings = Settings {
        endpoint_url: Some(server.url.clone()),
        ..Settings::default()
    };
    AwsSts::new(clock.clone(), &settings)
}

fn always(bytes: impl Into<Vec<u8>>) -> impl Fn(usize) -> Reply + Send + Sync + 'static {
    let bytes = bytes.into();
    move |_| Reply::Bytes(bytes.clone())
}

fn in_an_hour() -> Timestamp {
    Timestamp::from_second((Timestamp::now() + HOUR).as_second()).expect("in range")
}

/// Asks a server that always answers `reply`, and returns what came of it and how often it was asked.
fn assume_from(bytes: impl Into<Vec<u8>>) -> (Result<Assumed, StsError>, usize) {
    let server = Loopback::start(always(bytes));
    let outcome = sts_at(&server).assume_role(&caller(), &call());
    (outcome, server.asked().len())
}

#[test]
fn sends_every_field_signed_for_the_region() {
    let server = Loopback::start(always(xml("200 OK", &assumed_body(in_an_hour()))));
    let call = AssumeRole {
        external_id: Some(ExternalId::parse("client-42").expect("an id")),
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

    let asked = &server.asked()[0];
    for part in [
        "Action=AssumeRole",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A808768216571%3Arole%2Fguest",
        "RoleSessionName=my-temporary-role",
        "DurationSeconds=3600",
        "ExternalId=client-42",
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
fn r06_b47_a_sign_in_page_is_told_apart_and_asked_once() {
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
fn b49_an_endless_answer_is_cut() {
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
    for body in [bomb, external] {
        let (outcome, _) = assume_from(xml("200 OK", &body));
        assert!(matches!(outcome, Err(StsError::NotSts(_))), "{outcome:?}");
    }
    // Deep nesting beside the fields may be skipped or refused, but quickly.
    let begun = Instant::now();
    let _ = assume_from(xml("200 OK", &deep));
    assert!(begun.elapsed().as_secs() < 2);
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
fn b52_an_expiry_that_is_no_instant_is_incomplete_and_an_offset_is_understood() {
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

#[test]
fn r03_a_wrong_clock_is_set_by_the_refusal_and_the_call_repeated() {
    let skew = SignedDuration::from_mins(20);
    let message = "Signature expired: 20261121T120000Z is now earlier than 20261121T121000Z (20261121T122500Z - 15 min.)";
    let server = Loopback::start(move |number| {
        let (status, body) = match number {
            0 => (
                "403 Forbidden",
                error_body("SignatureDoesNotMatch", message),
            ),
            _ => ("200 OK", assumed_body(in_an_hour() + skew)),
        };
        Reply::Bytes(http(status, "Content-Type: text/xml\r\n", &body, skew))
    });
    let clock = Arc::default();
    for call in [call(), call_with_code()] {
        let outcome = sts_with_clock(&server, &clock).assume_role(&caller(), &call);
        assert!(outcome.is_ok(), "{outcome:?}");
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 3, "two for the first call, one for the second");
    assert!((clock.offset() - skew).abs() < SignedDuration::from_secs(2));
    let signed_at = |head: &str| {
        let line = head
            .lines()
            .find(|line| line.to_lowercase().starts_with("x-amz-date"));
        line.and_then(|line| line.split_once(": "))
            .map(|(_, value)| value.to_owned())
    };
    assert!(signed_at(&asked[1].head) > signed_at(&asked[0].head));
}

#[test]
fn r03_a_wrong_secret_is_not_taken_for_a_wrong_clock() {
    let body = error_body(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match",
    );
    let (outcome, tries) = assume_from(xml("403 Forbidden", &body));
    assert!(matches!(outcome, Err(StsError::Refused(_))), "{outcome:?}");
    assert_eq!(tries, 1);
}

#[test]
fn r09_throttling_is_tried_three_times_and_a_code_once() {
    let throttled = xml(
        "400 Bad Request",
        &error_body("Throttling", "Rate exceeded"),
    );
    for (call, tries) in [(call(), 3), (call_with_code(), 1)] {
        let server = Loopback::start(always(throttled.clone()));
        let outcome = sts_at(&server).assume_role(&caller(), &call);
        assert!(
            matches!(&outcome, Err(StsError::Refused(refusal)) if refusal.code == "Throttling"),
            "{outcome:?}"
        );
        assert_eq!(server.asked().len(), tries);
    }
}

#[test]
fn an_error_page_of_a_server_counts_as_its_error() {
    let answer = http(
        "503 Service Unavailable",
        "Content-Type: text/html\r\n",
        "<html>busy</html>",
        SignedDuration::ZERO,
    );
    let (outcome, tries) = assume_from(answer);
    assert!(
        matches!(&outcome, Err(StsError::Refused(refusal)) if refusal.status == 503),
        "{outcome:?}"
    );
    assert_eq!(tries, 3);
}

#[test]
fn r05_nobody_there_is_unreachable_and_names_the_host() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    drop(listener);
    let settings = Settings {
        endpoint_url: Some(format!("http://{address}")),
        ..Settings::default()
    };
    let outcome = AwsSts::new(Arc::default(), &settings).assume_role(&caller(), &call());
    assert!(
        matches!(&outcome, Err(StsError::Unreachable { host, .. }) if *host == address),
        "{outcome:?}"
    );
}

#[test]
fn r08_a_server_that_stalls_is_given_up() {
    let server = Loopback::start(|_| {
        Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Assume".to_vec())
    });
    let begun = Instant::now();
    let outcome = sts_at(&server).assume_role(&caller(), &call_with_code());
    assert!(
        matches!(outcome, Err(StsError::TimedOut { .. })),
        "{outcome:?}"
    );
    assert!((7..12).contains(&begun.elapsed().as_secs()));
}

#[test]
fn r08_a_connection_that_is_reset_is_unreachable() {
    let (outcome, tries) = assume_from(Vec::new());
    assert!(
        matches!(outcome, Err(StsError::Unreachable { .. })),
        "{outcome:?}"
    );
    assert_eq!(tries, 3);
}

#[test]
fn new_settings_take_effect_with_the_next_call() {
    let servers =
        [(); 2].map(|()| Loopback::start(always(xml("200 OK", &assumed_body(in_an_hour())))));
    let sts = sts_at(&servers[0]);
    sts.assume_role(&caller(), &call()).expect("assumed");
    sts.configure(&Settings {
        endpoint_url: Some(servers[1].url.clone()),
        ..Settings::default()
    });
    sts.assume_role(&caller(), &call()).expect("assumed");
    assert_eq!(servers.map(|server| server.asked().len()), [1, 1]);
}

#[test]
fn at_most_four_calls_are_in_flight() {
    #[derive(Default)]
    struct Open {
        present: usize,
        most: usize,
    }
    let open = Arc::new((Mutex::new(Open::default()), Condvar::new()));
    let counted = open.clone();
    let server = Loopback::start(move |_| {
        let mut open = counted.0.lock().expect("no panic inside");
        open.present += 1;
        open.most = open.most.max(open.present);
        counted.1.notify_all();
        // Gives a fifth call the time to come.
        let waited = counted
            .1
            .wait_timeout_while(open, Duration::from_millis(100), |open| open.present < 5);
        waited.expect("no panic inside").0.present -= 1;
        Reply::Bytes(xml("200 OK", &assumed_body(in_an_hour())))
    });
    let sts = sts_at(&server);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| sts.assume_role(&caller(), &call()).is_ok()))
            .collect();
        assert!(calls.into_iter().all(|call| call.join().expect("no panic")));
    });
    assert_eq!(open.0.lock().expect("no panic inside").most, 4);
}
