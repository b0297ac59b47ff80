//! The application's Unix socket. Its folder, its file and the process behind it must be this user's.

use std::fs::{Metadata, symlink_metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rolecall_core::problem::Problem;
use rolecall_core::protocol::{
    ANSWER_MAX, Answer, Call, FrameError, Response, SOCKET_NAME, VERSION, check_version,
    read_frame, write_frame,
};

use serde::Serialize;

use super::{OnAsking, Unreachable};

const OUR_VERSION: &str = env!("CARGO_PKG_VERSION");
/// The longest that the user may take to allow a request, in seconds.
const ASKING_MAX_S: u32 = 60;

/// Asks one question. Where the user is asked first, `on_asking` is called and the answer may take that much longer.
pub(super) fn ask(
    dir: &Path,
    call: &Call,
    limit: Duration,
    on_asking: &OnAsking<'_>,
) -> Result<Result<Answer, Problem>, Unreachable> {
    let until = now() + limit;
    let stream = connect(dir)?;
    let question = Question {
        v: VERSION,
        client: OUR_VERSION,
        call,
    };
    let limited = stream.set_write_timeout(Some(limit));
    limited.map_err(|_| Unreachable::Silent)?;
    write_frame(&mut &stream, &question).map_err(unreachable)?;
    let mut answer = Timed {
        stream: &stream,
        until,
    };
    let mut response: Response = read_frame(&mut answer, ANSWER_MAX).map_err(unreachable)?;
    if let Ok(Answer::Asking { seconds, question }) = response.result {
        on_asking(question);
        answer.until += Duration::from_secs(u64::from(seconds.min(ASKING_MAX_S)));
        response = read_frame(&mut answer, ANSWER_MAX).map_err(unreachable)?;
    }
    let same_version = check_version(response.v, &response.app, OUR_VERSION);
    Ok(same_version.and(response.result))
}

/// A [`rolecall_core::protocol::Request`] that is asked again if need be.
#[derive(Serialize)]
struct Question<'a> {
    v: u32,
    client: &'a str,
    call: &'a Call,
}

/// Returns whether somebody serves the socket.
pub(super) fn is_served(dir: &Path) -> bool {
    connect(dir).is_ok()
}

/// Connects, after looking whose folder and socket it is and before anything is sent.
fn connect(dir: &Path) -> Result<UnixStream, Unreachable> {
    let path = dir.join(SOCKET_NAME);
    let user = rustix::process::geteuid().as_raw();
    let (folder, socket) = (look(dir)?, look(&path)?);
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

fn look(path: &Path) -> Result<Metadata, Unreachable> {
    symlink_metadata(path).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => Unreachable::Foreign(path.to_string_lossy().into_owned()),
        _ => Unreachable::NotRunning,
    })
}

#[cfg(target_os = "linux")]
fn is_own(stream: &UnixStream, user: u32) -> bool {
    rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid.as_raw() == user)
}

/// Only its owner can serve a socket in a folder that is closed to everybody else, and that was looked at.
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

/// A stream whose reads together end by a deadline.
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
