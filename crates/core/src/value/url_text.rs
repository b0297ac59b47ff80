//! Percent encoding in URLs and forms.

/// Encodes all bytes except the unreserved characters of RFC 3986.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(3 * text.len());
    encode_into(&mut encoded, text);
    encoded
}

/// Appends the encoded text, for a text with room for three times its length.
pub fn encode_into(encoded: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// Decodes a value of a query string, where `+` is a space. An incomplete escape stays as it is, and bytes that are not
/// UTF-8 become U+FFFD.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).and_then(hexadecimal);
        match (byte, escaped) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
                continue;
            }
            (b'+', _) => decoded.push(b' '),
            (other, _) => decoded.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_hexadecimal = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hexadecimal.then(|| u8::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for text in ["", "a b&c=d#e%41+/é", "https://x.example/?a=b"] {
            let encoded = encode(text);
            assert!(!encoded.contains(['&', '=', '#', '+', '/', ' ']));
            assert_eq!(decode(&encoded), text);
        }
        assert_eq!(decode("a%2"), "a%2");
        assert_eq!(decode("%+1%zz"), "% 1%zz");
        assert_eq!(decode("%ff"), "\u{FFFD}");
    }
}
