//! One connection: who it is, one question, one answer.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rolecall_core::problem::{Problem, ProblemCode};
use rolecall_core::protocol::{
    Answer, FrameError, REQUEST_MAX, Request, Response, VERSION, check_version, read_frame,
    write_frame,
};

use super::slots::Slot;
use super::{Handler, peer};

/// How long the question, and how long the answer, may take to pass through the socket.
const FRAME: Duration = Duration::from_secs(5);
const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Serves one connection to its end.
pub(super) fn serve(stream: &UnixStream, slot: &Slot, handler: &Handler) {
    if !peer::is_own(stream) {
        tracing::warn!("a process of another user was turned away");
        return;
    }
    let request = read_frame::<Request>(&mut Timed::new(stream, FRAME), REQUEST_MAX);
    slot.has_asked();
    let result = match request {
        Ok(request) => handle(request, handler),
        Err(FrameError::Io(_)) => return,
        Err(error @ (FrameError::Size(_) | FrameError::Content)) => Err(not_understood(&error)),
    };
    let response = Response {
        v: VERSION,
        app: OUR_VERSION.to_owned(),
        result,
    };
    if let Err(error) = write_frame(&mut Timed::new(stream, FRAME), &response) {
        tracing::info!(%error, "an answer was not delivered");
    }
}

fn handle(request: Request, handler: &Handler) -> Result<Answer, Problem> {
    check_version(request.v, &request.client, OUR_VERSION)?;
    let answer = AssertUnwindSafe(|| handler(request.call));
    catch_unwind(answer).unwrap_or_else(|_| Err(crate::answer::broken()))
}

fn not_understood(error: &FrameError) -> Problem {
    let what = format!("Rolecall {OUR_VERSION} speaks protocol {VERSION}, and {error}.");
    let remedy = "Use the rolecall command of the same version.";
    Problem::new(ProblemCode::VersionMismatch, what, remedy)
}

/// A stream whose reads and writes together end by a deadline, however slowly the other end drips.
struct Timed<'a> {
    stream: &'a UnixStream,
    until: Instant,
}

impl<'a> Timed<'a> {
    #[expect(clippy::disallowed_methods, reason = "the deadline of a connection")]
    fn new(stream: &'a UnixStream, limit: Duration) -> Self {
        Self {
            stream,
            until: Instant::now() + limit,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the deadline of a connection")]
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(Some(left))
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
