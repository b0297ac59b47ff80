//! The container-credentials endpoint as programs see it: its address, its answers, and its end.
#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "runs and measures the program under test"
)]

mod server;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::Server;

const BODY: &str = r#"{"AccessKeyId":"ASIACANARY"}"#;
/// Longer than anything here takes, also on a busy machine.
const SOON: Duration = Duration::from_secs(30);
const URL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// A session that sets and unsets variables.
fn session() -> Value {
    json!({ "Ok": { "environment": {
        "expires_at": "2026-11-21T12:42:30Z",
        "unset": ["AWS_PROFILE"],
        "set": [
            ["AWS_ACCESS_KEY_ID", "ASIACANARY"], ["AWS_SESSION_TOKEN", "canary"], ["AWS_REGION", "eu-west-1"],
        ],
    } } })
}

fn body() -> Value {
    json!({ "Ok": { "text": BODY } })
}

/// A home with an application that answers with the session, accepts the endpoint, and then gives these answers.
struct Home {
    folder: tempfile::TempDir,
    server: Option<Server>,
}

impl Home {
    fn with(answers: &[Value]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let answers = [&[session(), json!({ "Ok": "done" })], answers].concat();
        let server = Server::start(&folder.path().join("rolecall"), answers);
        Self {
            folder,
            server: Some(server),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command.args(arguments).env_clear();
        command.env("PATH", "/usr/bin:/bin");
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }

    /// Starts a program with an endpoint. It prints its environment, and runs until its input ends.
    fn exec(&self) -> Program {
        let script = "env; echo .; read _; exit 7";
        let mut command = self.command(&["exec", "--server", "guest", "--", "sh", "-c", script]);
        command
            .env("AWS_PROFILE", "old")
            .env("AWS_ACCESS_KEY_ID", "AKIAOLD");
        command
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/old")
            .env("ROLECALL_EXPIRATION", "old");
        Program::start(command)
    }

    fn asked(&mut self) -> Vec<Value> {
        self.server.take().expect("a server").asked()
    }
}

/// A running program that printed its variables.
struct Program {
    child: Child,
    printed: BTreeMap<String, String>,
    _stdout: BufReader<ChildStdout>,
}

impl Program {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut printed = BTreeMap::new();
        let mut line = String::new();
        while stdout.read_line(&mut line).expect("a line") > 0 && line != ".\n" {
            if let Some((name, value)) = line.trim_end().split_once('=') {
                printed.insert(name.to_owned(), value.to_owned());
            }
            if command.get_args().next().is_some_and(|it| it == "endpoint") && printed.len() == 3 {
                break;
            }
            line.clear();
        }
        Self {
            child,
            printed,
            _stdout: stdout,
        }
    }

    fn endpoint(&self) -> Endpoint {
        let address = self.printed[URL].strip_prefix("http://").expect("a URL");
        let (host, path) = address.split_once('/').expect("a path");
        assert_eq!(path, "v1/credentials");
        let token = match self.printed.get(FILE) {
            Some(path) => std::fs::read_to_string(path).expect("a token"),
            None => self.printed[TOKEN].clone(),
        };
        Endpoint {
            host: host.to_owned(),
            token,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone)]
struct Endpoint {
    host: String,
    token: String,
}

impl Endpoint {
    /// Sends a request and returns the whole answer.
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a limit");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn request(&self) -> String {
        format!(
            "GET /v1/credentials HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\n\r\n",
            self.host, self.token
        )
    }

