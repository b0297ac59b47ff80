//! Splits an input into parts, at lines of three hyphens.

const SEPARATOR: &str = "\n---\n";

/// Returns the first parts of an input, or `None` if it is not UTF-8. Missing parts are empty, and the last one has the
/// rest.
pub fn texts<const COUNT: usize>(input: &[u8]) -> Option<[&str; COUNT]> {
    let mut parts = [""; COUNT];
    let text = std::str::from_utf8(input).ok()?;
    for (part, text) in parts.iter_mut().zip(text.splitn(COUNT, SEPARATOR)) {
        *part = text;
    }
    Some(parts)
}

/// Returns the part before the first separator, and the one after it.
pub fn halves(input: &[u8]) -> (&[u8], &[u8]) {
    let separator = SEPARATOR.as_bytes();
    match input
        .windows(separator.len())
        .position(|it| it == separator)
    {
        Some(at) => (&input[..at], &input[at + separator.len()..]),
        None => (input, &[]),
    }
}
