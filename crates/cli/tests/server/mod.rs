//! A stand-in for the application: it gives prepared answers at the socket, and records the calls.

use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use rolecall_core::api::frame::{read_frame, write_frame};
use rolecall_core::api::protocol::{REQUEST_MAX, Request, VERSION};
use serde_json::{Value, json};

/// The present in all cases.
const PRESENT: &str = "2026-11-21T12:00:00Z";

pub(crate) struct Server(JoinHandle<Vec<Value>>);

impl Server {
    /// Serves one connection for each answer. An array is sent as one frame after the other.
    pub(crate) fn start(dir: &Path, answers: Vec<Value>) -> Self {
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(dir)
            .expect("a folder");
        let listener = UnixListener::bind(dir.join("agent.sock")).expect("a socket");
        Self(thread::spawn(move || {
            let answered = answers.into_iter().map(|answer| serve(&listener, answer));
            answered.collect()
        }))
    }

    /// Returns the calls, after all answers were sent.
    pub(crate) fn asked(self) -> Vec<Value> {
        self.0.join().expect("a server that did not panic")
    }
}

fn serve(listener: &UnixListener, answer: Value) -> Value {
    let (mut stream, _) = listener.accept().expect("a connection");
    let request: Request = read_frame(&mut stream, REQUEST_MAX).expect("a request");
    let answers = match answer {
        Value::Array(answers) => answers,
        answer => vec![answer],
    };
    for mut answer in answers {
        move_to_present(&mut answer);
        let response = json!({ "v": VERSION, "app": "0.1.0", "result": answer });
        write_frame(&mut stream, &response).expect("an answer");
    }
    serde_json::to_value(&request.call).expect("JSON")
}

/// Sets the difference of the clocks so that the program sees the present of the cases.
fn move_to_present(answer: &mut Value) {
    for path in ["/Ok/snapshot", "/Ok/list/snapshot"] {
        if let Some(offset) = answer.pointer_mut(&format!("{path}/clock_offset_ms"))
            && *offset == "@offset"
        {
            let present: Timestamp = PRESENT.parse().expect("an instant");
            *offset = json!(present.as_millisecond() - Timestamp::now().as_millisecond());
        }
    }
}
