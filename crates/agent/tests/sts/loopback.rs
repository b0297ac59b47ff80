//! A server on loopback with scripted answers, which records its requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::{SignedDuration, Timestamp};

/// The reaction to one request.
pub(crate) enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes, then endless padding byte by byte until the client disconnects.
    Endless(Vec<u8>),
    /// Sends these bytes, then nothing until the client disconnects.
    Stall(Vec<u8>),
}

/// One received request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// The server; it ends with the test's process.
pub(crate) struct Loopback {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    /// Starts a server whose `n`-th request, from 0, is answered by `reply(n)`.
    pub(crate) fn start(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (reply, log) = (Arc::new(reply), asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (reply, log) = (reply.clone(), log.clone());
                thread::spawn(move || serve(stream, &*reply, &log));
            }
        });
        Self { url, asked }
    }

    /// Returns the requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic inside").clone()
    }
}

fn serve(mut stream: TcpStream, reply: &dyn Fn(usize) -> Reply, log: &Mutex<Vec<Asked>>) {
    let Some(request) = read_request(&stream) else {
        return;
    };
    let number = {
        let mut log = log.lock().expect("no panic inside");
        log.push(request);
        log.len() - 1
    };
    // The client may disconnect at any point, as some tests do on purpose.
    match reply(number) {
        Reply::Bytes(bytes) => drop(stream.write_all(&bytes)),
        Reply::Endless(bytes) => {
            let padding = [b' '; 8192];
            let mut going = stream.write_all(&bytes);
            while going.is_ok() {
                going = stream.write_all(&padding);
            }
        }
        Reply::Stall(bytes) => {
            let _ = stream.write_all(&bytes);
            let _ = stream.read(&mut [0; 1]);
        }
    }
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        head,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// Returns an HTTP answer with its `Date` shifted by `skew`.
pub(crate) fn http(status: &str, headers: &str, body: &str, skew: SignedDuration) -> Vec<u8> {
    let date = (Timestamp::now() + skew).strftime("%a, %d %b %Y %H:%M:%S GMT");
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// Returns a valid answer of STS.
pub(crate) fn xml(status: &str, body: &str) -> Vec<u8> {
    http(
        status,
        "Content-Type: text/xml\r\n",
        body,
        SignedDuration::ZERO,
    )
}

/// Returns the answer of STS to a successful AssumeRole.
pub(crate) fn assumed_body(expires_at: Timestamp) -> String {
    let expiration = expires_at.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLE:my-temporary-role</AssumedRoleId>
      <Arn>arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>canarySecret/+canarySecret/+canarySecret</SecretAccessKey>
      <SessionToken>canaryToken//////////wEaDGNhbmFyeQ==</SessionToken>
      <Expiration>{expiration}</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>1b2c3d4e-0000-1111-2222-333344445555</RequestId></ResponseMetadata>
</AssumeRoleResponse>"#
    )
}

/// Returns the answer of STS to a successful GetSessionToken.
pub(crate) fn token_body(expires_at: Timestamp) -> String {
    let body = assumed_body(expires_at).replace("AssumeRole", "GetSessionToken");
    let (head, rest) = body.split_once("    <AssumedRoleUser>").expect("there");
    let (_, tail) = rest.split_once("</AssumedRoleUser>\n").expect("there");
    format!("{head}{tail}")
}

/// Returns an error of STS.
pub(crate) fn error_body(code: &str, message: &str) -> String {
    format!(
        r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
  <RequestId>1b2c3d4e-0000-1111-2222-333344445555</RequestId>
</ErrorResponse>"#
    )
}
