//! The command line at its edges: strange arguments, outputs that fail, sockets that are not what they should be, and
//! a terminal to type into.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "runs the program it tests, and measures it"
)]

mod server;

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

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};
use server::Server;

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

fn empty_snapshot() -> Value {
    let settings = json!({ "shell": "bash", "clipboard_clear_s": 30, "lead_times_s": [] });
    json!({ "Ok": { "snapshot": {
        "mode": "own", "endpoint": null, "clock_offset_ms": 0, "sessions": [], "roles": [], "keys": [],
        "prompts": [], "problems": [], "settings": settings
    } } })
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

/// A program on a terminal of its own.
struct Terminal {
    typed: File,
    seen: File,
    child: std::process::Child,
    text: String,
}

impl Terminal {
    fn run(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("a terminal");
        unlockpt(&master).expect("a terminal");
        let name = ptsname(&master, Vec::new()).expect("a name");
        let open = || {
            File::options()
                .read(true)
                .write(true)
                .open(OsStr::from_bytes(name.to_bytes()))
                .expect("a terminal")
        };
        let child = command.stdin(open()).stdout(open()).stderr(open()).spawn();
        drop(command);
        let typed = File::from(master);
        Self {
            seen: typed.try_clone().expect("a second handle"),
            typed,
            child: child.expect("the program"),
            text: String::new(),
        }
    }

    fn wait_for(&mut self, text: &str) {
        while !self.text.contains(text) {
            let mut bytes = [0; 1024];
            let count = self.seen.read(&mut bytes).unwrap_or(0);
            assert!(count > 0, "no {text:?} in {:?}", self.text);
            self.text
                .push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    }

    fn type_in(&mut self, text: &str) {
        self.typed.write_all(text.as_bytes()).expect("typed");
    }

    fn end(mut self) -> (Option<i32>, String) {
        let mut bytes = Vec::new();
        // The terminal's other end is gone at the end, which reads as an error.
        let _ = self.seen.read_to_end(&mut bytes);
        self.text.push_str(&String::from_utf8_lossy(&bytes));
        let status = self.child.wait().expect("its end");
        (status.code(), self.text)
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

#[test]
fn a_code_is_asked_for_at_the_terminal_and_again_when_it_is_rejected() {
    let home = home();
    let mut snapshot = empty_snapshot();
    snapshot["Ok"]["snapshot"]["roles"] = json!([{
        "name": "admin", "arn": "arn:aws:iam::808768216571:role/admin", "account_id": "808768216571", "source": "user",
        "chain": ["user", "admin"], "session_name": null, "duration_s": null, "external_id": null,
        "mfa_serial": "arn:aws:iam::177634097045:mfa/user", "region": null, "group": null, "needs_code": true,
        "planned_s": 3600, "problem": null
    }]);
    let rejected = json!({ "Err": {
        "code": "code_rejected", "what": "This code was used already.", "remedy": "Wait for the next one."
    } });
    let session = json!({ "Ok": { "session": {
        "role": "admin", "phase": "active", "waiting_for": null, "account_id": "808768216571",
        "role_arn": "arn:aws:iam::808768216571:role/admin",
        "identity": "arn:aws:sts::808768216571:assumed-role/admin/user", "source": "user", "group": null,
        "region": null, "issued_at": null, "expires_at": null, "access_key_id": null, "problem": null
    } } });
    let server = Server::start(
        &home.path().join("rolecall"),
        vec![snapshot, rejected, session],
    );
    let mut terminal = Terminal::run(rolecall(home.path(), &["assume", "admin"]));
    terminal.wait_for("Code of arn:aws:iam::177634097045:mfa/user: ");
    terminal.type_in("123456\n");
    terminal.wait_for("Wait for the next one.");
    terminal.type_in("654321\n");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("assumed-role/admin/user"), "{text}");
    let asked = server.asked();
    assert_eq!(asked[1]["assume"]["code"], "123456");
    assert_eq!(asked[2]["assume"]["code"], "654321");
}
