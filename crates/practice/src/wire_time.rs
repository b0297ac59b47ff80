//! Times in the formats of AWS.

use jiff::Timestamp;

/// Returns `20261122T120000Z`.
pub(crate) fn basic(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Returns `2026-11-22T12:00:00Z`.
pub(crate) fn extended(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Returns `Sun, 22 Nov 2026 12:00:00 GMT`.
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads `20261122T120000Z`.
pub(crate) fn parse_basic(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 16 && bytes[8] == b'T' && bytes[15] == b'Z';
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    if !is_shaped || !digits(0..8) || !digits(9..15) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_the_formats_of_aws() {
        let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(basic(noon), "20261122T120000Z");
        assert_eq!(parse_basic("20261122T120000Z"), Some(noon));
        assert_eq!(parse_basic("2026-11-22T12:00:00Z"), None);
        assert_eq!(extended(noon), "2026-11-22T12:00:00Z");
        assert_eq!(http_date(noon), "Sun, 22 Nov 2026 12:00:00 GMT");
    }
}
