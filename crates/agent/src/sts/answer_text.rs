//! What an answer must look like before it is parsed: XML, whole, of STS, and nothing that a parser could trip over.

/// The longest answer that is read, in bytes. Real ones are under 8 KiB.
pub(super) const ANSWER_MAX: usize = 256 << 10;

/// Why an answer was not handed to the parser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Strange {
    /// It is not of STS.
    #[error("not of STS: {0}")]
    NotSts(String),
    /// It broke off.
    #[error("incomplete: {0}")]
    Incomplete(String),
    /// The secure connection failed.
    #[error("insecure: {0}")]
    Insecure(String),
    /// A server's own error page; its status says enough.
    #[error("an error page")]
    OwnError,
}

/// Refuses redirects, which AWS never sends, before their body is read.
pub(super) fn check_status(status: u16) -> Result<(), Strange> {
    if (300..400).contains(&status) {
        return Err(Strange::NotSts(format!("HTTP {status}, a redirect")));
    }
    Ok(())
}

/// Checks an answer's text. `kind` is its content type, for the message.
pub(super) fn check(status: u16, kind: &str, body: &[u8]) -> Result<(), Strange> {
    let body = body.trim_ascii();
    let Some(root) = root(body) else {
        return Err(foreign(status, kind, body));
    };
    if contains(body, b"<!DOCTYPE") || contains(body, b"<!ENTITY") {
        return Err(Strange::NotSts("it defines a document type".to_owned()));
    }
    let end = [b"</", root, b">"].concat();
    if !body.ends_with(&end) {
        let reason = format!("it breaks off after {} bytes", body.len());
        return Err(Strange::Incomplete(reason));
    }
    match CREDENTIAL_TAGS
        .iter()
        .find(|tag| count(body, tag.as_bytes()) > 1)
    {
        Some(tag) => Err(Strange::NotSts(format!("it gives {tag} twice"))),
        None => Ok(()),
    }
}

const CREDENTIAL_TAGS: [&str; 4] = [
    "<AccessKeyId>",
    "<SecretAccessKey>",
    "<SessionToken>",
    "<Expiration>",
];

/// Returns the name of the root element if it is one of STS: `…Response`.
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

fn foreign(status: u16, kind: &str, body: &[u8]) -> Strange {
    if status >= 500 && status != 511 {
        return Strange::OwnError;
    }
    // The beginning of an answer of STS that broke off before its root was complete.
    if body.is_empty()
        || b"<?xml".starts_with(body)
        || (body.starts_with(b"<?xml") && body.len() < 64)
    {
        return Strange::Incomplete(format!("it breaks off after {} bytes", body.len()));
    }
    Strange::NotSts(format!("HTTP {status} with {kind}"))
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
