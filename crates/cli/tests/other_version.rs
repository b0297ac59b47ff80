//! A program of another version at the socket, as after an upgrade: the first command says so, where a person reads it.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "runs the program under test")]

#[expect(dead_code, reason = "these tests type nothing")]
mod terminal;

use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use rolecall_core::api::frame::{read_frame, write_frame};
use rolecall_core::api::protocol::{REQUEST_MAX, Request, VERSION};
use rolecall_core::api::wire_secret::WireSecret;
use rolecall_core::view::role_list::RoleList;
use rolecall_core::view::snapshot::Snapshot;
use serde_json::{Value, json};
use terminal::Terminal;

const NOTE: &str = "Rolecall 0.0.9 is running, and this command is version";

/// Serves a program of version 0.0.9.
fn serve(home: &Path, kind: &'static str) {
    let dir = home.join("rolecall");
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&dir)
        .expect("a folder");
    let listener = UnixListener::bind(dir.join("agent.sock")).expect("a socket");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(request) = read_frame::<Request>(&mut stream, REQUEST_MAX) else {
                continue;
            };
            let call = serde_json::to_value(&request.call).expect("JSON");
            let response = json!({ "v": VERSION, "app": "0.0.9", "result": answer(&call, kind) });
            // The program may have exited.
            let _ = write_frame(&mut stream, &response);
        }
    });
}

fn answer(call: &Value, kind: &str) -> Value {
    let name = call.as_object().and_then(|it| it.keys().next());
    match name.map_or_else(|| call.as_str().unwrap_or_default(), String::as_str) {
        "host" => json!({ "Ok": { "host": {
            "kind": kind, "version": "0.0.9", "pid": 1, "sealed_file": "~/x", "sealed_file_state": "absent"
        } } }),
        "list" => json!({ "Ok": { "list": RoleList::from(&Snapshot::default()) } }),
        "credentials" if call["credentials"]["role"] == "gest" => json!({ "Err": {
            "code": "unknown_role", "what": "There is no role called \"gest\".", "remedy": "See the names with: rolecall list"
        } }),
        "credentials" => json!({ "Ok": { "text": WireSecret::new("{}".to_owned()) } }),
        "names" => json!({ "Ok": { "names": ["guest"] } }),
        _ => json!({ "Ok": { "snapshot": Snapshot::default() } }),
    }
}

fn printed(kind: &'static str, arguments: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    serve(home.path(), kind);
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("DISPLAY", ":0");
    Terminal::run(command).end().1
}

#[test]
fn a_command_says_once_that_an_older_version_runs_and_how_to_change_that() {
    for arguments in [&["status"][..], &["list"], &["assume", "guest"]] {
        let text = printed("agent", arguments);
        assert_eq!(text.matches(NOTE).count(), 1, "{arguments:?}: {text}");
        assert!(text.contains("rolecall agent --stop"), "{text}");
    }
    let text = printed("desktop", &["status"]);
    assert!(text.contains("Restart Rolecall in its menu"), "{text}");
}

#[test]
fn at_a_terminal_credentials_of_a_mistyped_role_ask_what_is_meant() {
    let text = printed("agent", &["credentials", "gest"]);
    assert!(text.contains("Did you mean \"guest\"?"), "{text}");
}

#[test]
fn what_a_program_reads_says_nothing_of_versions() {
    let quiet = [
        &["credentials", "guest"][..],
        &["status", "--format", "{role}"],
        &["list", "--names"],
    ];
    for arguments in quiet {
        let text = printed("agent", arguments);
        assert!(!text.contains("0.0.9"), "{arguments:?}: {text}");
    }
}
