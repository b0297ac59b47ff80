//! The page on loopback that hands a sign-in over to a browser.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jiff::SignedDuration;
use rolecall_agent::browsers::LocalBrowsers;
use rolecall_core::console::sign_in::{SignIn, SignInMethod, SignInPlace};
use rolecall_core::value::secret::Secret;
use rolecall_keeper::ports::{Browsers, SignInPage};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

fn sign_in() -> SignIn {
    SignIn {
        place: SignInPlace {
            base: "http://127.0.0.1:1".into(),
        },
        destination: "https://console.aws.amazon.com/".into(),
        token: Secret::new("canary".into()),
        sign_out: None,
    }
}

fn serve(browsers: &LocalBrowsers) -> (SignInPage, String, String) {
    let page = browsers.serve(&sign_in(), SignInMethod::Form).unwrap();
    let rest = page.url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    (page.clone(), host.to_owned(), format!("/{path}"))
}

fn get(host: &str, path: &str, more: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn t25_the_first_browser_gets_the_sign_in_and_the_next_ones_learn_why_not() {
    let browsers = LocalBrowsers::default();
    let (page, host, path) = serve(&browsers);
    assert!(path.len() == 65, "256 bits: {path}");
    assert!(!browsers.outcome(page.id, SignedDuration::ZERO).is_used);
    let first = get(&host, &path, "Sec-Fetch-Dest: document\r\n");
    assert!(first.starts_with("HTTP/1.1 200 OK\r\n") && first.contains("canary"));
    let state = browsers.outcome(page.id, SECOND);
    assert!(state.is_used && state.other_users.is_empty());
    let second = get(&host, &path, "");
    assert!(second.starts_with("HTTP/1.1 410 Gone\r\n"), "{second}");
    assert!(second.contains("already used") && !second.contains("canary"));
}

#[test]
fn t25_a_wrong_path_or_a_prefetch_uses_nothing_up() {
    let browsers = LocalBrowsers::default();
    let (page, host, path) = serve(&browsers);
    for answer in [
        get(&host, "/", ""),
        get(&host, "/favicon.ico", ""),
        get(&host, &path, "Sec-Fetch-Dest: iframe\r\n"),
        get(&host, &path, "Sec-Purpose: prefetch\r\n"),
    ] {
        assert!(!answer.contains("canary"), "{answer}");
    }
    assert!(!browsers.outcome(page.id, SignedDuration::ZERO).is_used);
    assert!(get(&host, &path, "").contains("canary"));
}

#[test]
fn t25_a_page_ends_after_its_time() {
    let browsers = LocalBrowsers::serving_for(Duration::from_millis(50));
    let (page, host, _) = serve(&browsers);
    let state = browsers.outcome(page.id, SECOND * 5);
    assert!(state.is_over && !state.is_used);
    let is_closed = |_: &u32| TcpStream::connect(&host).is_err();
    assert!((0..10_000).any(|it| is_closed(&it)), "it still listens");
    assert!(browsers.outcome(999, SECOND).is_over, "an unknown page");
}

#[test]
fn t25_connections_without_a_request_do_not_keep_a_browser_waiting() {
    let browsers = LocalBrowsers::default();
    let (_, host, path) = serve(&browsers);
    let idle: Vec<TcpStream> = (0..4).map(|_| TcpStream::connect(&host).unwrap()).collect();
    assert!(get(&host, &path, "").contains("canary"));
    drop(idle);
}

/// Tests that need root: `cargo test root::`.
#[cfg(target_os = "linux")]
mod root {
    use std::process::Command;

    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "another user's program makes the request"
    )]
    fn v1_t25_another_user_gets_nothing_and_is_reported() {
        // Only root can change the user.
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let browsers = LocalBrowsers::default();
        let (page, host, path) = serve(&browsers);
        let (address, port) = host.split_once(':').unwrap();
        let script = format!(
            "exec 3<>/dev/tcp/{address}/{port}; printf 'GET {path} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n' >&3; cat <&3"
        );
        let output = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .args(["bash", "-c", &script])
            .output();
        let output = output.unwrap();
        let got = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!got.contains("canary"), "{got}");
        let state = browsers.outcome(page.id, SignedDuration::ZERO);
        assert_eq!((state.is_used, state.other_users), (false, vec![65_534]));
        assert!(get(&host, &path, "").contains("canary"), "ours still works");
    }
}
