//! Tests of the protocol's frames.

use jiff::Timestamp;

use super::*;
use crate::api::frame::*;
use crate::api::version::check_version;
use crate::view::question::{QuestionView, ReasonView};

fn request(call: Call) -> Request {
    Request {
        v: VERSION,
        client: "0.1.0".into(),
        call,
    }
}

#[test]
fn a_frame_is_read_back() {
    let mut wire = Vec::new();
    write_frame(
        &mut wire,
        &request(Call::Credentials {
            role: "guest".into(),
            reasons: Vec::new(),
        }),
    )
    .expect("written");
    let back: Request = read_frame(&mut wire.as_slice(), REQUEST_MAX).expect("read");
    assert!(matches!(back.call, Call::Credentials { role, .. } if role == "guest"));
}

#[test]
fn b62_impossible_lengths_are_rejected_before_anything_is_read() {
    for length in [0_u32, 65_537, u32::MAX] {
        let wire = length.to_be_bytes();
        let error = read_frame::<Request>(&mut wire.as_slice(), REQUEST_MAX).expect_err("refused");
        assert!(matches!(error, FrameError::Size(_)), "{error}");
    }
}

#[test]
fn b64_b65_invalid_content_is_not_echoed() {
    let deep = "[".repeat(10_000);
    for text in [
        "canary",
        "{\"v\":1}",
        "{\"v\":1,\"client\":\"\",\"call\":\"steal\"}",
        "{\"v\":1e400}",
        &deep,
    ] {
        let mut wire = u32::try_from(text.len())
            .expect("short")
            .to_be_bytes()
            .to_vec();
        wire.extend_from_slice(text.as_bytes());
        let error = read_frame::<Request>(&mut wire.as_slice(), REQUEST_MAX).expect_err("refused");
        assert_eq!(error.to_string(), "the frame is not understood");
    }
}

#[test]
fn t09_a_secret_on_its_way_is_not_shown() {
    let call = Call::AddKey {
        name: "n".into(),
        access_key_id: "i".into(),
        secret: WireSecret::new("canary".into()),
    };
    assert!(!format!("{:?}", request(call)).contains("canary"));
}

#[test]
fn r28_another_version_is_reported() {
    assert!(check_version(VERSION, "1", "1").is_ok());
    assert_eq!(
        check_version(2, "9.9", "0.1").map_err(|p| p.code),
        Err(ProblemCode::VersionMismatch)
    );
}

#[test]
fn a_frame_that_cannot_be_used_is_skipped_and_the_next_one_read() {
    let long = format!("{{\"id\":7,\"text\":\"{}\"}}", "x".repeat(200));
    let mut wire = Vec::new();
    for text in [long.as_bytes(), b"", b"{", b"7"] {
        wire.extend(u32::try_from(text.len()).expect("short").to_be_bytes());
        wire.extend(text);
    }
    let mut wire = wire.as_slice();
    let mut next = || receive_frame::<u8>(&mut wire, 100);
    match next().expect("a frame") {
        Received::Skipped(head, FrameError::Size(length)) => {
            assert_eq!(
                (head.as_slice(), length),
                (&long.as_bytes()[..64], long.len())
            );
        }
        other => unreachable!("{other:?}"),
    }
    let empty = next().expect("a frame");
    assert!(matches!(empty, Received::Skipped(_, FrameError::Size(0))));
    let garbled = next().expect("a frame");
    assert!(matches!(garbled, Received::Skipped(_, FrameError::Content)));
    assert!(matches!(next(), Ok(Received::Content(7))));
    assert!(next().is_err(), "the end");
    assert!(receive_frame::<u8>(&mut [0, 1, 0, 0, 1].as_slice(), 100).is_err());
}

#[test]
fn a_snapshot_also_has_the_lists_of_questions_that_version_0_1_0_reads() {
    let question = QuestionView::Reason(ReasonView {
        id: 7,
        role: "guest".into(),
        on_the_way_to: Vec::new(),
        form: String::new(),
        target: String::new(),
        last: None,
        deadline: Timestamp::UNIX_EPOCH,
    });
    let snapshot = Snapshot {
        open_questions: vec![question],
        ..Snapshot::default()
    };
    let answer = Answer::Snapshot(Box::new(snapshot.clone()));
    let wire = serde_json::to_value(&answer).expect("JSON");
    let of = |list: &str| wire["snapshot"][list].as_array().map(Vec::len);
    let lists = ["open_questions", "reason_prompts", "prompts", "questions"];
    assert_eq!(lists.map(of), [Some(1), Some(1), Some(0), Some(0)]);
    let back = serde_json::from_value(wire).expect("an answer");
    assert!(matches!(back, Answer::Snapshot(back) if *back == snapshot));
}
