//! The one request that AWS SDKs make of a container-credentials endpoint, and the answers to it.
//!
//! Web pages, proxies and programs of other users can reach a loopback port too. So whatever no SDK sends is refused,
//! and nothing is returned without the right token.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use std::hint::black_box;

use data_encoding::HEXLOWER;
use rolecall_core::asker::proxy_field::is_of_proxies;
use rolecall_core::value::secret::Secret;

/// The path of the credentials.
pub(crate) const PATH: &str = "/v1/credentials";
/// The longest request, in bytes.
pub(crate) const REQUEST_MAX: usize = 8 << 10;
/// The most header fields.
const FIELDS_MAX: usize = 64;

/// Fields that announce a body, which a GET has not, or ask for one to be waited for.
const OF_A_BODY: [&str; 4] = ["content-length", "transfer-encoding", "trailer", "expect"];
/// Fields that only browsers send.
const OF_BROWSERS: [&str; 4] = ["origin", "referer", "cookie", "upgrade"];
const OF_BROWSERS_PREFIXES: [&str; 3] = ["sec-", "access-control-", "upgrade-"];

/// The secret that a request must carry: 256 random bits.
pub(crate) struct Token(Secret);

impl Token {
    /// Returns the token of these random bytes, as hexadecimal digits.
    pub(crate) fn new(random: &[u8; 32]) -> Self {
        Self(Secret::new(HEXLOWER.encode(random)))
    }

    /// Returns the digits, for the environment of the program that may use it.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns whether this is the token, in a time that does not tell how much of it is right.
    fn is(&self, given: &[u8]) -> bool {
        let ours = self.0.expose().as_bytes();
        let differing = |(ours, given): (&u8, &u8)| ours ^ given;
        let bits = ours.iter().zip(given).map(differing);
        let difference = bits.fold(0, |all, bits| black_box(all | bits));
        ours.len() == given.len() && black_box(difference) == 0
    }
}

/// What became of the bytes received so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The request is not complete yet.
    Incomplete,
    /// It is the request of an SDK that knows the token.
    Granted,
    /// It is not.
    Refused(Refusal),
}

/// Why nothing is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not the HTTP/1.1 that SDKs send.
    Malformed,
    /// The token is missing or wrong.
    Unauthorized,
    /// A browser, a proxy, or a name in place of the address is at work.
    Forbidden,
    /// The token is right, and there is nothing at that path.
    NotFound,
}

impl Refusal {
    /// Returns the status of the answer.
    pub(crate) fn status(self) -> Status {
        Status(match self {
            Self::Malformed => "400 Bad Request",
            Self::Unauthorized => "401 Unauthorized",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
        })
    }
}

/// The status of an answer: its number and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status(&'static str);

impl Status {
    /// The credentials follow.
    pub(crate) const OK: Self = Self("200 OK");
    /// A person has to do something first, so that it is no use to ask again at once.
    pub(crate) const NEEDS_A_PERSON: Self = Self("400 Bad Request");
    /// It may work when asked again.
    pub(crate) const UNAVAILABLE: Self = Self("503 Service Unavailable");
}

/// Returns a whole answer. It closes the connection, may be kept by no cache, and allows no web page anything.
pub(crate) fn answer(status: Status, body: &str) -> Secret {
    let kind = match body {
        "" => "",
        _ => "Content-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n",
    };
    Secret::new(format!(
        "HTTP/1.1 {}\r\n{kind}Content-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{body}",
        status.0,
        body.len(),
    ))
}

/// Reads what was received so far by the endpoint at this port of 127.0.0.1.
pub(crate) fn read(received: &[u8], port: u16, token: &Token) -> Progress {
    match parse(received) {
        Ok(Some(request)) => match request.check(port, token) {
            Ok(()) => Progress::Granted,
            Err(refusal) => Progress::Refused(refusal),
        },
        Ok(None) => Progress::Incomplete,
        Err(Malformed) => Progress::Refused(Refusal::Malformed),
    }
}

struct Malformed;

/// A request with nothing but what HTTP/1.1 allows, and no body.
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    fields: Vec<(String, &'a str)>,
}

fn parse(received: &[u8]) -> Result<Option<Request<'_>>, Malformed> {
    const END: &[u8] = b"\r\n\r\n";
    let end = received.windows(END.len()).position(|part| part == END);
    let (head, rest) = match end {
        Some(end) => received.split_at(end),
        None => (received, END),
    };
    // Nothing may follow: neither a body nor a second request.
    if received.len() > REQUEST_MAX || rest != END {
        return Err(Malformed);
    }
    let text = std::str::from_utf8(head).map_err(|_| Malformed)?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    if end.is_none() && !text.contains('\n') {
        return Ok(None);
    }
    let (method, path) = request_line(first)?;
    if end.is_none() {
        return Ok(None);
    }
    let fields: Vec<_> = lines.map(field).collect::<Result<_, _>>()?;
    if fields.len() > FIELDS_MAX {
        return Err(Malformed);
    }
    Ok(Some(Request {
        method,
        path,
        fields,
    }))
}

/// Reads the first line. Of a path only plain segments are taken, so nothing has to be decoded or resolved.
fn request_line(line: &str) -> Result<(&str, &str), Malformed> {
    let mut parts = line.split(' ');
    let (Some(method), Some(path), Some("HTTP/1.1"), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Malformed);
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte);
    let is_plain = path.starts_with('/') && path.bytes().all(plain) && !path.contains("//");
    if !is_token(method) || !is_plain {
        return Err(Malformed);
    }
    Ok((method, path))
}

/// Reads one field. Folded lines, spaces before the colon and control characters are how two readers are made to
/// understand one request differently. <https://www.rfc-editor.org/rfc/rfc9112#section-5>
fn field(line: &str) -> Result<(String, &str), Malformed> {
    let (name, value) = line.split_once(':').ok_or(Malformed)?;
    let value = value.trim_matches([' ', '\t']);
    let is_value = value
        .bytes()
        .all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    if !is_token(name) || !is_value {
        return Err(Malformed);
    }
    Ok((name.to_ascii_lowercase(), value))
}

/// <https://www.rfc-editor.org/rfc/rfc9110#name-tokens>
fn is_token(text: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(of_token)
}

impl Request<'_> {
    fn check(&self, port: u16, token: &Token) -> Result<(), Refusal> {
        if self.has(|name| OF_A_BODY.contains(&name)) {
            return Err(Refusal::Malformed);
        }
        let is_others = |name: &str| {
            is_of_proxies(name)
                || OF_BROWSERS.contains(&name)
                || OF_BROWSERS_PREFIXES.iter().any(|it| name.starts_with(it))
        };
        let host = self.only("host");
        let is_address = host.is_some_and(|host| host == format!("127.0.0.1:{port}"));
        if !is_address || self.method != "GET" || self.has(is_others) {
            return Err(Refusal::Forbidden);
        }
        let given = self.only("authorization").unwrap_or_default();
        if !token.is(given.as_bytes()) {
            return Err(Refusal::Unauthorized);
        }
        match self.path {
            PATH => Ok(()),
            _ => Err(Refusal::NotFound),
        }
    }

    fn has(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.fields.iter().any(|(name, _)| wanted(name))
    }

    /// Returns the value of a field that must be there once.
    fn only(&self, wanted: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(name, _)| name == wanted);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            (_, Some(_)) | (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests;
