//! One connection whose request has arrived: identify the peer, send one answer.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use rolecall_core::api::call_rules::Waits;
use rolecall_core::api::frame::{FrameError, read_frame, write_frame};
use rolecall_core::api::protocol::{Answer, REQUEST_MAX, Request, Response, VERSION};
use rolecall_core::api::version::check_version;
use rolecall_core::asker::requester::{Isolation, Requester};
use rolecall_core::value::problem::{Problem, ProblemCode};
use rolecall_core::view::question::ConsentView;
use rolecall_keeper::{Afterwards, Waiter};

use super::incoming::Arrival;
use super::lane::Lane;
use super::slots::{Service, Slot};
use super::{Handler, Park, Peer, peer};
use crate::descriptors;
use crate::requester::{self, Seen};

/// The timeout for an answer on the socket.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Answers requests with a handler.
pub(super) struct Connections(pub(super) Handler);

impl Service for Connections {
    fn serve(&self, arrival: Arrival, slot: &Slot) {
        serve(arrival, slot, &self.0);
    }

    /// A client that does not read the answer at once does not get it.
    fn refuse(&self, stream: &UnixStream) {
        let _ = stream.set_nonblocking(true);
        if let Err(error) = send(stream, Err(crate::reply::overloaded())) {
            tracing::info!(%error, "an answer was not delivered");
        }
    }
}

/// Serves one connection to its end.
fn serve(arrival: Arrival, slot: &Slot, handler: &Handler) {
    let Arrival { stream, frame, .. } = arrival;
    let request = read_frame::<Request>(&mut frame.as_slice(), REQUEST_MAX);
    drop(frame);
    let rules = request.as_ref().map(|request| request.call.rules());
    let lane = rules.map_or(Lane::Person, Lane::of);
    let waiting = Waiting {
        stream: &stream,
        slot,
        lane,
        seen: RefCell::default(),
        afterwards: RefCell::default(),
    };
    let result = match (stream.set_nonblocking(false), request) {
        (Err(_), _) | (_, Err(FrameError::Io(_))) => return,
        (Ok(()), Ok(request)) => handle(request, &waiting, handler),
        (Ok(()), Err(error @ (FrameError::Size(_) | FrameError::Content))) => {
            Err(not_understood(&error))
        }
    };
    if let Err(error) = send(&stream, result) {
        tracing::info!(%error, "an answer was not delivered");
    }
    waiting.finish();
    // The client sees the end of the answer even where its stream has a second owner.
    let _ = stream.shutdown(Shutdown::Both);
}

fn send(stream: &UnixStream, result: Result<Answer, Problem>) -> Result<(), FrameError> {
    let response = Response {
        v: VERSION,
        app: OUR_VERSION.to_owned(),
        result,
    };
    write_frame(&mut Timed::new(stream, ANSWER_TIMEOUT), &response)
}

fn handle(request: Request, waiting: &Waiting<'_>, handler: &Handler) -> Result<Answer, Problem> {
    check_version(request.v, &request.client, OUR_VERSION)?;
    let rules = request.call.rules();
    if rules.waits == Waits::Likely {
        waiting.park()?;
    }
    let requester = match rules.access.needs_requester() {
        true => {
            let (requester, seen) = requester::of_socket(waiting.stream);
            waiting.seen.replace(Some(seen));
            requester
        }
        false => requester::isolation_of_socket(waiting.stream),
    };
    if requester.isolation == Isolation::Sandboxed && !descriptors::are_left() {
        return Err(Problem::too_many_files("The program cannot be looked up"));
    }
    let peer = Peer::new(requester, waiting).parked_by(waiting);
    let answer = AssertUnwindSafe(|| handler(request.call, &peer));
    let result = catch_unwind(answer).unwrap_or_else(|_| Err(Problem::internal()));
    result.map_err(descriptors::cause)
}

/// A connection that may have to wait, and frees its slot in the meantime.
struct Waiting<'a> {
    stream: &'a UnixStream,
    slot: &'a Slot,
    lane: Lane,
    seen: RefCell<Option<Seen>>,
    afterwards: RefCell<Vec<Afterwards>>,
}

impl Waiting<'_> {
    /// Runs the work that was deferred until after the answer.
    fn finish(self) {
        for work in self.afterwards.take() {
            work(self.look_closer());
        }
    }
}

impl Park for Waiting<'_> {
    fn park(&self) -> Result<(), Problem> {
        match self.slot.park(self.lane) {
            true => Ok(()),
            false => Err(crate::reply::overloaded()),
        }
    }
}

impl Waiter for Waiting<'_> {
    fn wait(&self, limit: SignedDuration, question: Option<ConsentView>) -> Result<(), Problem> {
        self.park()?;
        let seconds = u32::try_from(limit.as_secs()).unwrap_or_default();
        // A closed connection is detected later.
        let question = question.map(Box::new);
        let _ = send(self.stream, Ok(Answer::Asking { seconds, question }));
        Ok(())
    }

    fn is_gone(&self) -> bool {
        peer::is_closed(self.stream)
    }

    fn look_closer(&self) -> Option<Requester> {
        self.seen.borrow().as_ref().map(Seen::whole)
    }

    fn afterwards(&self, work: Afterwards) {
        self.afterwards.borrow_mut().push(work);
    }
}

fn not_understood(error: &FrameError) -> Problem {
    if let FrameError::Size(length @ REQUEST_MAX..) = error {
        let what = format!("A request of {length} bytes is not allowed.");
        let remedy = format!("Shorten its texts to {REQUEST_MAX} bytes in all.");
        return Problem::new(ProblemCode::InvalidInput, what, remedy);
    }
    let what = format!("Rolecall {OUR_VERSION} uses protocol {VERSION}, and {error}.");
    let remedy = "Use the rolecall command of the same version.";
    Problem::new(ProblemCode::VersionMismatch, what, remedy)
}

/// A stream with one deadline for all writes together, however slow the other end is.
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

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
