//! What is said when nothing answers, and which program does.

use serde_json::json;
use snapbox::str;

use super::Case;

#[test]
fn agent_status() {
    Case::new(&["agent", "--status"])
        .answer(json!({
            "host": {
                "kind": "agent", "version": "0.1.0", "pid": 4711,
                "sealed_file": "~/.local/share/rolecall/keys.sealed", "sealed_file_state": "sealed"
            }
        }))
        .asked(json!("host"))
        .prints(str![[r#"
The agent is running: version 0.1.0, process 4711.
~/.local/share/rolecall/keys.sealed is sealed. Unlock it with: rolecall unlock

"#]]);
}

#[test]
fn agent_stop() {
    Case::new(&["agent", "--stop"])
        .answer(json!("done"))
        .asked(json!("stop"))
        .prints(str![[r#"
The agent quits. The next start restores its sessions.

"#]]);
}

#[test]
fn agent_stop_of_the_tray() {
    Case::new(&["agent", "--stop"])
        .problem(json!({
            "code": "not_running", "what": "The tray application is running, not the agent.",
            "remedy": "Quit it from its tray menu."
        }))
        .asked(json!("stop"))
        .fails(str![[r#"
The tray application is running, not the agent. Quit it from its tray menu.

"#]]);
}

#[test]
fn b76_exec_not_running() {
    Case::new(&["exec", "guest", "--", "true"]).fails(str![[r#"
Rolecall is not running. Start it from your applications menu, or run: rolecall-desktop

"#]]);
}

#[test]
fn b76_not_running() {
    Case::new(&["list"]).fails(str![[r#"
Rolecall is not running. Start it from your applications menu, or run: rolecall-desktop

"#]]);
}

#[test]
fn b76_practice_not_running() {
    for display in ["", ":1"] {
        Case::new(&["--practice", "list"])
            .env("DISPLAY", display)
            .fails(str![[r#"
The practice account is not running. Start it on a desktop with: rolecall-desktop --practice

"#]]);
    }
}

#[test]
fn the_practice_account_has_no_agent() {
    for arguments in [
        &["--practice", "agent"][..],
        &["--practice", "agent", "--stop"],
    ] {
        Case::new(arguments).fails(str![[r#"
The practice account has no agent. Start it on a desktop with: rolecall-desktop --practice

"#]]);
    }
}

#[test]
fn b76_not_running_without_a_display() {
    Case::new(&["list"])
        .env("DISPLAY", "")
        .file(
            ".config/rolecall/settings.toml",
            r#"[agent]
start = "never"
"#,
        )
        .fails(str![[r#"
Rolecall is not running. Start it with: rolecall agent

"#]]);
}

#[test]
fn b77_sudo() {
    Case::new(&["list"]).env("SUDO_UID", "1000").fails(str![[r#"
Rolecall is not running for the user that sudo switched to. Run this command without sudo.

"#]]);
}

#[test]
fn status_format_not_running() {
    Case::new(&["status", "--format", "{role}"]).prints(str![]);
}

#[test]
fn b76_not_running_and_mistyped_settings() {
    Case::new(&["list"])
        .env("DISPLAY", "")
        .file(".config/rolecall/settings.toml", "[agent]\nstart = \"nver\"\n")
        .fails(str![[r#"
Rolecall is not running. The agent was not started, because settings.toml has a mistake. Correct it, or run rolecall agent, which shows the mistake.

"#]]);
}

#[test]
fn b76_not_running_and_other_faults() {
    Case::new(&["list"])
        .env("DISPLAY", "")
        .file(
            ".config/rolecall/settings.toml",
            "[clipboard]\nclear_after = \"soon\"\n[agent]\nstart = \"never\"\n",
        )
        .fails(str![[r#"
Rolecall is not running. Start it with: rolecall agent

"#]]);
}

#[test]
fn b76_not_running_and_unparsable_settings() {
    Case::new(&["list"])
        .env("DISPLAY", "")
        .file(".config/rolecall/settings.toml", "[agent]\nstart = \"never\n")
        .fails(str![[r#"
Rolecall is not running. The agent was not started, because settings.toml has a mistake. Correct it, or run rolecall agent, which shows the mistake.

"#]]);
}
