//! The listener itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rolecall_practice::{Practice, PracticeConfig, StartError, World};

use crate::client::Lab;

fn status_of(lab: &Lab, head: &str) -> String {
    let answer = lab.exchange(&format!("{head}connection: close\r\n\r\n"));
    answer.split(' ').nth(1).unwrap_or("closed").to_owned()
}

#[test]
fn b69_answers_only_requests_for_its_own_host() {
    let lab = Lab::story();
    let host = lab.host();
    let port = host.rsplit(':').next().unwrap();
    for own in [host.clone(), format!("LocalHost:{port}")] {
        let answer = lab.exchange(&format!(
            "GET /b HTTP/1.1\r\nhost: {own}\r\nconnection: close\r\n\r\n"
        ));
        assert!(answer.contains("<Code>AccessDenied</Code>"), "{answer}");
    }
    for head in [
        "GET / HTTP/1.1\r\nhost: evil.example\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nhost: {host}.evil.example\r\n"),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1:1{port}\r\n"),
        format!("GET / HTTP/1.1\r\nhost: {host}\r\nhost: {host}\r\n"),
        "GET / HTTP/1.1\r\n".to_owned(),
        format!("GET http://{host}/ HTTP/1.1\r\nhost: {host}\r\n"),
    ] {
        let answer = lab.exchange(&format!("{head}connection: close\r\n\r\n"));
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "403" | "400"), "{head}{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "no body: {answer}");
    }
}

#[test]
fn b70_rejects_web_pages() {
    let lab = Lab::story();
    let host = lab.host();
    for header in [
        "origin: null",
        "origin: http://evil.example",
        "sec-fetch-site: same-origin",
    ] {
        let head = format!("POST / HTTP/1.1\r\nhost: {host}\r\n{header}\r\ncontent-length: 0\r\n");
        assert_eq!(status_of(&lab, &head), "403", "{header}");
    }
}

#[test]
fn reads_no_body_beyond_256_kib() {
    let lab = Lab::story();
    let key = lab.user();
    let body = format!("Action=GetCallerIdentity&x={}", "y".repeat(300 * 1024));
    assert_eq!(lab.signed(&key, "sts", "POST", "/", "", &body).status, 413);
    let body = format!("Action=GetCallerIdentity&x={}", "y".repeat(200 * 1024));
    lab.signed(&key, "sts", "POST", "/", "", &body).assert_ok();
}

#[test]
fn b72_survives_nonsense() {
    let lab = Lab::story();
    let host = lab.host();
    for request in [
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET /\r\n".to_owned(),
        format!("GET /%ff%00/..%2f HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
        format!(
            "GET / HTTP/1.1\r\nhost: {host}\r\nx: {}\r\n\r\n",
            "y".repeat(64 * 1024)
        ),
        format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n"
        ),
        format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\nauthorization: AWS4-HMAC-SHA256 Credential=é/////, SignedHeaders=;;, Signature=\r\ncontent-length: 3\r\nconnection: close\r\n\r\n%%%"
        ),
    ] {
        lab.exchange(&request);
    }
    lab.sts(&lab.user(), "GetCallerIdentity", &[]).assert_ok();
}

#[test]
fn an_idle_connection_is_closed() {
    let lab = Lab::story();
    let mut stream = TcpStream::connect(lab.host()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").unwrap();
    stream.read_to_end(&mut Vec::new()).expect("its end");
}

#[test]
fn dropping_it_closes_the_port_even_with_a_connection_open() {
    let lab = Lab::story();
    let host = lab.host();
    let _open = TcpStream::connect(&host).unwrap();
    drop(lab);
    assert!(TcpStream::connect(&host).is_err());
}

#[test]
fn a_port_in_use_is_an_error() {
    let lab = Lab::story();
    let port = lab.host().rsplit(':').next().unwrap().parse().unwrap();
    let error = Practice::start(PracticeConfig {
        port,
        ..PracticeConfig::default()
    })
    .unwrap_err();
    assert!(matches!(error, StartError::Port { .. }));
    assert!(error.to_string().contains(&port.to_string()));
}

#[test]
fn there_is_no_control_endpoint_unless_asked_for() {
    let lab = Lab::new(PracticeConfig::default());
    let host = [("host".to_owned(), lab.host())];
    let answer = lab.send("GET", "/_practice/keys", "", &host, "");
    answer.assert_failed(403, "AccessDenied", "Access Denied");
}

#[test]
fn t09_neither_world_nor_account_prints_a_secret() {
    let secret = "A".repeat(40);
    let world = || {
        let user = format!(r#"{{"arn":"arn:aws:iam::1:user/u","secret_access_key":"{secret}"}}"#);
        World::parse(&format!(r#"{{"users":[{user}],"roles":[]}}"#)).unwrap()
    };
    let lab = Lab::new(PracticeConfig {
        world: world(),
        ..PracticeConfig::default()
    });
    let text = format!("{:?} {:?} {:?}", world(), lab.practice, lab.practice.keys());
    assert!(!text.contains(&secret));
}
