//! Percent encoding, query strings and forms.

/// Decodes `%41`; an incomplete escape stands for itself.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Encodes everything but RFC 3986's unreserved characters, as Signature Version 4 does.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}

/// Encodes a path: slashes stay.
pub(crate) fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// Splits a query string; names and values are decoded, `+` stays a plus.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    pairs(query, decode)
}

/// Splits a form body, where `+` is a space.
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
