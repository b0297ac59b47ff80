//! Whose program is at the other end of a connection over loopback.

use std::net::SocketAddr;

use rolecall_core::asker::tcp_peer::is_loopback;

/// Whose program it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// This user's.
    Own,
    /// Another user's, with this ID if it is known.
    Other(Option<u32>),
}

/// Returns whose program is at `peer`, which is connected to `local`. Other systems than Linux do not say: there, the
/// random path alone decides.
pub(super) fn owner_of(peer: SocketAddr, local: SocketAddr) -> Owner {
    match is_loopback(peer) {
        true => owner_on_loopback(peer, local),
        false => Owner::Other(None),
    }
}

#[cfg(target_os = "linux")]
fn owner_on_loopback(peer: SocketAddr, local: SocketAddr) -> Owner {
    use rolecall_core::asker::tcp_peer::TABLES;
    let tables: Vec<String> = TABLES
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect();
    owner_in(&tables, peer, local)
}

/// Returns whose program it is by the kernel's tables. Without them it is nobody's.
#[cfg(target_os = "linux")]
fn owner_in(tables: &[String], peer: SocketAddr, local: SocketAddr) -> Owner {
    use rolecall_core::asker::tcp_peer::user_of;
    let mut users = tables
        .iter()
        .filter_map(|table| user_of(table, peer, local));
    let user = users.next();
    match user == Some(rustix::process::geteuid().as_raw()) {
        true => Owner::Own,
        false => Owner::Other(user),
    }
}

#[cfg(not(target_os = "linux"))]
fn owner_on_loopback(_: SocketAddr, _: SocketAddr) -> Owner {
    Owner::Own
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn t25_without_the_tables_of_the_kernel_nobody_is_this_user() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let local = listener.local_addr().expect("an address");
        let stream = TcpStream::connect(local).expect("connects");
        let peer = stream.local_addr().expect("an address");
        assert_eq!(owner_of(peer, local), Owner::Own);
        assert_eq!(owner_in(&[], peer, local), Owner::Other(None));
    }
}
