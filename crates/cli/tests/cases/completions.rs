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