    fn wait_for_end(&self) {
        let start = Instant::now();
        while TcpStream::connect(&self.host).is_ok() {
            assert!(start.elapsed() < SOON, "{} still listens", self.host);
            // Nothing tells when the last listener of another process is gone.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn c9_a_program_gets_the_address_of_an_endpoint_and_no_credentials() {
    let mut home = Home::with(&[body()]);
    let mut program = home.exec();
    let printed = &program.printed;
    let aws: Vec<&String> = printed
        .keys()
        .filter(|name| name.starts_with("AWS_"))
        .collect();
    assert_eq!(aws, [TOKEN, URL, "AWS_REGION"]);
    assert_eq!(printed["ROLECALL_ROLE"], "guest");
    assert!(!printed.contains_key("ROLECALL_EXPIRATION"));
    let endpoint = program.endpoint();
    assert_eq!(endpoint.token.len(), 64);
    let answer = endpoint.send(&endpoint.request());
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(BODY),
        "{answer}"
    );
    assert_eq!(
        home.asked()[2],
        json!({ "container_credentials": { "role": "guest" } })
    );
    drop(program.child.stdin.take());
    let status = program.child.wait().expect("its end");
    assert_eq!(status.code(), Some(7));
    endpoint.wait_for_end();
}

#[test]
fn b69_b73_refused_requests_do_not_reach_the_application() {
    let home = Home::with(&[]);
    let program = home.exec();
    let endpoint = program.endpoint();
    let good = endpoint.request();
    for (request, status) in [
        (good.replace("127.0.0.1", "evil.com"), "403 Forbidden"),
        (
            good.replace("\r\n\r\n", "\r\nOrigin: null\r\n\r\n"),
            "403 Forbidden",
        ),
        (good.replace("GET", "OPTIONS"), "403 Forbidden"),
        (good.replace("GET", "PUT"), "403 Forbidden"),
        (
            good.replace(&endpoint.token, &"0".repeat(64)),
            "401 Unauthorized",
        ),
        (good.replace("HTTP/1.1", "HTTP/1.0"), "400 Bad Request"),
        (
            good.replace("\r\n\r\n", "\r\nVia: 1.1 x\r\n\r\n"),
            "403 Forbidden",
        ),
        (
            good.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\nabc"),
            "400 Bad Request",
        ),
        ("GET /v1/credentials\r\n".to_owned(), "400 Bad Request"),
    ] {
        let expected = format!(
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(endpoint.send(&request), expected, "{request}");
    }
}

#[test]
fn the_program_keeps_its_process_and_signals_and_has_no_unknown_child() {
    let home = Home::with(&[]);
    let mut program = home.exec();
    let id = program.child.id();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    assert_eq!(children.expect("its children"), "");
    let pid = rustix::process::Pid::from_raw(id.cast_signed()).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    assert_eq!(program.child.wait().expect("its end").signal(), Some(15));
    program.endpoint().wait_for_end();
}

#[test]
fn a_killed_program_leaves_no_endpoint() {
    let home = Home::with(&[]);
    let mut program = home.exec();
    program.child.kill().expect("killed");
    program.endpoint().wait_for_end();
}

#[test]
fn a_program_that_does_not_start_leaves_no_endpoint_and_its_own_exit_code() {
    let home = Home::with(&[]);
    let output = home
        .command(&["exec", "--server", "guest", "nowhere"])
        .output();
    assert_eq!(output.expect("an end").status.code(), Some(127));
}

#[test]
fn t40_idle_connections_delay_no_request() {
    let home = Home::with(&[body()]);
    let program = home.exec();
    let endpoint = program.endpoint();
    // More than may wait with an incomplete request, and no more than the kernel lets wait for the server: it drops others,
    // which are tried again after a second.
    let silent: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(&endpoint.host).expect("a connection"))
        .collect();
    assert!(endpoint.send(&endpoint.request()).ends_with(BODY));
    let mut last = silent.last().expect("one of them");
    last.set_nonblocking(true).expect("a mode");
    let waits = last.read(&mut [0]).expect_err("nothing to read");
    assert_eq!(waits.kind(), ErrorKind::WouldBlock, "it was answered first");
    last.set_nonblocking(false).expect("a mode");
    last.set_read_timeout(Some(SOON)).expect("a limit");
    let mut answer = String::new();
    last.read_to_string(&mut answer)
        .expect("its end after two seconds");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[test]
fn without_the_application_an_sdk_gets_a_fixed_message() {
    let mut home = Home::with(&[]);
    let program = home.exec();
    drop(home.asked());
    let endpoint = program.endpoint();
    let answer = endpoint.send(&endpoint.request());
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    let message: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(message["code"], "not_running");
    assert!(
        message["message"]
            .as_str()
            .is_some_and(|it| it.contains("Rolecall is not running"))
    );
}

#[test]
fn a_container_gets_a_token_file_that_is_removed_with_the_endpoint() {
    let home = Home::with(&[body()]);
    let mut program = Program::start(home.command(&["endpoint", "guest"]));
    assert_eq!(program.printed["AWS_REGION"], "eu-west-1");
    let file = Path::new(&program.printed[FILE]).to_owned();
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let endpoint = program.endpoint();
    assert!(endpoint.send(&endpoint.request()).ends_with(BODY));
    program.child.kill().expect("killed");
    endpoint.wait_for_end();
    assert!(!file.exists());
}

#[test]
fn the_endpoint_serves_a_process_that_runs_already() {
    let home = Home::with(&[body()]);
    let mut other = Command::new("sleep").arg("60").spawn().expect("a process");
    let id = other.id().to_string();
    let output = home
        .command(&["endpoint", "guest", "--while", &id])
        .output();
    let text = String::from_utf8(output.expect("an end").stdout).expect("text");
    let printed = text.lines().filter_map(|line| line.split_once('='));
    let printed: BTreeMap<_, _> = printed.collect();
    let endpoint = Endpoint {
        host: printed[URL]["http://".len()..]
            .trim_end_matches("/v1/credentials")
            .to_owned(),
        token: std::fs::read_to_string(printed[FILE]).expect("a token"),
    };
    assert!(endpoint.send(&endpoint.request()).ends_with(BODY));
    other.kill().expect("killed");
    // The process stays a zombie until its parent waits for it. Its end is visible before.
    endpoint.wait_for_end();
    other.wait().expect("its end");
}

#[test]
fn a_missing_process_is_not_served() {
    let home = Home::with(&[]);
    let output = home
        .command(&["endpoint", "guest", "--while", "2147483646"])
        .stderr(Stdio::piped())
        .output();
    let output = output.expect("an end");
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.starts_with("The process to serve does not exist."),
        "{message}"
    );
}

#[test]
fn a_program_may_connect_with_a_socket_of_ipv6() {
    // A system without IPv6 has no such programs.
    if !Path::new("/proc/net/tcp6").exists() {
        return;
    }
    let home = Home::with(&[body()]);
    let program = home.exec();
    let python = Command::new("/usr/bin/python3");
    let status = program.endpoint().status_for(python, DUAL_STACK);
    assert_eq!(status, "HTTP/1.1 200 OK\n");
}

/// A script for Python: connects to an address and port over IPv4, sends a request, and prints the status.
const IPV4: &str = "import socket,sys; s=socket.socket(); s.connect((sys.argv[1],int(sys.argv[2]))); \
                    s.sendall(sys.argv[3].encode()); print(s.recv(99).decode().split('\\r')[0])";
/// The same with a socket of IPv6, as Java and Go open it.
const DUAL_STACK: &str = "import socket,sys; s=socket.socket(socket.AF_INET6); \
                          s.connect(('::ffff:'+sys.argv[1],int(sys.argv[2]))); \
                          s.sendall(sys.argv[3].encode()); print(s.recv(99).decode().split('\\r')[0])";

impl Endpoint {
    /// Returns the status that a Python script gets for a good request.
    fn status_for(&self, mut python: Command, script: &str) -> String {
        let (host, port) = self.host.split_once(':').expect("a port");
        python.args(["-c", script, host, port, &self.request()]);
        String::from_utf8(python.output().expect("an answer").stdout).expect("text")
    }
}

/// Tests that need root: `cargo test root::`.
mod root {
    use super::*;

