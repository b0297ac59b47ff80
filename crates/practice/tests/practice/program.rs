//! The program `rolecall-practice` and its control endpoint.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program {
    child: Child,
    host: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let host = line.trim().strip_prefix("http://").unwrap().to_owned();
        Self { child, host }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let (host, length) = (&self.host, body.len());
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall-practice"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn prints_its_url_and_ends_with_its_standard_input() {
    let mut program = Program::start(&[]);
    assert!(program.host.starts_with("127.0.0.1:"));
    drop(program.child.stdin.take());
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn the_control_endpoint_sets_faults_and_counts_requests() {
    let program = Program::start(&["--control", "--fault", "throttle=1"]);
    assert_eq!(
        program.ask("GET", "/_practice/faults", ""),
        "[\"throttle=1\"]\n"
    );
    assert!(program.ask("GET", "/", "").contains("SlowDown"));
    assert_eq!(
        program.ask("GET", "/_practice/requests", ""),
        "{\"ListBuckets\":1}\n"
    );
    let set = program.ask(
        "POST",
        "/_practice/faults",
        r#"["html", "AssumeRole:latency=5"]"#,
    );
    assert_eq!(set, "[\"html\",\"AssumeRole:latency=5\"]\n");
    assert!(program.ask("GET", "/", "").contains("<form"));
    assert!(
        program
            .ask("POST", "/_practice/faults", r#"["slow"]"#)
            .contains("is no fault")
    );
    program.ask("DELETE", "/_practice/requests", "");
    assert_eq!(program.ask("GET", "/_practice/requests", ""), "{}\n");
}

#[test]
fn the_control_endpoint_returns_keys_and_codes() {
    let program = Program::start(&["--control"]);
    assert!(
        program
            .ask("GET", "/_practice/keys", "")
            .contains("\"access_key_id\":\"AKIA")
    );
    let code = program.ask(
        "GET",
        "/_practice/code?serial=arn:aws:iam::177634097045:mfa/user",
        "",
    );
    assert_eq!(code.len(), "{\"code\":\"123456\"}\n".len());
}

#[test]
fn b74_names_the_argument_that_it_does_not_understand() {
    for arguments in [
        &["--sped"][..],
        &["--port", "x"],
        &["--fault", "slow"],
        &["--world"],
    ] {
        let output = command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stderr.starts_with(b"rolecall-practice: "));
    }
}
