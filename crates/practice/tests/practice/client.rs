//! A signing client that shares no code with the server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use rolecall_practice::{Control, Practice, PracticeConfig, World};
use sha2::{Digest, Sha256};

pub(crate) const GUEST: &str = "arn:aws:iam::808768216571:role/guest";
pub(crate) const CONTRACTOR: &str = "arn:aws:iam::808768216571:role/contractor";
pub(crate) const OPERATOR: &str = "arn:aws:iam::808768216571:role/operator";
pub(crate) const ARCHIVE: &str = "arn:aws:iam::390411927311:role/archive";
pub(crate) const VAULT: &str = "arn:aws:iam::808768216571:role/vault";
pub(crate) const FINANCE: &str = "arn:aws:iam::390411927311:role/finance";
pub(crate) const USER: &str = "arn:aws:iam::177634097045:user/user";
pub(crate) const MFA: &str = "arn:aws:iam::177634097045:mfa/user";

/// A practice account and the clock of its client.
pub(crate) struct Lab {
    pub(crate) practice: Practice,
    /// The offset of the client's clock.
    pub(crate) clock_offset: SignedDuration,
    pub(crate) region: &'static str,
}

/// A key pair, with a token if it is temporary.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Lab {
    pub(crate) fn story() -> Self {
        Self::new(Self::config())
    }

    /// Returns the default configuration, with the endpoint that sets faults.
    fn config() -> PracticeConfig {
        PracticeConfig {
            control: Control::On,
            ..PracticeConfig::default()
        }
    }

    pub(crate) fn world(text: &str) -> Self {
        let world = World::parse(text).unwrap();
        Self::new(PracticeConfig {
            world,
            ..Self::config()
        })
    }

    pub(crate) fn new(config: PracticeConfig) -> Self {
        let practice = Practice::start(config).unwrap();
        Self {
            practice,
            clock_offset: SignedDuration::ZERO,
            region: "eu-west-1",
        }
    }

    pub(crate) fn host(&self) -> String {
        self.practice.url().trim_start_matches("http://").to_owned()
    }

    pub(crate) fn faults(&self, faults: &[&str]) {
        let body = serde_json::to_string(faults).unwrap();
        self.control("POST", "faults", &body);
    }

    /// Returns how often each action was called, including calls without a response.
    pub(crate) fn requests(&self) -> BTreeMap<String, u64> {
        serde_json::from_str(&self.control("GET", "requests", "")).unwrap()
    }

    /// Sets how many milliseconds a change of IAM takes to be in effect.
    pub(crate) fn consistency(&self, delay_ms: u64) {
        let body = format!("{{\"delay_ms\":{delay_ms}}}");
        self.control("POST", "consistency", &body);
    }

    fn control(&self, method: &str, name: &str, body: &str) -> String {
        let headers = [("host".to_owned(), self.host())];
        let answer = self.send(method, &format!("/_practice/{name}"), "", &headers, body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// Returns the key of the user of the tutorials.
    pub(crate) fn user(&self) -> Key {
        self.key("user")
    }

    pub(crate) fn key(&self, name: &str) -> Key {
        let keys = self.practice.keys();
        let key = keys.iter().find(|key| key.name == name).unwrap();
        Key {
            id: key.access_key_id.clone(),
            secret: key.secret_access_key.expose().to_owned(),
            token: None,
        }
    }

    pub(crate) fn code(&self) -> String {
        self.practice.code(MFA, Timestamp::now()).unwrap()
    }

    pub(crate) fn sts(&self, key: &Key, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut body = format!("Action={action}&Version=2011-06-15");
        for (name, value) in parameters {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        self.signed(key, "sts", "POST", "/", "", &body)
    }

    pub(crate) fn assume(&self, key: &Key, role: &str, more: &[(&str, &str)]) -> Answer {
        let base = [("RoleArn", role), ("RoleSessionName", "test")];
        let is_free = |name: &str| more.iter().all(|(own, _)| *own != name);
        let all: Vec<_> = base
            .into_iter()
            .filter(|(name, _)| is_free(name))
            .chain(more.iter().copied())
            .collect();
        self.sts(key, "AssumeRole", &all)
    }

    pub(crate) fn s3(&self, key: &Key, path: &str, query: &str) -> Answer {
        self.signed(key, "s3", "GET", path, query, "")
    }

    pub(crate) fn signed(
        &self,
        key: &Key,
        service: &str,
        method: &str,
        path: &str,
        query: &str,
        body: &str,
    ) -> Answer {
        let headers = self.sign(key, service, method, path, query, body);
        self.send(method, path, query, &headers, body)
    }

    /// Returns the headers of a signed request. `query` must already be sorted and encoded.
    pub(crate) fn sign(
        &self,
        key: &Key,
        service: &str,
        method: &str,
        path: &str,
        query: &str,
        body: &str,
    ) -> Vec<(String, String)> {
        let time = (Timestamp::now() + self.clock_offset)
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string();
        let mut headers = vec![
            ("host".to_owned(), self.host()),
            ("x-amz-content-sha256".to_owned(), sha256(body)),
            ("x-amz-date".to_owned(), time.clone()),
        ];
        if let Some(token) = &key.token {
            headers.push(("x-amz-security-token".to_owned(), token.clone()));
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!(
            "{method}\n{path}\n{query}\n{lines}\n{names}\n{}",
            sha256(body)
        );
        let scope = format!("{}/{}/{service}/aws4_request", &time[..8], self.region);
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(&canonical));
        let signature = HEXLOWER.encode(&hmac(&signing_key(&key.secret, &scope), &text));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            key.id
        );
        headers.push(("authorization".to_owned(), authorization));
        headers
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> Answer {
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let length = body.len();
        Answer::parse(&self.exchange(&format!(
            "{method} {target} HTTP/1.1\r\n{lines}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )))
    }

    /// Sends bytes unchanged and reads until the server closes the connection.
    pub(crate) fn exchange(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or(0);
        Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Returns the text of the first element with a name.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        let (text, _) = rest.split_once(&format!("</{name}>"))?;
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"");
        Some(text.replace("&amp;", "&"))
    }

    /// Returns the credentials of a successful response.
    pub(crate) fn session(&self) -> Key {
        assert_eq!(self.status, 200, "{}", self.body);
        Key {
            id: self.text("AccessKeyId").unwrap(),
            secret: self.text("SecretAccessKey").unwrap(),
            token: self.text("SessionToken"),
        }
    }

    pub(crate) fn lifetime(&self) -> SignedDuration {
        let expiration: Timestamp = self.text("Expiration").unwrap().parse().unwrap();
        expiration.duration_since(Timestamp::now())
    }

    /// Asserts status, code and message of a failure.
    pub(crate) fn assert_failed(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.text("Code").as_deref(), Some(code), "{}", self.body);
        let text = self.text("Message").unwrap();
        assert!(
            text.contains(message),
            "{text:?} does not contain {message:?}"
        );
    }

    pub(crate) fn assert_ok(&self) {
        assert_eq!(self.status, 200, "{}", self.body);
    }

    /// Asserts that STS denied an action.
    pub(crate) fn assert_denied(&self, caller: &str, action: &str, role: &str) {
        let text =
            format!("User: {caller} is not authorized to perform: {action} on resource: {role}");
        self.assert_failed(403, "AccessDenied", &text);
    }
}

pub(crate) fn signing_key(secret: &str, scope: &str) -> Vec<u8> {
    scope
        .split('/')
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
            hmac(&key, part)
        })
}

pub(crate) fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

pub(crate) fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn sha256(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}
