//! The command line at its edges: strange arguments, outputs that fail, sockets that are not what they should be, and
//! a terminal to type into.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "runs the program it tests, and measures it"
)]

mod server;
mod terminal;

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use server::Server;
use terminal::Terminal;

fn rolecall(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        // With a display, nothing starts by itself.
        .env("DISPLAY", ":0");
    command
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().expect("the program")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn b75_strange_arguments_are_refused_and_shown_harmless() {
    let home = home();
    let long = "x".repeat(100_000);
    for argument in [
        OsStr::from_bytes(b"\xff\xfe"),
        OsStr::new("a\u{1b}[31m\u{202e}"),
        OsStr::new(&long),
    ] {
        let mut command = rolecall(home.path(), &[]);
        command.arg(argument);
        let output = output(command);
        assert_eq!(output.status.code(), Some(2));
        let told = stderr(&output);
        assert!(
            !told
                .trim_end()
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{told}"
        );
        assert!(told.len() < 400, "{told}");
    }
}

#[test]
fn b76_says_within_a_second_that_nothing_runs() {
    let home = home();
    let begun = Instant::now();
    let output = output(rolecall(home.path(), &["list"]));
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn b76_a_socket_that_was_left_behind_means_nothing_runs() {
    let home = home();
    let dir = private_dir(home.path());
    drop(UnixListener::bind(dir.join("agent.sock")).expect("a socket"));
    let output = output(rolecall(home.path(), &["list"]));
    assert!(stderr(&output).starts_with("Rolecall is not running."));
}

fn private_dir(home: &Path) -> std::path::PathBuf {
    let dir = home.join("rolecall");
    fs::create_dir(&dir).expect("a folder");
    fs::set_permissions(&dir, Permissions::from_mode(0o700)).expect("a mode");
    dir
}

#[test]
fn t02_nothing_is_sent_into_a_folder_or_socket_that_is_not_private() {
    let open: fn(&Path) = |home| {
        let dir = private_dir(home);
        // Stays bound, though nobody serves it.
        std::mem::forget(UnixListener::bind(dir.join("agent.sock")).expect("a socket"));
        fs::set_permissions(dir, Permissions::from_mode(0o755)).expect("a mode");
    };
    let linked: fn(&Path) = |home| {
        let elsewhere = home.join("elsewhere");
        fs::create_dir(&elsewhere).expect("a folder");
        fs::set_permissions(&elsewhere, Permissions::from_mode(0o700)).expect("a mode");
        std::mem::forget(UnixListener::bind(elsewhere.join("agent.sock")).expect("a socket"));
        symlink(elsewhere, home.join("rolecall")).expect("a link");
    };
    let file: fn(&Path) = |home| {
        fs::write(private_dir(home).join("agent.sock"), "").expect("a file");
    };
    for plant in [open, linked, file] {
        let home = home();
        plant(home.path());
        let output = output(rolecall(home.path(), &["list"]));
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains("is not yours alone"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn an_application_that_is_stuck_is_given_up() {
    let home = home();
    let dir = private_dir(home.path());
    let _listener = UnixListener::bind(dir.join("agent.sock")).expect("a socket");
    let begun = Instant::now();
    let output = output(rolecall(home.path(), &["list"]));
    assert!((4..8).contains(&begun.elapsed().as_secs()));
    assert!(stderr(&output).starts_with("Rolecall does not answer"));
}

#[test]
fn r28_another_version_is_told_apart() {
    let home = home();
    let dir = private_dir(home.path());
    let listener = UnixListener::bind(dir.join("agent.sock")).expect("a socket");
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("a length");
        let answer = br#"{"v":7,"app":"9.9.9","result":{"Ok":"done"}}"#;
        let length = u32::try_from(answer.len()).expect("short");
        stream.write_all(&length.to_be_bytes()).expect("a length");
        stream.write_all(answer).expect("an answer");
    });
    let output = output(rolecall(home.path(), &["end", "guest"]));
    server.join().expect("a server without a fault");
    assert!(
        stderr(&output).contains("9.9.9 do not understand each other"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn b78_a_reader_that_went_away_is_no_reason_to_complain() {
    let home = home();
    let mut child = rolecall(home.path(), &["help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("its end");
    // The help may have been written before the pipe was closed.
    assert!(output.status.code().is_some_and(|code| code <= 1));
    assert_eq!(stderr(&output), "");
}

#[cfg(target_os = "linux")]
#[test]
fn b78_a_full_disk_is_told() {
    let home = home();
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let child = rolecall(home.path(), &["help"])
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn();
    let output = child
        .expect("the program")
        .wait_with_output()
        .expect("its end");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("The output cannot be written"));
}

#[test]
fn b41_a_key_is_not_looked_for_where_reading_could_block() {
    let home = home();
    for path in ["/dev/zero", "/dev", "/nowhere"] {
        let begun = Instant::now();
        let output = output(rolecall(
            home.path(),
            &["keys", "add", "user", "--from-csv", path],
        ));
        assert_eq!(output.status.code(), Some(1));
        assert!(begun.elapsed() < Duration::from_secs(2), "{path}");
    }
}

#[test]
fn t11_a_secret_typed_at_the_terminal_is_not_shown() {
    let home = home();
    let key = json!({ "Ok": { "key": {
        "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "account_id": "177634097045",
        "user_arn": "arn:aws:iam::177634097045:user/user", "roles": 0
    } } });
    let server = Server::start(&home.path().join("rolecall"), vec![key]);
    let mut terminal = Terminal::run(rolecall(home.path(), &["keys", "add", "user"]));
    terminal.wait_for("Access key id: ");
    terminal.type_in("AKIAIOSFODNN7EXAMPLE\n");
    terminal.wait_for("(not shown): ");
    terminal.type_in("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("AKIAIOSFODNN7EXAMPLE") && !text.contains("wJalr"),
        "{text}"
    );
    let asked = server.asked();
    assert_eq!(
        asked[0]["add_key"]["secret"],
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    );
}

#[test]
fn ctrl_c_while_a_secret_is_typed_changes_nothing() {
    let home = home();
    let mut terminal = Terminal::run(rolecall(home.path(), &["keys", "add", "user"]));
    terminal.wait_for("Access key id: ");
    terminal.type_in("AKIAIOSFODNN7EXAMPLE\n");
    terminal.wait_for("(not shown): ");
    terminal.type_in("half a secret\u{3}");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("Cancelled. Nothing changed.") && !text.contains("half"),
        "{text}"
    );
}
