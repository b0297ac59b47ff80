//! The function `assume` in real shells, against a server that answers as the application does.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs the shells, and says which are passed over"
)]

mod server;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::Server;

fn block(shell: &str) -> Value {
    let text = match shell {
        "fish" => " set -e AWS_PROFILE\n set -gx AWS_REGION 'eu-west-1'",
        _ => " unset AWS_PROFILE\n export AWS_REGION='eu-west-1'",
    };
    json!({ "Ok": { "text": text } })
}

fn snapshot() -> Value {
    let text = include_str!("cases/snapshot.json");
    json!({ "Ok": serde_json::from_str::<Value>(text).expect("JSON") })
}

fn run(shell: &str, home: &Path, script: &str) -> Option<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_rolecall"));
    let folder = program.parent().expect("a folder").display();
    let mut command = Command::new(shell);
    command.env_clear().current_dir(home).env("HOME", home);
    command.env("XDG_RUNTIME_DIR", home).env("DISPLAY", ":0");
    command.env("PATH", format!("{folder}:/usr/local/bin:/usr/bin:/bin"));
    command.args(["-c", script]).stdin(Stdio::null());
    let output = match command.output() {
        Err(_) if std::env::var_os("CI").is_none() => {
            println!("{shell} is not installed; passed over");
            return None;
        }
        output => output.expect("the shell"),
    };
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}");
    Some(String::from_utf8(output.stdout).expect("text"))
}

fn init(shell: &str) -> String {
    match shell {
        "fish" => "rolecall shell-init fish | source".to_owned(),
        shell => format!("eval \"$(rolecall shell-init {shell})\""),
    }
}

#[test]
fn assume_puts_a_live_session_into_the_shell_and_takes_it_out() {
    for shell in ["bash", "zsh", "fish"] {
        let home = tempfile::tempdir().expect("a folder");
        let answers = vec![snapshot(), block(shell)];
        let server = Server::start(&home.path().join("rolecall"), answers);
        let script = format!(
            "{}\nassume guest\necho \"$AWS_REGION,$ROLECALL_ROLE\"\nassume --end\n\
             echo \"$AWS_REGION,$ROLECALL_ROLE\"",
            init(shell)
        );
        let Some(said) = run(shell, home.path(), &script) else {
            continue;
        };
        assert_eq!(said, "eu-west-1,guest\n,\n", "{shell}");
        let asked = server.asked();
        assert_eq!(asked[0], "sessions");
        assert_eq!(asked[1]["env"]["role"], "guest");
    }
}

#[test]
fn bash_completes_roles_without_running_what_they_are_called() {
    let home = tempfile::tempdir().expect("a folder");
    let names = json!({ "Ok": { "names": ["a $(touch ran)", "audit", "x-a"] } });
    let server = Server::start(&home.path().join("rolecall"), vec![names]);
    let script = format!(
        "{}\nCOMP_WORDS=(assume a) COMP_CWORD=1\n_rolecall_complete\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        init("bash")
    );
    let said = run("bash", home.path(), &script);
    assert!(said.is_some_and(|said| said == "a\\ \\$\\(touch\\ ran\\)\naudit\n"));
    assert!(!home.path().join("ran").exists());
    assert_eq!(server.asked(), [json!({ "names": { "search": "a" } })]);
}
