//! Invalid requests and misbehaving clients.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use rolecall_core::api::frame::{read_frame, write_frame};
use rolecall_core::api::protocol::{ANSWER_MAX, Answer, Call, Response};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::value::problem::{Problem, ProblemCode};

use crate::{Place, SOON, done, request};
#[test]
fn b62_impossible_lengths_are_refused_and_closed() {
    let place = Place::new();
    let _server = place.serve(done);
    for length in [0, 65_537, u32::MAX, 1 << 31] {
        let problem = refusal_of(&place, &length.to_be_bytes()).expect("an answer");
        assert!(problem.what.contains("is not allowed"), "{problem}");
    }
}

#[test]
fn b63_a_slow_partial_request_times_out_after_five_seconds() {
    let place = Place::new();
    let _server = place.serve(done);
    let begun = Instant::now();
    let mut silent = place.connect();
    silent.write_all(&[0, 0]).expect("sent");
    let mut dripping = place.connect();
    let drip = dripping.try_clone().expect("a second handle");
    thread::spawn(move || {
        let mut drip = drip;
        let bytes = frame(&[b' '; 60_000]);
        for byte in bytes.chunks(1) {
            if drip.write_all(byte).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    for stream in [&mut silent, &mut dripping] {
        let ended = stream.read(&mut [0; 1]);
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    }
    // All of the dripping frame would take twenty minutes.
    assert!(
        begun.elapsed() >= Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    assert!(begun.elapsed() < 2 * SOON, "{:?}", begun.elapsed());
}

#[test]
fn b64_b65_an_invalid_request_is_refused_without_an_echo() {
    let place = Place::new();
    let _server = place.serve(done);
    let deep = "[".repeat(10_000);
    for text in [
        b"canary".as_slice(),
        b"\xff\xfe canary",
        b"{\"v\":1e400,\"client\":\"canary\",\"call\":\"snapshot\"}",
        b"{\"v\":NaN}",
        b"{\"v\":1,\"v\":1,\"client\":\"canary\",\"call\":\"snapshot\"}",
        b"{\"v\":1,\"client\":\"canary\",\"call\":\"steal\"}",
        b"{\"v\":1,\"client\":\"canary\",\"call\":\"snapshot\",\"more\":1}",
        deep.as_bytes(),
    ] {
        let problem = refusal_of(&place, &frame(text)).expect("an answer");
        assert_eq!(problem.code, ProblemCode::VersionMismatch);
        assert!(problem.what.contains("protocol 1") && !problem.to_string().contains("canary"));
    }
    let newer = br#"{"v":2,"client":"9.9","call":"snapshot"}"#;
    let problem = refusal_of(&place, &frame(newer)).expect("an answer");
    assert!(problem.what.contains("protocol 1 and 2"), "{problem}");
}

#[test]
fn b67_one_request_per_connection_is_answered() {
    let place = Place::new();
    let _server = place.serve(done);
    let mut wire = Vec::new();
    for _ in 0..1000 {
        write_frame(&mut wire, &request(Call::Snapshot)).expect("a frame");
    }
    let mut stream = place.connect();
    // The server may close before it read everything.
    let _ = stream.write_all(&wire);
    let first: Response = read_frame(&mut stream, ANSWER_MAX).expect("an answer");
    assert!(first.result.is_ok());
    assert!(read_frame::<Response>(&mut stream, ANSWER_MAX).is_err());
}

#[test]
fn b68_a_client_that_disconnects_is_harmless() {
    let place = Place::new();
    let long = "x".repeat(1 << 20);
    let _server = place.serve(move |_| Ok(Answer::Text(WireSecret::new(long.clone()))));
    for _ in 0..100 {
        write_frame(&mut place.connect(), &request(Call::Snapshot)).expect("asked");
    }
    assert!(place.ask(Call::Snapshot).is_ok());
}

#[test]
fn a_fault_in_one_answer_does_not_end_the_server() {
    let place = Place::new();
    let _server = place.serve(|call| match call {
        Call::ShowWindow => std::panic::panic_any("a fault that this test asks for"),
        call => done(call),
    });
    let problem = place.ask(Call::ShowWindow).expect_err("a fault");
    assert_eq!(problem.code, ProblemCode::Internal);
    assert!(place.ask(Call::Snapshot).is_ok());
}

fn frame(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes(), bytes].concat()
}

/// Sends bytes and returns the answer's problem, or `None` if the connection was closed without one.
fn refusal_of(place: &Place, bytes: &[u8]) -> Option<Problem> {
    let mut stream = place.connect();
    // The server may close before it read everything.
    let _ = stream.write_all(bytes);
    let response: Response = read_frame(&mut stream, ANSWER_MAX).ok()?;
    Some(response.result.expect_err("a refusal"))
}
