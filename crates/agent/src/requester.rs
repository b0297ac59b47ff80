//! Finds out who asks: the process at the other end of the socket, and those that started it.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(unix)]
use std::os::unix::net::UnixStream;

use rolecall_core::requester::Requester;

/// Returns who is at the other end of a connection, as far as the kernel tells.
#[cfg(target_os = "linux")]
pub(crate) fn of_socket(stream: &UnixStream) -> Requester {
    linux::of_socket(stream)
}

/// Returns only where the process at the other end runs, which takes less time.
#[cfg(target_os = "linux")]
pub(crate) fn whereabouts_of_socket(stream: &UnixStream) -> Requester {
    linux::whereabouts_of_socket(stream)
}

/// Returns a requester of whom nothing is known: only Linux tells.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn whereabouts_of_socket(_: &UnixStream) -> Requester {
    Requester::default()
}

/// Returns a requester of whom nothing is known: only Linux tells.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn of_socket(_: &UnixStream) -> Requester {
    Requester::default()
}

/// Returns who the process `pid` is, as far as the kernel tells. The caller makes sure that it still is the one that
/// asks, such as by a connection that it holds open.
#[cfg(target_os = "linux")]
pub fn of_process(pid: u32) -> Requester {
    linux::of_process(pid)
}

/// Returns a requester of whom nothing is known: only Linux tells.
#[cfg(not(target_os = "linux"))]
pub fn of_process(_: u32) -> Requester {
    Requester::default()
}
