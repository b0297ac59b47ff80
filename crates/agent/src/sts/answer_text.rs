//! Checks an answer before it is parsed: complete XML from STS, without anything dangerous for a parser.

/// The limit of an answer, in bytes. Real ones are under 8 KiB.
pub(super) const ANSWER_MAX: usize = 256 << 10;

/// Why an answer is not parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadAnswer {
    /// It is not from STS.
    #[error("not from STS: {0}")]
    NotSts(String),
    /// It is incomplete.
    #[error("incomplete: {0}")]
    Incomplete(String),
    /// The secure connection failed.
    #[error("insecure: {0}")]
    Insecure(String),
    /// An error page of a server. Its status is enough.
    #[error("an error page")]
    ErrorPage,
}

/// Rejects redirects, which AWS never sends, before reading their body.
pub(super) fn check_status(status: u16) -> Result<(), BadAnswer> {
    if (300..400).contains(&status) {
        return Err(BadAnswer::NotSts(format!("HTTP {status}, a redirect")));
    }
    Ok(())
}

/// The top-level media types that a message may name.
/// <https://www.iana.org/assignments/media-types>
const MEDIA_TYPES: [&str; 5] = ["text", "application", "image", "audio", "video"];
/// The maximum length of a media type in a message.
const MEDIA_TYPE_MAX: usize = 60;

/// Returns the media type of a Content-Type header, for messages. Anything else that a server puts there is not shown.
pub(super) fn media_type(header: &str) -> &str {
    let essence = header.split(';').next().unwrap_or_default().trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b".+-".contains(&byte);
    match essence.split_once('/') {
        Some((top, sub))
            if MEDIA_TYPES.contains(&top)
                && sub.bytes().all(is_token)
                && essence.len() <= MEDIA_TYPE_MAX =>
        {
            essence
        }
        Some(_) | None => "an unknown content type",
    }
}

/// Checks an answer's text. `kind` is its media type, for messages.
pub(super) fn check(status: u16, kind: &str, body: &[u8]) -> Result<(), BadAnswer> {
    let body = body.trim_ascii();
    let Some(root) = root(body) else {
        return Err(not_sts(status, kind, body));
    };
    if contains(body, b"<!DOCTYPE") || contains(body, b"<!ENTITY") {
        return Err(BadAnswer::NotSts("it defines a document type".to_owned()));
    }
    let end = [b"</", root, b">"].concat();
    if !body.ends_with(&end) {
        let reason = format!("it breaks off after {} bytes", body.len());
        return Err(BadAnswer::Incomplete(reason));
    }
    let is_listed = |tag: &str| root == LIST_OF_KEYS && tag == KEY_ID;
    match CREDENTIAL_TAGS
        .into_iter()
        .find(|tag| count(body, tag.as_bytes()) > 1 && !is_listed(tag))
    {
        Some(tag) => Err(BadAnswer::NotSts(format!("it gives {tag} twice"))),
        None => Ok(()),
    }
}

/// The answer that lists key IDs without secrets.
const LIST_OF_KEYS: &[u8] = b"ListAccessKeysResponse";
const KEY_ID: &str = "<AccessKeyId>";
const CREDENTIAL_TAGS: [&str; 4] = [
    KEY_ID,
    "<SecretAccessKey>",
    "<SessionToken>",
    "<Expiration>",
];

/// Returns the name of the root element if it is from STS: `…Response`.
fn root(body: &[u8]) -> Option<&[u8]> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let element = match body.strip_prefix(b"<?xml") {
        Some(rest) => {
            let end = rest.windows(2).position(|pair| pair == b"?>")?;
            rest[end + 2..].trim_ascii_start()
        }
        None => body,
    };
    let name = element.strip_prefix(b"<")?;
    let end = name
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    let name = &name[..end];
    name.ends_with(b"Response").then_some(name)
}

fn not_sts(status: u16, kind: &str, body: &[u8]) -> BadAnswer {
    if status >= 500 && status != 511 {
        return BadAnswer::ErrorPage;
    }
    // The start of an STS answer that ended before its root element was complete.
    if body.is_empty()
        || b"<?xml".starts_with(body)
        || (body.starts_with(b"<?xml") && body.len() < 64)
    {
        return BadAnswer::Incomplete(format!("it breaks off after {} bytes", body.len()));
    }
    BadAnswer::NotSts(format!("HTTP {status} with {kind}"))
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

fn count(body: &[u8], part: &[u8]) -> usize {
    body.windows(part.len())
        .filter(|window| *window == part)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_media_type_is_shown_of_a_header() {
        for (header, shown) in [
            ("text/html", "text/html"),
            ("application/json; charset=utf-8", "application/json"),
            ("image/svg+xml", "image/svg+xml"),
            ("", "an unknown content type"),
            (
                "<SecretAccessKey>secret</SecretAccessKey>",
                "an unknown content type",
            ),
            ("text/secret/more", "an unknown content type"),
            ("secret/html", "an unknown content type"),
        ] {
            assert_eq!(media_type(header), shown, "{header}");
        }
        let long = format!("text/{}", "x".repeat(80));
        assert_eq!(media_type(&long), "an unknown content type");
    }
}
