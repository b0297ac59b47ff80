//! Unusual situations: strange arguments, output that fails, sockets of other users, and secrets typed at a terminal.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "runs and measures the program under test"
)]

mod server;
mod terminal;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::Server;
use terminal::Terminal;

fn rolecall(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        // With a display, the agent does not start.
        .env("DISPLAY", ":0");
    command
}

/// A bit less than what the program waits for an application that does not answer.
const STUCK: Duration = Duration::from_secs(4);

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Returns the command that ends with exit code 124 if it does not end in a minute.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("/usr/bin/timeout");
    limited.arg("60").arg(command.get_program());
    limited.args(command.get_args()).env_clear();
    limited.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    limited
}

fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().expect("the program")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn b75_strange_arguments_are_refused_and_escaped() {
    let home = home();
    let long = "x".repeat(100_000);
    for argument in [
        OsStr::from_bytes(b"\xff\xfe"),
        OsStr::from_bytes(b"--\xff"),
        OsStr::new("a\u{1b}[31m\u{202e}"),
        OsStr::new(&long),
    ] {
        let mut command = rolecall(home.path(), &[]);
        command.arg(argument);
        let output = output(command);
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(
            !message
                .trim_end()
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{message}"
        );
        assert!(message.len() < 400, "{message}");
    }
}

#[test]
fn b75_an_argument_that_is_too_long_is_named_with_what_is_allowed() {
    let home = home();
    let long = "x".repeat(100_000);
    let output = output(rolecall(home.path(), &["end", &long]));
    assert_eq!(
        stderr(&output),
        "The name has 100000 characters. Use at most 128.\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn b76_reports_at_once_that_rolecall_is_not_running() {
    let home = home();
    let begun = Instant::now();
    let output = output(rolecall(home.path(), &["list"]));
    assert!(begun.elapsed() < STUCK, "it waited for an answer");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn b76_a_stale_socket_means_that_rolecall_is_not_running() {
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
        // The socket stays bound, but no program serves it.
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
            stderr(&output).contains("is not private to you"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_call_to_a_stuck_application_times_out() {
    let home = home();
    let dir = private_dir(home.path());
    let _listener = UnixListener::bind(dir.join("agent.sock")).expect("a socket");
    let begun = Instant::now();
    let output = output(rolecall(home.path(), &["list"]));
    assert!(begun.elapsed() >= STUCK, "{:?}", begun.elapsed());
    assert!(stderr(&output).starts_with("Rolecall does not answer"));
}

#[test]
fn r28_another_version_is_recognised() {
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
    server.join().expect("a server that did not panic");
    assert!(
        stderr(&output).contains("9.9.9 are not compatible"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn b78_a_closed_pipe_is_not_an_error() {
    let home = home();
    let mut child = rolecall(home.path(), &["help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("its end");
    // The help may be written before the pipe is closed.
    assert!(output.status.code().is_some_and(|code| code <= 1));
    assert_eq!(stderr(&output), "");
}

#[cfg(target_os = "linux")]
#[test]
fn b78_a_full_disk_is_reported() {
    let home = home();
    let full = fs::File::options()
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
fn b41_files_that_could_block_are_not_read_for_a_key() {
    let home = home();
    for path in ["/dev/zero", "/dev", "/nowhere"] {
        let words = ["keys", "add", "user", "--from-csv", path];
        let output = output(limited(&rolecall(home.path(), &words)));
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn b41_a_fifo_is_never_waited_for() {
    let home = home();
    let fifo = home.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo").success());
    let path = fifo.to_str().expect("a path");
    for words in [
        vec!["keys", "add", "user", "--from-csv", path],
        vec!["roles", "import", path],
    ] {
        let output = output(limited(&rolecall(home.path(), &words)));
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("it is not a file"), "{text}");
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
    terminal.wait_for("Access key ID: ");
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
    terminal.wait_for("Access key ID: ");
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

/// Returns how a command ends at a terminal.
fn at_terminal(arguments: &[&str], answer: Value) -> (Option<i32>, String) {
    let home = home();
    let server = Server::start(&home.path().join("rolecall"), vec![answer]);
    let end = Terminal::run(rolecall(home.path(), arguments)).end();
    drop(server);
    end
}

/// The arguments of the calls that SDKs make.
const SDK_CALLS: [&[&str]; 2] = [&["credentials", "guest"], &["credentials", "--key", "work"]];

#[test]
fn an_sdk_is_not_asked_for_the_passphrase_of_the_key_file() {
    for arguments in SDK_CALLS {
        let problem = json!({ "code": "keys_sealed", "what": "Sealed.", "remedy": "Open it." });
        let (code, text) = at_terminal(arguments, json!({ "Err": problem }));
        assert_eq!(code, Some(1), "{arguments:?}: {text}");
        let message = "The access keys are in a sealed file. Unlock it with: rolecall unlock";
        assert_eq!(text.trim_end(), message, "{arguments:?}");
    }
}

#[test]
fn an_sdk_reads_nothing_about_a_question_in_the_window() {
    for arguments in SDK_CALLS {
        let asking = json!({ "Ok": { "asking": { "seconds": 30, "question": null } } });
        let credentials = json!({ "Ok": { "text": "{\"Version\":1}" } });
        let (code, text) = at_terminal(arguments, json!([asking, credentials]));
        assert_eq!(code, Some(0), "{arguments:?}: {text}");
        assert_eq!(text.trim_end(), "{\"Version\":1}", "{arguments:?}");
    }
}
