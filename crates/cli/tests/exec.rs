//! `exec` as the started program sees it: the same process, and no secret in its arguments.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "runs the program under test")]

mod server;

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use server::Server;

#[test]
fn t11_the_program_has_the_process_and_signals_and_no_secret_in_its_arguments() {
    let home = tempfile::tempdir().expect("a folder");
    let answer = json!({ "Ok": { "environment": {
        "expires_at": "2026-11-21T12:42:30Z", "unset": [], "set": [["AWS_SESSION_TOKEN", "canary"]]
    } } });
    let server = Server::start(&home.path().join("rolecall"), vec![answer]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(["exec", "guest", "--", "sh", "-c"])
        .arg("echo $$ $AWS_SESSION_TOKEN ; read _")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("XDG_RUNTIME_DIR", home.path())
        .env("DISPLAY", ":0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut printed = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout)
        .read_line(&mut printed)
        .expect("a line");
    assert_eq!(printed, format!("{} canary\n", child.id()));
    if cfg!(target_os = "linux") {
        let arguments = std::fs::read(format!("/proc/{}/cmdline", child.id())).expect("arguments");
        assert!(!String::from_utf8_lossy(&arguments).contains("canary"));
    }
    let id = Pid::from_raw(child.id().cast_signed()).expect("a process");
    kill_process(id, Signal::TERM).expect("a signal");
    let status = child.wait().expect("its end");
    assert_eq!(status.signal(), Some(15));
    drop(server.asked());
}
