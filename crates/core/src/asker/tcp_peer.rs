//! The user at the other end of a connection over loopback, as the Linux kernel's tables show it.
//! <https://docs.kernel.org/networking/proc_net_tcp.html>

use std::net::{IpAddr, SocketAddr};

/// The kernel's tables of connections, of a process's own network namespace: over loopback, the other end is in the
/// same. The connection of a dual-stack socket, as Java and Go open them, is in the second one, also over IPv4.
pub const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// Returns whether the connection came over loopback. With some routes, other machines can reach 127.0.0.1.
pub fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

/// Finds the user of the other end in a table of the kernel, whichever way the table writes its addresses.
pub fn user_of(table: &str, peer: SocketAddr, local: SocketAddr) -> Option<u32> {
    let (far, near) = (Shown::of(peer), Shown::of(local));
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let is_it = far.is(fields.next()?) && near.is(fields.next()?);
        is_it.then(|| fields.nth(4)?.parse().ok()).flatten()
    })
}

/// An address as the tables write it: its bytes as 32-bit numbers of this machine, then the port.
struct Shown {
    /// How the table of IPv4 has it, if it is an address of IPv4.
    short: Option<String>,
    /// How the table of IPv6 has it.
    long: String,
}

impl Shown {
    fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let (short, long) = match address.ip().to_canonical() {
            IpAddr::V4(ip) => (Some(ip.octets()), ip.to_ipv6_mapped()),
            IpAddr::V6(ip) => (None, ip),
        };
        Self {
            short: short.map(|octets| format!("{}:{port:04X}", hexadecimal(&octets))),
            long: format!("{}:{port:04X}", hexadecimal(&long.octets())),
        }
    }

    fn is(&self, field: &str) -> bool {
        self.short.as_deref() == Some(field) || self.long == field
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    let (words, _) = octets.as_chunks::<4>();
    words
        .iter()
        .map(|word| format!("{:08X}", u32::from_ne_bytes(*word)))
        .collect()
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:AB29 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0
   1: 0100007F:AB29 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 0 10 -1
   2: 0100007F:9C40 0100007F:AB29 01 00000000:00000000 00:00000000 00000000 65534        0 13 1 0 20 4 0 10 -1
";
    const TABLE_6: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:9C41 0000000000000000FFFF00000100007F:AB29 01 00000000:00000000 00:00000000 00000000  1001        0 13 1 0 20 4 0 10 -1
   1: 00000000000000000000000001000000:9C42 00000000000000000000000001000000:AB29 01 00000000:00000000 00:00000000 00000000  1002        0 14 1 0 20 4 0 10 -1
";

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn v1_both_addresses_identify_the_other_end() {
        let user = |table, peer, local| user_of(table, address(peer), address(local));
        assert_eq!(
            user(TABLE, "127.0.0.1:40000", "127.0.0.1:43817"),
            Some(65_534)
        );
        assert_eq!(user(TABLE, "127.0.0.1:40000", "127.0.0.1:43818"), None);
        assert_eq!(user(TABLE, "127.0.0.1:40001", "127.0.0.1:43817"), None);
        assert_eq!(user(TABLE, "[::1]:40000", "[::1]:43817"), None);
        assert_eq!(user("", "127.0.0.1:40000", "127.0.0.1:43817"), None);
    }

    #[test]
    fn v1_the_other_end_may_be_a_socket_of_ipv6() {
        let user = |peer, local| user_of(TABLE_6, address(peer), address(local));
        assert_eq!(user("127.0.0.1:40001", "127.0.0.1:43817"), Some(1001));
        let mapped = user("[::ffff:127.0.0.1]:40001", "[::ffff:127.0.0.1]:43817");
        assert_eq!(mapped, Some(1001));
        assert_eq!(user("[::1]:40002", "[::1]:43817"), Some(1002));
        assert_eq!(user("127.0.0.1:40002", "127.0.0.1:43817"), None);
        assert_eq!(user("[::1]:40001", "[::1]:43817"), None);
    }

    #[test]
    fn t14_only_loopback_is_accepted() {
        for own in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(is_loopback(address(own)));
        }
        for other in ["192.168.1.7:1", "[::ffff:192.168.1.7]:1"] {
            assert!(!is_loopback(address(other)));
        }
    }
}
