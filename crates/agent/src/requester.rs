//! Finds out who asks: the process at the other end of the socket, and those that started it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod namespaces;

#[cfg(unix)]
use std::os::unix::net::UnixStream;

use rolecall_core::asker::requester::Requester;

/// Returns who is at the other end of a connection, as far as the kernel tells and an answer needs it; and what more can
/// be read about it.
#[cfg(target_os = "linux")]
pub(crate) fn of_socket(stream: &UnixStream) -> (Requester, Seen) {
    let (requester, seen) = linux::of_socket(stream);
    (requester, Seen(seen))
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
pub(crate) fn of_socket(_: &UnixStream) -> (Requester, Seen) {
    (Requester::default(), Seen)
}

/// A process as it was seen while it asked.
#[cfg(target_os = "linux")]
pub(crate) struct Seen(linux::Seen);

/// A process of which nothing is known: only Linux tells.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) struct Seen;

#[cfg(unix)]
impl Seen {
    /// Returns who it was, with all that started it and still runs.
    #[cfg(target_os = "linux")]
    pub(crate) fn whole(&self) -> Requester {
        self.0.whole()
    }

    /// Returns a requester of whom nothing is known: only Linux tells.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn whole(&self) -> Requester {
        Requester::default()
    }
}

/// Returns who the process `pid` is, as far as the kernel tells. The caller makes sure that it still is the one that is
/// meant, such as by a connection that it holds open.
#[cfg(target_os = "linux")]
pub fn of_process(pid: u32) -> Requester {
    linux::of_process(pid)
}

/// Returns a requester of whom nothing is known: only Linux tells.
#[cfg(not(target_os = "linux"))]
pub fn of_process(_: u32) -> Requester {
    Requester::default()
}
