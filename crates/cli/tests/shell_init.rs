//! The function `assume` and completions in real shells, with a stand-in for the application.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "runs the shells, and says which are not installed"
)]

mod server;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::Server;

fn block(shell: &str) -> Value {
    let text = match shell {
        "fish" => {
            " set -e AWS_PROFILE\n set -gx AWS_REGION 'eu-west-1'\n set -gx ROLECALL_REGION 'eu-west-1'"
        }
        _ => {
            " unset AWS_PROFILE\n export AWS_REGION='eu-west-1'\n export ROLECALL_REGION='eu-west-1'"
        }
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
            println!("{shell} is not installed; not tested");
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
fn assume_puts_an_active_session_into_the_shell_and_removes_it() {
    for shell in ["bash", "zsh", "fish"] {
        let home = tempfile::tempdir().expect("a folder");
        let answers = vec![snapshot(), block(shell)];
        let server = Server::start(&home.path().join("rolecall"), answers);
        let script = format!(
            "{}\nassume guest\necho \"$AWS_REGION,$ROLECALL_ROLE\"\nassume --end\n\
             echo \"$AWS_REGION,$ROLECALL_ROLE\"",
            init(shell)
        );
        let Some(printed) = run(shell, home.path(), &script) else {
            continue;
        };
        assert_eq!(printed, "eu-west-1,guest\n,\n", "{shell}");
        let asked = server.asked();
        assert_eq!(asked[0], "sessions");
        assert_eq!(asked[1]["env"]["role"], "guest");
    }
}

#[test]
fn bash_and_fish_complete_commands_flags_and_values() {
    let bash = "words() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _rolecall_complete; echo \"${COMPREPLY[*]}\"; }
        words rolecall sta; words rolecall keys ren; words rolecall unlock --p; words rolecall env x --shell = ba";
    let fish = "for line in sta 'keys ren' 'unlock --p' 'env x --shell ba'
        echo (complete -C \"rolecall $line\"); end";
    for (shell, script) in [("bash", bash), ("fish", fish)] {
        let home = tempfile::tempdir().expect("a folder");
        let script = format!("{}\n{script}", init(shell));
        let Some(printed) = run(shell, home.path(), &script) else {
            continue;
        };
        assert_eq!(
            printed, "status\nrename\n--passphrase-fd --practice\nbash\n",
            "{shell}"
        );
    }
}

#[test]
fn bash_completes_roles_without_running_their_names() {
    let home = tempfile::tempdir().expect("a folder");
    let names = json!({ "Ok": { "names": ["a $(touch ran)", "audit", "x-a"] } });
    let server = Server::start(&home.path().join("rolecall"), vec![names]);
    let script = format!(
        "{}\nCOMP_WORDS=(assume a) COMP_CWORD=1\n_rolecall_complete\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        init("bash")
    );
    let printed = run("bash", home.path(), &script);
    assert!(printed.is_some_and(|it| it == "a\\ \\$\\(touch\\ ran\\)\naudit\n"));
    assert!(!home.path().join("ran").exists());
    assert_eq!(server.asked(), [json!({ "names": { "search": "a" } })]);
}
