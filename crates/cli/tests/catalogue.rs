//! Things in the place of AWS's files: Rolecall does not block on them, and reports those that are not files (B40 to
//! B42).
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "runs the program under test")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const ROLE: &str = "[default]\nrole_arn = arn:aws:iam::808768216571:role/guest\n";

fn catalogue(config: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    let output = command
        .args(["catalogue", "--json", "--config"])
        .arg(config)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn only_notice(config: &Path) -> String {
    let found = catalogue(config);
    let notices = found["notices"].as_array().expect("notices");
    assert_eq!(notices.len(), 1, "{}: {notices:?}", config.display());
    notices[0]["text"].as_str().expect("text").to_owned()
}

#[test]
fn b41_reports_what_is_not_a_file_and_never_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let made = Command::new("mkfifo").arg(at("pipe")).status();
    assert!(made.expect("mkfifo").success());
    let _listener = UnixListener::bind(at("socket")).expect("a socket");
    symlink(at("none"), at("dangling")).expect("a link");
    symlink(at("circle"), at("circle")).expect("a link");
    for (path, part) in [
        (folder.path().to_owned(), "a folder"),
        (at("pipe"), "a pipe"),
        (at("socket"), "a socket"),
        ("/dev/zero".into(), "a device"),
        (at("dangling"), "leads nowhere"),
        (at("circle"), "cannot be read"),
    ] {
        let notice = only_notice(&path);
        assert!(notice.contains(part), "{}: {notice}", path.display());
    }
    assert_eq!(catalogue(&at("none"))["notices"], Value::Array(Vec::new()));
}

#[test]
fn b40_reports_text_that_is_not_utf_8_or_too_large() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config");
    let utf_16: Vec<u8> = format!("\u{feff}{ROLE}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(&path, utf_16).expect("a file");
    assert!(only_notice(&path).contains("not UTF-8 at byte 0"));
    let file = fs::File::create(&path).expect("a file");
    file.set_len(50 << 20).expect("a large file");
    assert!(only_notice(&path).contains("too large"));
}

#[test]
fn b42_a_file_that_others_can_change_is_read_with_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config");
    fs::write(&path, ROLE).expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(0o666)).expect("its mode");
    assert!(only_notice(&path).contains("Other users can change this file"));
    assert_eq!(catalogue(&path)["roles"][0]["name"], "default");
}

#[test]
fn t16_programs_that_a_file_names_are_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, canary) = (folder.path().join("config"), folder.path().join("canary"));
    let touch = format!("touch {}", canary.display());
    let text = format!("{ROLE}credential_process = {touch}\nmfa_process = {touch}\n");
    fs::write(&path, text).expect("a file");
    let problem = &catalogue(&path)["roles"][0]["problem"];
    assert_eq!(problem["code"], "unusable_source");
    assert!(!canary.exists());
}
