//! `complete`, which the scripts of `shell-init` call.

use serde_json::json;
use snapbox::str;

use super::Case;

#[test]
fn commands_of_a_group_complete() {
    Case::new(&["complete", "--", "keys", "re"]).prints(str![[r#"
rename
remove
remove-totp

"#]]);
}

#[test]
fn flags_of_a_command_complete() {
    Case::new(&["complete", "--", "connect", "guest", "--"]).prints(str![[r#"
--all
--profile-prefix
--dry-run
--yes
--practice
--help
--version

"#]]);
}

#[test]
fn shells_complete() {
    Case::new(&["complete", "--", "shell-init", ""]).prints(str![[r#"
bash
zsh
fish
pwsh
nu

"#]]);
}

#[test]
fn roles_complete_by_search() {
    Case::new(&["complete", "--", "exec", "--server", "'gs"])
        .answer(json!({ "names": ["guest", "x\u{1b}[2J"] }))
        .asked(json!({ "names": { "search": "gs" } }))
        .prints(str![[r#"
guest
x\u{1b}[2J

"#]]);
}

#[test]
fn hidden_commands_do_not_complete() {
    Case::new(&["complete", "--", "comp"]).prints(str![]);
}

#[test]
fn a_value_completes_behind_its_flag() {
    Case::new(&["complete", "--", "env", "guest", "--shell=dot"]).prints(str![[r#"
--shell=dotenv

"#]]);
}

#[test]
fn a_script_takes_only_names_that_a_shell_takes() {
    Case::new(&["shell-init", "bash", "--name", "$(touch ran)"]).fails_as_usage(str![[r#"
"$(touch ran)" cannot be the name of a shell function. Choose another, of letters, digits, - and _.

"#]]);
    Case::new(&["shell-init", "bash", "--name=cd"]).fails_as_usage(str![[r#"
"cd" cannot be the name of a shell function. Choose another, of letters, digits, - and _.

"#]]);
}
