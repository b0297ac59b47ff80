//! The user at the other end of a connection.

use std::io;
use std::os::unix::net::UnixStream;

use rustix::event::PollFlags;

/// The flag that detects a closed end.
#[cfg(target_os = "linux")]
const CLOSED: PollFlags = PollFlags::RDHUP;
/// The flag that detects a closed end, which macOS reports only on request.
#[cfg(target_os = "macos")]
const CLOSED: PollFlags = PollFlags::HUP;

/// The id of the process at the other end; 0 if the system does not say.
pub(super) type Process = u32;

/// Returns the process at the other end if it is one of this user. An error counts as no.
pub(super) fn own_process(stream: &UnixStream) -> Option<Process> {
    match user_of(stream) {
        Ok((user, process)) => (user == rustix::process::geteuid().as_raw()).then_some(process),
        Err(error) => {
            tracing::warn!(%error, "the user at the other end of the socket is unknown");
            None
        }
    }
}

/// Returns whether the other end has closed the connection.
pub(super) fn is_closed(stream: &UnixStream) -> bool {
    use rustix::event::{PollFd, Timespec, poll};
    let mut ends = [PollFd::new(stream, CLOSED)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let left = CLOSED | PollFlags::HUP | PollFlags::ERR;
    poll(&mut ends, Some(&at_once)).is_ok() && ends[0].revents().intersects(left)
}

#[cfg(target_os = "linux")]
fn user_of(stream: &UnixStream) -> io::Result<(u32, Process)> {
    let peer = rustix::net::sockopt::socket_peercred(stream)?;
    let process = peer.pid.as_raw_nonzero().get();
    Ok((peer.uid.as_raw(), process.cast_unsigned()))
}

#[cfg(target_os = "macos")]
fn user_of(stream: &UnixStream) -> io::Result<(u32, Process)> {
    Ok((nix::unistd::getpeereid(stream)?.0.as_raw(), 0))
}
