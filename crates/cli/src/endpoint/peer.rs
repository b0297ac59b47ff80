//! The user of the program at the other end of a loopback connection.

use std::net::SocketAddr;

/// Returns whether the program at `peer` runs as this user, or as root, who can act as this user anyway. If the kernel
/// does not say, the token alone decides.
#[cfg(target_os = "linux")]
pub(super) fn is_own(peer: SocketAddr, port: u16) -> bool {
    let Ok(table) = std::fs::read_to_string("/proc/net/tcp") else {
        return true;
    };
    let own = rustix::process::geteuid().as_raw();
    user_of(&table, peer, port).is_some_and(|user| user == own || user == 0)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_own(_: SocketAddr, _: u16) -> bool {
    true
}

/// Returns whether the connection came over loopback. With some routes, other machines can reach 127.0.0.1.
pub(super) fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().is_loopback()
}

/// Finds the user of the other end in the kernel's table.
/// <https://docs.kernel.org/networking/proc_net_tcp.html>
#[cfg(any(target_os = "linux", test))]
fn user_of(table: &str, peer: SocketAddr, port: u16) -> Option<u32> {
    let std::net::IpAddr::V4(address) = peer.ip() else {
        return None;
    };
    let near = shown(std::net::Ipv4Addr::LOCALHOST, port);
    let far = shown(address, peer.port());
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let is_it = fields.next() == Some(&far) && fields.next() == Some(&near);
        is_it.then(|| fields.nth(4)?.parse().ok()).flatten()
    })
}

/// Returns an address as the table writes it: its bytes as a number of this machine, then the port.
#[cfg(any(target_os = "linux", test))]
fn shown(address: std::net::Ipv4Addr, port: u16) -> String {
    format!("{:08X}:{port:04X}", u32::from_ne_bytes(address.octets()))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:AB29 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0
   1: 0100007F:AB29 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 0 10 -1
   2: 0100007F:9C40 0100007F:AB29 01 00000000:00000000 00:00000000 00000000 65534        0 13 1 0 20 4 0 10 -1
";

    #[test]
    fn v1_both_addresses_identify_the_other_end() {
        let peer = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(user_of(TABLE, peer(40_000), 43_817), Some(65_534));
        assert_eq!(user_of(TABLE, peer(40_000), 43_818), None);
        assert_eq!(user_of(TABLE, peer(40_001), 43_817), None);
        assert_eq!(user_of("", peer(40_000), 43_817), None);
    }

    #[test]
    fn t14_only_loopback_is_accepted() {
        assert!(is_loopback(SocketAddr::from(([127, 0, 0, 1], 1))));
        assert!(!is_loopback(SocketAddr::from(([192, 168, 1, 7], 1))));
    }
}
