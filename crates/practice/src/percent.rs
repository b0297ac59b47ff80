//! Percent encoding, query strings and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All characters except the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Decodes percent encoding such as `%41`. Leaves an incomplete escape unchanged.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Encodes all characters except the unreserved ones of RFC 3986, as Signature Version 4 does.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Encodes a path and keeps its slashes.
pub(crate) fn encode_path(path: &str) -> String {
    const IN_PATH: &AsciiSet = &RESERVED.remove(b'/');
    utf8_percent_encode(path, IN_PATH).to_string()
}

/// Splits a query string, and decodes its names and values. `+` stays a plus sign.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    pairs(query, decode)
}

/// Splits a form body, in which `+` is a space.
pub(crate) fn form_pairs(body: &str) -> Vec<(String, String)> {
    pairs(body, |text| decode(&text.replace('+', " ")))
}

fn pairs(text: &str, decode: impl Fn(&str) -> String) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_encodes() {
        assert_eq!(decode("a%20b%2"), "a b%2");
        assert_eq!(decode("%é%+f"), "%é%+f");
        assert_eq!(encode("a b/é~"), "a%20b%2F%C3%A9~");
        assert_eq!(encode_path("/a b/c"), "/a%20b/c");
        assert_eq!(
            form_pairs("a=b+c&d"),
            [("a".into(), "b c".into()), ("d".into(), "".into())]
        );
    }
}
