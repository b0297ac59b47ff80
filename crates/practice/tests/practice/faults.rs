//! All faults that tests can inject.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use crate::client::{GUEST, Lab};

fn assume_with(faults: &[&str]) -> crate::client::Answer {
    let lab = Lab::story();
    lab.faults(faults);
    lab.assume(&lab.user(), GUEST, &[])
}

#[test]
fn r09_throttles_the_next_calls_and_then_answers() {
    let lab = Lab::story();
    lab.faults(&["throttle=2"]);
    for _ in 0..2 {
        lab.assume(&lab.user(), GUEST, &[])
            .assert_failed(400, "Throttling", "Rate exceeded");
    }
    lab.assume(&lab.user(), GUEST, &[]).assert_ok();
    assert_eq!(lab.requests()["AssumeRole"], 3);
}

#[test]
fn a_fault_can_apply_to_one_action() {
    let lab = Lab::story();
    lab.faults(&["GetCallerIdentity:error-500"]);
    lab.assume(&lab.user(), GUEST, &[]).assert_ok();
    let answer = lab.sts(&lab.user(), "GetCallerIdentity", &[]);
    answer.assert_failed(500, "InternalFailure", "internal error");
}

#[test]
fn faults_end_when_they_are_removed() {
    let lab = Lab::story();
    lab.faults(&["html"]);
    assert!(lab.assume(&lab.user(), GUEST, &[]).body.contains("<form"));
    lab.faults(&[]);
    lab.assume(&lab.user(), GUEST, &[]).assert_ok();
}

#[test]
fn b47_answers_with_a_web_page() {
    let answer = assume_with(&["html"]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[test]
fn b60_redirects_to_a_sign_in_page() {
    let answer = assume_with(&["redirect"]);
    assert_eq!(answer.status, 302);
    assert!(
        answer
            .header("location")
            .unwrap()
            .contains("portal.invalid")
    );
}

#[test]
fn b48_cuts_the_answer_at_any_byte() {
    let answer = assume_with(&["truncate=120"]);
    assert_eq!((answer.status, answer.body.len()), (200, 120));
    assert_eq!(answer.header("content-length"), Some("120"));
}

#[test]
fn b49_sends_an_oversized_body() {
    let answer = assume_with(&["oversize=300000"]);
    assert!(answer.body.len() >= 300_000);
    assert_eq!(answer.header("content-length"), None);
    let lab = Lab::story();
    lab.faults(&["endless"]);
    let mut stream = TcpStream::connect(lab.host()).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {}\r\n\r\n", lab.host()).unwrap();
    let mut piece = vec![0; 1 << 20];
    stream.read_exact(&mut piece).unwrap();
}

#[test]
fn b53_names_another_role() {
    let answer = assume_with(&["wrong-arn"]);
    answer.assert_ok();
    assert!(
        answer
            .text("Arn")
            .unwrap()
            .starts_with("arn:aws:sts::666666666666:assumed-role/")
    );
}

#[test]
fn b51_leaves_out_the_expiration() {
    let answer = assume_with(&["no-expiration"]);
    answer.assert_ok();
    assert_eq!(answer.text("Expiration"), None);
}

#[test]
fn b52_gives_an_expiration_in_the_past() {
    assert!(assume_with(&["past-expiration"]).lifetime() < SignedDuration::ZERO);
}

#[test]
fn r13_has_disabled_regions() {
    let answer = assume_with(&["region-disabled"]);
    let text = "STS is not activated in this region for account:177634097045.";
    answer.assert_failed(403, "RegionDisabledException", text);
}

#[test]
fn r08_resets_the_connection() {
    let lab = Lab::story();
    lab.faults(&["reset"]);
    let mut stream = TcpStream::connect(lab.host()).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {}\r\n\r\n", lab.host()).unwrap();
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn waits_before_it_answers_and_serves_others_meanwhile() {
    let lab = Lab::story();
    lab.faults(&["AssumeRole:latency=3000"]);
    std::thread::scope(|scope| {
        let start = Instant::now();
        let slow = scope.spawn(|| lab.assume(&lab.user(), GUEST, &[]).assert_ok());
        lab.sts(&lab.user(), "GetCallerIdentity", &[]).assert_ok();
        assert!(!slow.is_finished());
        slow.join().unwrap();
        assert!(start.elapsed() >= Duration::from_secs(3));
    });
}

#[test]
fn counts_every_call_by_its_action() {
    let lab = Lab::story();
    lab.assume(&lab.user(), GUEST, &[]).assert_ok();
    lab.s3(&lab.user(), "/", "");
    lab.sts(&lab.user(), "No<Such>Action", &[]);
    let counts: Vec<(String, u64)> = lab.requests().into_iter().collect();
    let expected = [("AssumeRole", 1), ("ListBuckets", 1), ("unknown", 1)];
    assert_eq!(
        counts,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}
