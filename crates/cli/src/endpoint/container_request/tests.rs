//! Every request that is not an SDK's.

use proptest::prelude::*;

use super::*;

const PORT: u16 = 43_817;

fn token() -> Token {
    Token::new(&[0xa7; 32])
}

/// A request line and fields, as they go over the wire.
fn wire(lines: &[&str]) -> Vec<u8> {
    format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
}

const LINE: &str = "GET /v1/credentials HTTP/1.1";
const HOST: &str = "Host: 127.0.0.1:43817";

fn authorization() -> String {
    format!("Authorization: {}", token().expose())
}

fn outcome(wire: &[u8]) -> Progress {
    read(wire, PORT, &token())
}

fn refused(lines: &[&str]) -> Refusal {
    match outcome(&wire(lines)) {
        Progress::Refused(refusal) => refusal,
        other => panic!("{lines:?}: {other:?}"),
    }
}

/// Returns what becomes of a request that is right but for these fields.
fn with(fields: &[&str]) -> Refusal {
    let own = authorization();
    refused(&[&[LINE, HOST, own.as_str()], fields].concat())
}

#[test]
fn a_token_is_256_bits_in_digits() {
    assert_eq!(token().expose(), "a7".repeat(32));
    assert_eq!(Token::new(&[0; 32]).expose().len(), 64);
}

#[test]
fn what_sdks_send_is_granted() {
    let own = authorization();
    for lines in [
        vec![LINE, HOST, &own],
        vec![
            LINE,
            HOST,
            "User-Agent: Boto3/1.44.5 md/Botocore#1.44.5",
            "Accept: application/json",
            &own,
        ],
        vec![
            LINE,
            &own,
            "accept-encoding: identity",
            "host:127.0.0.1:43817 ",
            "Connection: close",
        ],
    ] {
        assert_eq!(outcome(&wire(&lines)), Progress::Granted, "{lines:?}");
    }
}

#[test]
fn it_may_come_byte_by_byte() {
    let whole = wire(&[LINE, HOST, &authorization()]);
    for length in 0..whole.len() {
        assert_eq!(outcome(&whole[..length]), Progress::Incomplete, "{length}");
    }
}

#[test]
fn b69_only_the_address_itself_is_its_host() {
    let own = authorization();
    for host in [
        "evil.com",
        "evil.com:43817",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:43817.evil",
        "127.0.0.1.evil:43817",
        "127.1:43817",
        "2130706433:43817",
        "0.0.0.0:43817",
        "localhost",
        "localhost:43817",
        "[::1]:43817",
        "user@127.0.0.1:43817",
        "127.0.0.1:043817",
        "",
    ] {
        let host = format!("Host: {host}");
        assert_eq!(refused(&[LINE, &host, &own]), Refusal::Forbidden, "{host}");
    }
    assert_eq!(refused(&[LINE, &own]), Refusal::Forbidden);
    assert_eq!(refused(&[LINE, HOST, HOST, &own]), Refusal::Forbidden);
    assert_eq!(
        refused(&[LINE, HOST, "Host: evil.com", &own]),
        Refusal::Forbidden
    );
}

#[test]
fn b70_t12_what_a_browser_sends_is_refused_even_with_the_token() {
    for field in [
        "Origin: http://evil.com",
        "Origin: null",
        "Origin: http://127.0.0.1:43817",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Mode: no-cors",
        "sec-ch-ua: x",
        "Referer: http://127.0.0.1:43817/",
        "Cookie: a=b",
        "Upgrade: websocket",
        "Upgrade-Insecure-Requests: 1",
        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
        "Access-Control-Request-Method: GET",
    ] {
        assert_eq!(with(&[field]), Refusal::Forbidden, "{field}");
    }
    for method in [
        "OPTIONS", "HEAD", "POST", "PUT", "DELETE", "get", "TRACE", "CONNECT",
    ] {
        let line = format!("{method} /v1/credentials HTTP/1.1");
        let own = authorization();
        assert_eq!(
            refused(&[&line, HOST, &own]),
            Refusal::Forbidden,
            "{method}"
        );
    }
}

#[test]
fn b71_t42_a_token_that_is_not_exactly_ours_is_none() {
    let (good, own) = (token().expose().to_owned(), authorization());
    for value in [
        String::new(),
        good[1..].to_owned(),
        format!("{good}0"),
        format!("Bearer {good}"),
        format!("bearer {good}"),
        format!("Basic {good}"),
        format!("\"{good}\""),
        format!("{good},{good}"),
        good.to_uppercase(),
        "b7".repeat(32),
    ] {
        let field = format!("Authorization: {value}");
        assert_eq!(
            refused(&[LINE, HOST, &field]),
            Refusal::Unauthorized,
            "{value}"
        );
    }
    assert_eq!(refused(&[LINE, HOST]), Refusal::Unauthorized);
    assert_eq!(refused(&[LINE, HOST, &own, &own]), Refusal::Unauthorized);
    let split = format!("Authorization: {}\n{}", &good[..32], &good[32..]);
    assert_eq!(refused(&[LINE, HOST, &split]), Refusal::Malformed);
    let folded = format!("Authorization: {}\r\n {}", &good[..32], &good[32..]);
    assert_eq!(refused(&[LINE, HOST, &folded]), Refusal::Malformed);
}

