//! The user of the program at the other end of a loopback connection.

use std::net::SocketAddr;

pub(super) use rolecall_core::asker::tcp_peer::is_loopback;
#[cfg(target_os = "linux")]
use rolecall_core::asker::tcp_peer::{TABLES, user_of};

/// The connections of this machine at one moment.
#[cfg(target_os = "linux")]
pub(super) struct Connections([std::io::Result<String>; 2]);

#[cfg(target_os = "linux")]
impl Connections {
    /// Reads the kernel's tables.
    pub(super) fn read() -> Self {
        Self(TABLES.map(std::fs::read_to_string))
    }

    /// Returns whether the program at `peer`, which is connected to `local`, runs as this user, or as root, who can act
    /// as this user anyway. If the kernel does not say, the token alone decides.
    pub(super) fn are_own(&self, peer: SocketAddr, local: SocketAddr) -> bool {
        if self.0.iter().all(Result::is_err) {
            return true;
        }
        let own = rustix::process::geteuid().as_raw();
        let tables = self.0.iter().flatten();
        let mut users = tables.filter_map(|table| user_of(table, peer, local));
        users.next().is_some_and(|user| user == own || user == 0)
    }
}

/// Other systems do not say who is at the other end.
#[cfg(not(target_os = "linux"))]
pub(super) struct Connections;

#[cfg(not(target_os = "linux"))]
impl Connections {
    pub(super) fn read() -> Self {
        Self
    }

    pub(super) fn are_own(&self, _: SocketAddr, _: SocketAddr) -> bool {
        true
    }
}
