//! A server on loopback that answers each request with the bytes of the input.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rolecall_agent::clock::SystemClock;
use rolecall_agent::sts::AwsSts;
use rolecall_core::settings::Settings;

/// The longest wait for the rest of a request.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A running server. Its answer can be changed between requests.
pub struct Server {
    port: u16,
    answer: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    /// Starts a server on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let answer: Arc<Mutex<Vec<u8>>> = Arc::default();
        let current = answer.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = current.lock().expect("unpoisoned").clone();
                // A client that goes away has what it needs.
                let _ = serve(stream, &answer);
            }
        });
        Self { port, answer }
    }

    /// Returns a client whose AWS it is.
    pub fn client(&self) -> AwsSts {
        let settings = Settings {
            endpoint_url: Some(format!("http://127.0.0.1:{}", self.port)),
            ..Settings::default()
        };
        AwsSts::new(Arc::new(SystemClock::default()), &settings)
    }

    /// Sets the answer to all further requests.
    pub fn answer_with(&self, answer: Vec<u8>) {
        *self.answer.lock().expect("unpoisoned") = answer;
    }
}

/// Returns a whole HTTP answer.
pub fn answer(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn serve(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    read_request(&mut stream)?;
    stream.write_all(answer)?;
    stream.shutdown(std::net::Shutdown::Both)
}

fn read_request(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut received = Vec::new();
    let mut buffer = [0; 8 << 10];
    loop {
        let count = stream.read(&mut buffer)?;
        received.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&received);
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            body.len() >= length.unwrap_or(0)
        });
        if whole || count == 0 {
            return Ok(());
        }
    }
}