#[test]
fn b72_another_form_of_http_is_refused() {
    let own = authorization();
    for line in [
        "GET http://127.0.0.1:43817/v1/credentials HTTP/1.1",
        "GET /v1/..%2fcredentials HTTP/1.1",
        "GET /v1/../v1/credentials HTTP/1.1",
        "GET //v1/credentials HTTP/1.1",
        "GET /v1/credentials?x=1 HTTP/1.1",
        "GET /v1/credentials#x HTTP/1.1",
        "GET v1/credentials HTTP/1.1",
        "GET * HTTP/1.1",
        "GET  /v1/credentials HTTP/1.1",
        "GET /v1/credentials  HTTP/1.1",
        " GET /v1/credentials HTTP/1.1",
        "GET\t/v1/credentials HTTP/1.1",
        "GET /v1/credentials",
        "GET /v1/credentials HTTP/0.9",
        "GET /v1/credentials HTTP/1.0",
        "GET /v1/credentials HTTP/1.1 ",
        "GET /v1/credentials HTTP/2.0",
        "GET /v1/credentials http/1.1",
        "G(T /v1/credentials HTTP/1.1",
        "",
    ] {
        assert_eq!(refused(&[line, HOST, &own]), Refusal::Malformed, "{line}");
    }
    assert_eq!(
        outcome(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Progress::Refused(Refusal::Malformed)
    );
    assert_eq!(
        outcome(b"GET /v1/credentials\r\n"),
        Progress::Refused(Refusal::Malformed)
    );
    assert_eq!(
        outcome(b"\x16\x03\x01\x02\x00\x01\x00"),
        Progress::Incomplete,
        "until its time is over"
    );
}

#[test]
fn b72_smuggling_and_bodies_are_refused() {
    for fields in [
        &["Content-Length: 0"][..],
        &["Content-Length: 5", "Transfer-Encoding: chunked"],
        &["Transfer-Encoding: chunked"],
        &["Transfer-Encoding : chunked"],
        &["Expect: 100-continue"],
        &["Folded: a", " b"],
        &["Folded: a", "\tb"],
        &["No colon"],
        &[": no name"],
        &["N\u{e4}me: x"],
        &["Name: \u{0}"],
        &["Name: a\rb"],
        &["Name: a\nOrigin: x"],
        &["Name: \u{7f}"],
        &["Name: \u{e4}"],
    ] {
        assert_eq!(with(fields), Refusal::Malformed, "{fields:?}");
    }
    let whole = wire(&[LINE, HOST, &authorization()]);
    for rest in [&whole[..], b"x", b"\r\n"] {
        let two = [&whole, rest].concat();
        assert_eq!(outcome(&two), Progress::Refused(Refusal::Malformed));
    }
    assert_eq!(
        outcome(&[&whole[..20], b"\xff"].concat()),
        Progress::Refused(Refusal::Malformed)
    );
}

#[test]
fn b72_too_much_is_refused() {
    let long = format!("X: {}", "x".repeat(9 << 10));
    assert_eq!(with(&[&long]), Refusal::Malformed);
    assert_eq!(
        outcome(&[b'x'; REQUEST_MAX + 1]),
        Progress::Refused(Refusal::Malformed)
    );
    assert_eq!(with(&["X: y"; FIELDS_MAX]), Refusal::Malformed);
}

#[test]
fn b73_what_a_proxy_adds_is_refused() {
    for field in [
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: 127.0.0.1:43817",
        "X-Forwarded-Proto: http",
        "Forwarded: for=127.0.0.1",
        "Via: 1.1 proxy",
        "X-Real-IP: 127.0.0.1",
        "Proxy-Connection: keep-alive",
        "Proxy-Authorization: x",
    ] {
        assert_eq!(with(&[field]), Refusal::Forbidden, "{field}");
    }
}

#[test]
fn only_who_knows_the_token_hears_that_a_path_is_wrong() {
    let (line, own) = ("GET /v1/other HTTP/1.1", authorization());
    assert_eq!(refused(&[line, HOST, &own]), Refusal::NotFound);
    assert_eq!(refused(&[line, HOST]), Refusal::Unauthorized);
}

#[test]
fn an_answer_is_kept_by_nobody_and_allows_no_page_anything() {
    let full = answer(Status::OK, "{}");
    assert_eq!(
        full.expose(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Length: 2\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}"
    );
    let empty = answer(Refusal::Forbidden.status(), "");
    assert_eq!(
        empty.expose(),
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
}

proptest! {
    #[test]
    fn nothing_without_the_token_is_ever_granted(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert_ne!(outcome(&bytes), Progress::Granted);
        let tail = [LINE.as_bytes(), b"\r\n", HOST.as_bytes(), b"\r\n", &bytes, b"\r\n\r\n"].concat();
        prop_assert_ne!(outcome(&tail), Progress::Granted);
    }

    #[test]
    fn a_changed_byte_is_granted_only_where_its_field_says_nothing(at in 0_usize..160, byte in any::<u8>()) {
        let agent = "X-Any: thing";
        let mut whole = wire(&[LINE, HOST, &authorization(), agent]);
        let start = whole.len() - 4 - agent.len();
        let at = at % start;
        let (before, name_cases) = (whole[at], whole[at].eq_ignore_ascii_case(&byte));
        whole[at] = byte;
        let white = matches!(before, b' ') && byte == b'\t';
        prop_assert!(
            byte == before || name_cases || white || outcome(&whole) != Progress::Granted,
            "{}", String::from_utf8_lossy(&whole)
        );
    }
}
