//! The client of a running instance.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rolecall_core::api::frame::{read_frame, write_frame};
use rolecall_core::api::protocol::{
    ANSWER_MAX, Answer, Call, Request, Response, SOCKET_NAME, VERSION,
};
use rolecall_core::value::problem::{Problem, ProblemCode};

use super::peer;

/// Sends a call to the server of the socket in `dir`, with a timeout of `limit` for each part of the answer.
///
/// # Errors
/// If there is no answer, the server belongs to another user, or the call failed.
pub fn ask(dir: &Path, call: Call, limit: Duration) -> Result<Answer, Problem> {
    let stream = UnixStream::connect(dir.join(SOCKET_NAME)).map_err(|_| not_running())?;
    if peer::own_process(&stream).is_none() {
        let what = "Rolecall's socket belongs to another user's process.";
        let remedy = "Find out which process it is.";
        return Err(Problem::new(ProblemCode::ForeignPeer, what, remedy));
    }
    let request = Request {
        v: VERSION,
        client: env!("CARGO_PKG_VERSION").to_owned(),
        call,
    };
    let limited = stream
        .set_read_timeout(Some(limit))
        .and_then(|()| stream.set_write_timeout(Some(limit)));
    limited.map_err(|_| not_running())?;
    write_frame(&mut &stream, &request).map_err(|_| not_running())?;
    let response: Response = read_frame(&mut &stream, ANSWER_MAX).map_err(|_| not_running())?;
    response.result
}

fn not_running() -> Problem {
    let what = "Rolecall does not answer.";
    Problem::new(ProblemCode::NotRunning, what, "Start it again.")
}
