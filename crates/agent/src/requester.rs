//! Identifies the requester: the process at the other end of the socket, and its ancestors.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod namespaces;

#[cfg(unix)]
use std::os::unix::net::UnixStream;

use rolecall_core::asker::requester::Requester;

/// Returns the process at the other end of a connection as far as an answer needs it, and a handle to read more.
#[cfg(target_os = "linux")]
pub(crate) fn of_socket(stream: &UnixStream) -> (Requester, Seen) {
    let (requester, seen) = linux::of_socket(stream);
    (requester, Seen(seen))
}

/// Reads what requesters are compared with. A process that may open no more files could not do that later.
#[cfg(target_os = "linux")]
pub(crate) fn prepare() {
    linux::prepare();
}

/// Does nothing: only Linux identifies processes.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn prepare() {}

/// Returns only the isolation of the process at the other end, which takes less time.
#[cfg(target_os = "linux")]
pub(crate) fn isolation_of_socket(stream: &UnixStream) -> Requester {
    linux::isolation_of_socket(stream)
}

/// Returns an unknown requester: only Linux identifies processes.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn isolation_of_socket(_: &UnixStream) -> Requester {
    Requester::default()
}

/// Returns an unknown requester: only Linux identifies processes.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn of_socket(_: &UnixStream) -> (Requester, Seen) {
    (Requester::default(), Seen)
}

/// A process as it was at the time of the request.
#[cfg(target_os = "linux")]
pub(crate) struct Seen(linux::Seen);

/// An unknown process: only Linux identifies processes.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) struct Seen;

#[cfg(unix)]
impl Seen {
    /// Returns the process with all ancestors that still run.
    #[cfg(target_os = "linux")]
    pub(crate) fn whole(&self) -> Requester {
        self.0.whole()
    }

    /// Returns an unknown requester: only Linux identifies processes.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn whole(&self) -> Requester {
        Requester::default()
    }
}

/// Returns the process `pid`. The caller ensures that the ID has not been reused, such as by an open connection.
#[cfg(target_os = "linux")]
pub fn of_process(pid: u32) -> Requester {
    linux::of_process(pid)
}

/// Returns an unknown requester: only Linux identifies processes.
#[cfg(not(target_os = "linux"))]
pub fn of_process(_: u32) -> Requester {
    Requester::default()
}
