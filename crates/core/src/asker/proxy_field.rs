//! The fields that a proxy adds to a request for a page on loopback. Behind a proxy of this user, anybody could be the
//! requester.

const NAMES: [&str; 3] = ["forwarded", "via", "x-real-ip"];
const PREFIXES: [&str; 2] = ["x-forwarded-", "proxy-"];

/// Returns whether only proxies send a field of this name, which is in lower case.
pub fn is_of_proxies(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
