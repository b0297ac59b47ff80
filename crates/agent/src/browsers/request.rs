//! The request of a browser for a page on loopback.

use rolecall_core::asker::proxy_field::is_of_proxies;

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The page.
    Page,
    /// Nothing now: the browser only prepares for a later request.
    Later,
    /// Nothing: there is no such page.
    Nothing,
}

/// Returns what a request head wants of the page at `path` on `host`. Only a browser that goes to the page itself gets
/// it: no script, frame or image, no proxy, and no other name of this machine.
pub(super) fn wanted(head: &str, host: &str, path: &str) -> Wanted {
    let mut lines = head.split("\r\n");
    let target = lines.next().and_then(|line| line.strip_prefix("GET "));
    let target = target.and_then(|it| it.strip_suffix(" HTTP/1.1"));
    let Some(target) = target else {
        return Wanted::Nothing;
    };
    let headers: Vec<(String, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let values = |name: &str| -> Vec<&str> {
        let own = headers.iter().filter(|(own, _)| own == name);
        own.map(|(_, value)| *value).collect()
    };
    let is_navigation = match values("sec-fetch-dest").as_slice() {
        [] | ["document"] => true,
        [..] => false,
    };
    let is_here = values("host") == [host] && values("origin").is_empty();
    let is_proxied = headers.iter().any(|(name, _)| is_of_proxies(name));
    if !is_here || is_proxied || !is_navigation || !is_same(target, path) {
        return Wanted::Nothing;
    }
    let prepares = ["sec-purpose", "purpose"]
        .iter()
        .any(|name| !values(name).is_empty());
    match prepares {
        true => Wanted::Later,
        false => Wanted::Page,
    }
}

/// Compares two texts in a time that does not depend on where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    let difference = pairs.fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "127.0.0.1:4711";

    fn of(line: &str, headers: &str) -> Wanted {
        wanted(&format!("{line}\r\n{headers}"), HOST, "/abc")
    }

    #[test]
    fn t25_only_a_browser_that_goes_to_the_page_gets_it() {
        let line = "GET /abc HTTP/1.1";
        let host = "Host: 127.0.0.1:4711\r\n";
        let also = |more: &str| of(line, &format!("{host}{more}"));
        assert_eq!(also(""), Wanted::Page);
        let browser =
            "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none";
        assert_eq!(also(browser), Wanted::Page);
        assert_eq!(also("Sec-Purpose: prefetch;prerender"), Wanted::Later);
        assert_eq!(also("Purpose: prefetch"), Wanted::Later);
        for other in [
            "Sec-Fetch-Dest: iframe",
            "Sec-Fetch-Dest: empty",
            "Sec-Fetch-Dest: document\r\nSec-Fetch-Dest: empty",
            "Origin: http://evil.example",
            "Host: 127.0.0.1:4711",
            "Via: 1.1 squid",
            "Forwarded: for=127.0.0.1",
            "X-Forwarded-For: 127.0.0.1",
            "X-Real-IP: 127.0.0.1",
            "Proxy-Connection: keep-alive",
        ] {
            assert_eq!(also(other), Wanted::Nothing, "{other}");
        }
    }

    #[test]
    fn b69_b72_other_hosts_paths_and_methods_get_nothing() {
        for host in ["localhost:4711", "127.0.0.1", "evil.example:4711", ""] {
            let header = format!("Host: {host}");
            assert_eq!(of("GET /abc HTTP/1.1", &header), Wanted::Nothing, "{host}");
        }
        for line in [
            "GET / HTTP/1.1",
            "GET /abcd HTTP/1.1",
            "GET /ab HTTP/1.1",
            "GET /abc?x HTTP/1.1",
            "GET http://127.0.0.1:4711/abc HTTP/1.1",
            "HEAD /abc HTTP/1.1",
            "POST /abc HTTP/1.1",
            "GET /abc HTTP/1.0",
            "GET /abc",
            "",
        ] {
            assert_eq!(of(line, "Host: 127.0.0.1:4711"), Wanted::Nothing, "{line}");
        }
    }
}
