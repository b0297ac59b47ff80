//! Frames on the socket: requests to the program, and its answers.
//!
//! Input: the bytes of a connection. A connection of text has one frame with that text, so that seeds are JSON.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use rolecall_core::api::frame::{FrameError, Received, read_frame, receive_frame, write_frame};
use rolecall_core::api::message_size;
use rolecall_core::api::protocol::{REQUEST_MAX, Request, Response};
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::{self, assert_hidden, assert_hidden_in};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The fields whose value is a secret.
const SECRETS: [&str; 4] = ["secret", "code", "seed", "passphrase"];
/// A request that is understood.
const VALID: &str = r#"{"v":1,"client":"0.1.0","call":"snapshot"}"#;

fuzz_target!(|input: &[u8]| {
    let bytes = match std::str::from_utf8(input) {
        Ok(text) => framed(text.as_bytes()),
        Err(_) => input.to_vec(),
    };
    bounds::within(input.len(), || {
        check::<Request>(&bytes);
        check::<Response>(&bytes);
        check_skipping(&bytes);
    });
});

fn framed(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short input");
    [&length.to_be_bytes(), content].concat()
}

fn check<T: Serialize + DeserializeOwned + std::fmt::Debug>(bytes: &[u8]) {
    match read_frame::<T>(&mut Cursor::new(bytes), REQUEST_MAX) {
        Ok(message) => {
            check_round_trip(&message);
            check_hides(&message, bytes);
        }
        Err(error) => {
            assert_hidden_in(&error);
            if let FrameError::Content = error {
                let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                assert!((1..=REQUEST_MAX).contains(&(length as usize)));
            }
        }
    }
}

fn check_round_trip<T: Serialize + DeserializeOwned>(message: &T) {
    let mut written = Vec::new();
    write_frame(&mut written, message).expect("a message");
    let again: T = read_frame(&mut Cursor::new(&written), written.len()).expect("the same message");
    let mut twice = Vec::new();
    write_frame(&mut twice, &again).expect("a message");
    assert_eq!(written, twice);
    assert!(message_size::check(message, written.len()).is_ok());
    if let Err(problem) = message_size::check(message, 40) {
        assert!(problem.what.len() < 512, "{problem}");
        assert_hidden_in(&problem);
    }
}

/// A message in a log has no secret.
fn check_hides(message: &impl std::fmt::Debug, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let places = SECRETS.map(|name| format!("\"{name}\":\""));
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    if !canary::is_elsewhere_in(&text, &places) {
        assert_hidden(&format!("{message:?}"));
    }
}

/// What is not understood is skipped, and the next frame is read.
fn check_skipping(bytes: &[u8]) {
    let Some((length, content)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    if u32::from_be_bytes(*length) as usize != content.len() {
        return;
    }
    let connection = [bytes, &framed(VALID.as_bytes())].concat();
    let mut connection = Cursor::new(connection);
    let first = receive_frame::<Request>(&mut connection, REQUEST_MAX).expect("a whole frame");
    if let Received::Skipped(head, error) = first {
        assert!(head.len() <= 64);
        assert_hidden_in(&error);
    }
    let second = receive_frame::<Request>(&mut connection, REQUEST_MAX).expect("a whole frame");
    assert!(
        matches!(second, Received::Content(_)),
        "the next frame is understood"
    );
}
