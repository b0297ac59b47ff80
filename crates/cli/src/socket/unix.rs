//! The application's Unix socket. Its folder, its file and the process behind it must be this user's.

use std::fs::{Metadata, symlink_metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rolecall_core::api::frame::{FrameError, read_frame, write_frame};
use rolecall_core::api::message_size;
use rolecall_core::api::protocol::{
    ANSWER_MAX, Answer, Call, REQUEST_MAX, Response, SOCKET_NAME, VERSION,
};
use rolecall_core::api::version::check_version;

use serde::Serialize;

use super::unreachable::{OnQuestion, Reply, Unreachable};

const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");
/// How long the user may take to answer a question, at most.
const QUESTION_MAX_S: u32 = 120;
/// How many questions a call may have, and how often they may get more time, at most together.
const QUESTIONS_MAX: usize = 32;

/// Sends a call and returns the answer. Whenever the application asks the user first, calls `on_question`
/// and waits longer.
pub(super) fn ask(
    dir: &Path,
    call: &Call,
    limit: Duration,
    on_question: &OnQuestion<'_>,
) -> Result<Reply, Unreachable> {
    let until = now() + limit;
    let request = OutgoingRequest {
        v: VERSION,
        client: OUR_VERSION,
        call,
    };
    if let Err(problem) = message_size::check(&request, REQUEST_MAX) {
        return Ok(Reply {
            process: 0,
            version: OUR_VERSION.to_owned(),
            answer: Err(problem),
        });
    }
    let stream = connect(dir)?;
    let limited = stream.set_write_timeout(Some(limit));
    limited.map_err(|_| Unreachable::Silent)?;
    write_frame(&mut &stream, &request).map_err(unreachable)?;
    let mut answer = Timed {
        stream: &stream,
        until,
    };
    let mut response: Response = read_frame(&mut answer, ANSWER_MAX).map_err(unreachable)?;
    // A call that several access keys sign has a question for each, and the user may give each more time.
    for _ in 0..QUESTIONS_MAX {
        let Ok(Answer::Asking { seconds, question }) = response.result else {
            break;
        };
        on_question(question);
        answer.until += Duration::from_secs(u64::from(seconds.min(QUESTION_MAX_S)));
        response = read_frame(&mut answer, ANSWER_MAX).map_err(unreachable)?;
    }
    let same_version = check_version(response.v, &response.app, OUR_VERSION);
    Ok(Reply {
        process: peer(&stream),
        version: response.app,
        answer: same_version.and(response.result),
    })
}

/// A [`rolecall_core::api::protocol::Request`] that borrows its call, which may be sent again.
#[derive(Serialize)]
struct OutgoingRequest<'a> {
    v: u32,
    client: &'a str,
    call: &'a Call,
}

/// Returns whether a program serves the socket.
pub(super) fn is_served(dir: &Path) -> bool {
    connect(dir).is_ok()
}

/// Returns the process that serves the socket, as far as the system tells; `None` if none does.
pub(super) fn served_by(dir: &Path) -> Option<i32> {
    connect(dir).ok().map(|stream| peer(&stream))
}

#[cfg(target_os = "linux")]
fn peer(stream: &UnixStream) -> i32 {
    let peer = rustix::net::sockopt::socket_peercred(stream);
    peer.map_or(0, |peer| peer.pid.as_raw_nonzero().get())
}

#[cfg(not(target_os = "linux"))]
fn peer(_: &UnixStream) -> i32 {
    0
}

/// Checks the owner of the folder and the socket, then connects. Nothing is sent before.
fn connect(dir: &Path) -> Result<UnixStream, Unreachable> {
    let path = dir.join(SOCKET_NAME);
    let user = rustix::process::geteuid().as_raw();
    let (folder, socket) = (metadata(dir)?, metadata(&path)?);
    if !folder.is_dir() || folder.uid() != user || folder.mode() & 0o077 != 0 {
        return Err(Unreachable::Foreign(dir.to_string_lossy().into_owned()));
    }
    let foreign = || Unreachable::Foreign(path.to_string_lossy().into_owned());
    if !socket.file_type().is_socket() || socket.uid() != user {
        return Err(foreign());
    }
    let stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => foreign(),
        _ => Unreachable::NotRunning,
    })?;
    match is_own(&stream, user) {
        true => Ok(stream),
        false => Err(foreign()),
    }
}

fn metadata(path: &Path) -> Result<Metadata, Unreachable> {
    symlink_metadata(path).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => Unreachable::Foreign(path.to_string_lossy().into_owned()),
        _ => Unreachable::NotRunning,
    })
}

#[cfg(target_os = "linux")]
fn is_own(stream: &UnixStream, user: u32) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid.as_raw() == user)
}

/// The folder was checked to be closed to other users, so only its owner can serve a socket in it.
#[cfg(not(target_os = "linux"))]
fn is_own(_: &UnixStream, _: u32) -> bool {
    true
}

fn unreachable(error: FrameError) -> Unreachable {
    match error {
        FrameError::Size(_) | FrameError::Content => Unreachable::Garbled,
        FrameError::Io(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Unreachable::Silent,
            _ => Unreachable::Lost,
        },
    }
}

/// A stream with one deadline for all its reads.
struct Timed<'a> {
    stream: &'a UnixStream,
    until: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

#[expect(clippy::disallowed_methods, reason = "the deadline of an answer")]
fn now() -> Instant {
    Instant::now()
}
