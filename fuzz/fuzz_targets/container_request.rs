//! Requests to the endpoint of `exec --server`: only one form of request with the token gets an answer.
//!
//! Input: the bytes of a request. `TOKEN` in them stands for the token, and `PORT` for the port.
#![no_main]

#[path = "../../crates/cli/src/endpoint"]
#[expect(dead_code, reason = "the endpoint uses the rest of it")]
mod endpoint {
    pub(crate) mod container_request;
}

use libfuzzer_sys::fuzz_target;
use rolecall_fuzz::bounds;

use endpoint::container_request::{PATH, Progress, REQUEST_MAX, Token, read};

const PORT: u16 = 40_123;

fuzz_target!(|input: &[u8]| {
    let token = Token::new(&[0x5a; 32]);
    let text = String::from_utf8_lossy(input);
    let request = text
        .replace("TOKEN", token.expose())
        .replace("PORT", "40123");
    let request = match std::str::from_utf8(input) {
        Ok(_) => request.into_bytes(),
        Err(_) => input.to_vec(),
    };
    bounds::within(input.len(), || check(&request, &token));
});

fn check(request: &[u8], token: &Token) {
    let progress = read(request, PORT, token);
    match progress {
        Progress::Granted => check_granted(request, token),
        Progress::Incomplete => assert!(request.len() <= REQUEST_MAX),
        Progress::Refused(refusal) => {
            assert!(!format!("{refusal:?}").contains(token.expose()));
        }
    }
    // No byte that follows turns a refusal into an answer.
    for end in [request.len() / 2, request.len().saturating_sub(1)] {
        if let Progress::Refused(_) = read(&request[..end], PORT, token) {
            assert_ne!(progress, Progress::Granted, "a refusal stays");
        }
    }
    let other = Token::new(&[0xa5; 32]);
    assert_ne!(
        read(request, PORT, &other),
        Progress::Granted,
        "the token is needed"
    );
    assert_ne!(
        read(request, PORT + 1, token),
        Progress::Granted,
        "the address is needed"
    );
}

fn check_granted(request: &[u8], token: &Token) {
    let text = std::str::from_utf8(request).expect("only text is granted");
    assert!(
        text.starts_with(&format!("GET {PATH} HTTP/1.1\r\n")),
        "{text:?}"
    );
    assert!(text.ends_with("\r\n\r\n") && text.contains(token.expose()));
    let lower = text.to_ascii_lowercase();
    for field in [
        "\r\norigin:",
        "\r\nreferer:",
        "\r\nsec-fetch-site:",
        "\r\nx-forwarded-for:",
        "\r\ncontent-length:",
    ] {
        assert!(!lower.contains(field), "{text:?}");
    }
    assert_eq!(lower.matches("\r\nhost:").count(), 1);
    assert_eq!(lower.matches("\r\nauthorization:").count(), 1);
}