    #[test]
    fn v1_another_users_program_gets_nothing_even_with_the_token() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let home = Home::with(&[body(), body()]);
        let program = home.exec();
        let endpoint = program.endpoint();
        let ask = |user: &str, script: &str| {
            let mut python = Command::new("setpriv");
            python.args(["--reuid", user, "--clear-groups", "/usr/bin/python3"]);
            endpoint.status_for(python, script)
        };
        assert_eq!(ask("65534", IPV4), "HTTP/1.1 403 Forbidden\n");
        assert_eq!(ask("0", IPV4), "HTTP/1.1 200 OK\n");
        if Path::new("/proc/net/tcp6").exists() {
            assert_eq!(ask("65534", DUAL_STACK), "HTTP/1.1 403 Forbidden\n");
            assert_eq!(ask("0", DUAL_STACK), "HTTP/1.1 200 OK\n");
        }
    }

    /// Opens connections in a loop, and keeps the last hundred of them.
    const FLOOD: &str = "
import socket, sys
kept = []
print('floods', flush=True)
while True:
    try:
        kept.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), 1))
    except OSError:
        pass
    if len(kept) > 100:
        kept.pop(0).close()
";

    #[test]
    fn v1_another_users_loop_of_connections_resets_no_request_of_ones_own() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let home = Home::with(&vec![body(); 40]);
        let program = home.exec();
        let endpoint = program.endpoint();
        let mut flood = Command::new("setpriv");
        flood.args(["--reuid", "65534", "--clear-groups", "/usr/bin/python3"]);
        let (host, port) = endpoint.host.split_once(':').expect("a port");
        flood.args(["-c", FLOOD, host, port]);
        let mut flood = flood.stdout(Stdio::piped()).spawn().expect("starts");
        let mut floods = BufReader::new(flood.stdout.take().expect("piped"));
        floods.read_line(&mut String::new()).expect("it began");
        let answers: Vec<String> = (0..40)
            .map(|_| endpoint.status_for(Command::new("/usr/bin/python3"), IPV4))
            .collect();
        flood.kill().expect("ends");
        flood.wait().expect("ended");
        let wrong: Vec<&String> = answers
            .iter()
            .filter(|answer| *answer != "HTTP/1.1 200 OK\n")
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
