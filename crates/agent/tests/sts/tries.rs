//! Retries, timeouts and concurrency of calls.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use rolecall_agent::sts::AwsSts;
use rolecall_core::calls::sts::StsError;
use rolecall_core::settings::Settings;
use rolecall_keeper::ports::Clock;
use rolecall_keeper::ports::Sts;

use crate::call::{
    always, assume_from, call, call_with_code, caller, in_an_hour, sts_at, sts_with_clock,
    token_call,
};
use crate::loopback::{Loopback, Reply, assumed_body, error_body, http, xml};

#[test]
fn r03_a_wrong_clock_is_corrected_by_the_error_and_the_call_retried() {
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
fn r03_a_wrong_secret_is_not_mistaken_for_a_wrong_clock() {
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
fn r09_a_session_token_with_a_code_is_tried_once() {
    let throttled = xml(
        "400 Bad Request",
        &error_body("Throttling", "Rate exceeded"),
    );
    for (with_code, tries) in [(false, 3), (true, 1)] {
        let server = Loopback::start(always(throttled.clone()));
        let outcome = sts_at(&server).session_token(&caller(), &token_call(with_code));
        assert!(outcome.is_err(), "{outcome:?}");
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
fn r05_a_missing_server_is_unreachable_and_the_host_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    drop(listener);
    let settings = Settings {
        endpoint_url: Some(format!("http://{address}")),
        ..Settings::default()
    };
    let outcome = AwsSts::new(Arc::default(), &settings).assume_role(&caller(), &call());
    assert!(
        matches!(&outcome, Err(StsError::Unreachable { host, reason })
            if *host == address && reason.contains("Connection refused") && !reason.contains('{')),
        "{outcome:?}"
    );
}

#[test]
fn r08_a_stalled_server_times_out() {
    let server = Loopback::start(|_| {
        Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Assume".to_vec())
    });
    let begun = Instant::now();
    let outcome = sts_at(&server).assume_role(&caller(), &call_with_code());
    assert!(
        matches!(outcome, Err(StsError::TimedOut { .. })),
        "{outcome:?}"
    );
    assert!((7..30).contains(&begun.elapsed().as_secs()));
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
fn t17_no_call_is_made_while_the_route_is_not_defined() {
    let server = Loopback::start(always(xml("200 OK", &assumed_body(in_an_hour()))));
    let sts = sts_at(&server);
    let text = format!("[aws]\nendpoint_url = \"{}\"\nproxi = 1\n", server.url);
    let reading = rolecall_core::settings::read(&text, "settings.toml").expect("TOML");
    sts.configure(&reading.settings);
    let outcome = sts.assume_role(&caller(), &call());
    assert!(
        matches!(outcome, Err(StsError::Unreachable { .. })),
        "{outcome:?}"
    );
    assert_eq!(server.asked().len(), 0);
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
        // Gives a fifth call time to arrive.
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

#[cfg(target_os = "linux")]
#[test]
fn the_threads_of_calls_sleep_while_there_are_none() {
    let server = Loopback::start(always(xml("200 OK", &assumed_body(in_an_hour()))));
    let sts = sts_at(&server);
    let tasks = || {
        std::fs::read_dir("/proc/self/task")
            .expect("threads")
            .flatten()
    };
    let others: Vec<_> = tasks().map(|task| task.file_name()).collect();
    sts.assume_role(&caller(), &call()).expect("assumed");
    // Threads of other tests may be among them.
    let wake_ups = || -> Vec<(String, u64)> {
        let own = tasks().filter(|task| !others.contains(&task.file_name()));
        own.filter_map(|task| {
            let status = std::fs::read_to_string(task.path().join("status")).ok()?;
            let field = |name: &str| {
                let line = status.lines().find(|line| line.starts_with(name));
                line?.split_whitespace().nth(1).map(str::to_owned)
            };
            let count = field("voluntary_ctxt_switches:")?.parse().ok()?;
            (field("Name:")? == "aws")
                .then(|| (task.file_name().to_string_lossy().into_owned(), count))
        })
        .collect()
    };
    let asleep = || {
        let before = wake_ups();
        std::thread::sleep(Duration::from_millis(500));
        let after = wake_ups();
        !before.is_empty() && before.iter().any(|thread| after.contains(thread))
    };
    let begun = Instant::now();
    while !asleep() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{:?}",
            wake_ups()
        );
    }
}
