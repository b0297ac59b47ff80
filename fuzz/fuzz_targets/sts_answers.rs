//! Answers of STS to AssumeRole and GetSessionToken, over HTTP.
//!
//! Input: the call and the status, and the body; or, after the word `raw`, all bytes of the answer.
//!
//! ```text
//! assume_role 200 text/xml
//! ---
//! <AssumeRoleResponse…
//! ```
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall_agent::sts::AwsSts;
use rolecall_core::calls::sts::{SessionToken, StsError};
use rolecall_core::value::credentials::Credentials;
use rolecall_core::value::duration::TokenDuration;
use rolecall_fuzz::canary::{self, assert_hidden_in};
use rolecall_fuzz::parts::halves;
use rolecall_fuzz::web::{self, Server};
use rolecall_fuzz::{bounds, sample};
use rolecall_keeper::ports::Sts;

/// The longest text of an error, in bytes.
const ERROR_MAX: usize = 16 << 10;

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
static STS: LazyLock<AwsSts> = LazyLock::new(|| SERVER.client());

fuzz_target!(|input: &[u8]| {
    let (head, body) = halves(input);
    let head = String::from_utf8_lossy(head);
    let mut words = head.split_whitespace();
    let (call, status) = (words.next(), words.next());
    let kind = words
        .next()
        .filter(|it| it.is_ascii())
        .unwrap_or("text/xml");
    let status = status.and_then(|it| it.parse().ok()).unwrap_or(200);
    let is_raw = head.contains("raw");
    let answer = match status {
        _ if is_raw => body.to_vec(),
        200..=599 => web::answer(status, kind, body),
        _ => return,
    };
    SERVER.answer_with(answer);
    let result = bounds::within(input.len(), || match call {
        Some("session_token") => STS.session_token(&sample::caller(), &token()),
        _ => {
            let assumed = STS.assume_role(&sample::caller(), &sample::call());
            assumed.map(|it| it.credentials)
        }
    });
    match &result {
        Ok(credentials) => check_given(credentials),
        Err(error) => assert!(error.to_string().len() <= ERROR_MAX, "a short error"),
    }
    // Other bytes can be compressed or in chunks.
    if is_raw {
        return;
    }
    match result {
        Ok(_) => check_source(body),
        Err(error) => check_hides(&error, body),
    }
});

fn token() -> SessionToken {
    SessionToken {
        duration: TokenDuration::HOUR,
        mfa: Some(sample::mfa()),
        region: sample::region(),
    }
}

fn check_given(credentials: &Credentials) {
    let secrets = [
        credentials.secret_access_key.expose(),
        credentials.session_token.expose(),
    ];
    let is_whole = !credentials.access_key_id.is_empty() && secrets.iter().all(|it| !it.is_empty());
    assert!(is_whole, "a missing field is an error");
    let shown = format!("{credentials:?}");
    let id = &credentials.access_key_id;
    for secret in secrets
        .iter()
        .filter(|it| it.len() > 16 && !id.contains(**it))
    {
        assert!(!shown.contains(secret));
    }
}

fn check_source(body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    assert!(
        body.contains("Response"),
        "only an answer of STS has credentials"
    );
    assert!(!body.to_ascii_uppercase().contains("<!DOCTYPE"));
}

fn check_hides(error: &StsError, body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    if !canary::is_elsewhere_in(&body, &["<SecretAccessKey>", "<SessionToken>"]) {
        assert_hidden_in(error);
    }
}
