//! Command lines that are not understood: each says why, and exits with 2.

use snapbox::str;

use super::Case;

#[test]
fn b74_connect_all_and_names() {
    Case::new(&["connect", "guest", "--all"]).fails_as_usage(str![[r#"
Give names or --all, not both.

"#]]);
}

#[test]
fn b74_connect_nobody() {
    Case::new(&["connect", "--yes"]).fails_as_usage(str![[r#"
rolecall connect: ROLE is missing. See: rolecall help connect

"#]]);
}

#[test]
fn b74_endpoint_no_process() {
    Case::new(&["endpoint", "guest", "--while", "today"]).fails_as_usage(str![[r#"
"today" is not a process ID. A shell's own is: $$

"#]]);
}

#[test]
fn b74_exec_role_missing() {
    Case::new(&["exec", "--"]).fails_as_usage(str![[r#"
rolecall exec: ROLE is missing. See: rolecall help exec

"#]]);
}

#[test]
fn b74_flag_twice() {
    Case::new(&["list", "--json", "--json"]).fails_as_usage(str![[r#"
--json is given twice.

"#]]);
}

#[test]
fn b74_foreign_flag() {
    Case::new(&["end", "guest", "--json"]).fails_as_usage(str![[r#"
rolecall end does not accept --json. See: rolecall help end

"#]]);
}

#[test]
fn b74_history_limit() {
    Case::new(&["history", "--limit", "0"]).fails_as_usage(str![[r#"
--limit needs a number from 1 to 20000.

"#]]);
}

#[test]
fn b74_history_since() {
    Case::new(&["history", "--since", "2w"]).fails_as_usage(str![[r#"
"2w" is not a span of time. Write it as 2d, 12h or 30m.

"#]]);
}

#[test]
fn b74_keys_import_nothing() {
    Case::new(&["keys", "import"]).fails_as_usage(str![[r#"
rolecall keys import needs --all or --profile PROFILE. See: rolecall help keys import

"#]]);
}

#[test]
fn b74_limit_of_a_form_without_limits() {
    Case::new(&["credentials", "--key", "work", "--read-only"]).fails_as_usage(str![[r#"
This form of rolecall credentials does not accept --read-only. See: rolecall help credentials

"#]]);
}

#[test]
fn b74_limit_of_an_endpoint() {
    Case::new(&["exec", "--server", "guest", "--view-only", "true"]).fails_as_usage(str![[r#"
This form of rolecall exec does not accept --view-only. See: rolecall help exec

"#]]);
}

#[test]
fn b74_value_of_a_flag_without_one() {
    Case::new(&["list", "--json=yes"]).fails_as_usage(str![[r#"
--json does not take a value.

"#]]);
}

#[test]
fn b74_value_of_a_short_flag() {
    Case::new(&["list", "-h=yes"]).fails_as_usage(str![[r#"
-h does not take a value.

"#]]);
}

#[test]
fn b74_limit_where_none_is() {
    Case::new(&["list", "--read-only"]).fails_as_usage(str![[r#"
rolecall list does not accept --read-only. See: rolecall help list

"#]]);
}

#[test]
fn b74_mistyped_command() {
    Case::new(&["crednetials", "guest"]).fails_as_usage(str![[r#"
Unknown command "crednetials". Did you mean credentials?

"#]]);
}

#[test]
fn b74_mistyped_flag() {
    Case::new(&["list", "--jsno"]).fails_as_usage(str![[r#"
Unknown flag "--jsno". Did you mean --json?

"#]]);
}

#[test]
fn b74_mistyped_subcommand() {
    Case::new(&["keys", "ad", "user"]).fails_as_usage(str![[r#"
Unknown command "ad". Did you mean add?

"#]]);
}

#[test]
fn b74_nothing() {
    Case::new(&[]).fails_as_usage(str![[r#"
No command given. See: rolecall help

"#]]);
}

#[test]
fn b74_operand_missing() {
    Case::new(&["keys", "rename", "user"]).fails_as_usage(str![[r#"
rolecall keys rename: NEW is missing. See: rolecall help keys rename

"#]]);
}

#[test]
fn b74_read_only_and_view_only() {
    Case::new(&["env", "guest", "--view-only", "--read-only"]).fails_as_usage(str![[r#"
Give --read-only or --view-only, not both.

"#]]);
}

#[test]
fn b74_search_without_text() {
    Case::new(&["list", "--search"]).fails_as_usage(str![[r#"
--search needs a value.

"#]]);
}

#[test]
fn b74_value_like_a_flag() {
    Case::new(&["env", "guest", "--shell", "-x"]).fails_as_usage(str![[r#"
--shell needs a value.

"#]]);
}

#[test]
fn b74_word_too_many() {
    Case::new(&["assume", "Kunde", "A"]).fails_as_usage(str![[r#"
Unexpected argument "A" for rolecall assume. Put a name with spaces in quotes.

"#]]);
}

#[test]
fn b80_env_unknown_shell() {
    Case::new(&["env", "guest", "--shell", "basic"])
        .fails_as_usage(str![[r#"
There is no export block for the shell "basic". Known: bash, zsh, sh, ksh, fish, powershell, cmd, nushell, elvish, xonsh, csh, tcsh, dotenv, docker, json, ini.

"#]]);
}

#[test]
fn b80_shell_init_unknown_shell() {
    Case::new(&["shell-init", "tcl"]).fails_as_usage(str![[r#"
There is no script for the shell "tcl". Known: bash, zsh, fish, pwsh, nu.

"#]]);
}

#[test]
fn import_unknown_program() {
    Case::new(&["import", "saml2aws"]).fails_as_usage(str![[r#"
Rolecall cannot import from "saml2aws". It can from: leapp, aws-vault, granted.

"#]]);
}

#[test]
fn keys_add_totp_in_arguments() {
    Case::new(&["keys", "add-totp", "user", "arn:aws:iam::177634097045:mfa/user", "GEZDGNBVGY3TQOJQ"])
        .fails_as_usage(str![[r#"
Do not put a seed on the command line: other programs and the shell's history can read it. Type it when asked, or pipe it to standard input.

"#]]);
}

#[test]
fn status_format_unknown() {
    Case::new(&["status", "--format", "{time}"]).fails_as_usage(str![[r#"
Unknown placeholder "{time}". Known: {role}, {left}, {count}, {account}, {phase}, {replaced}.

"#]]);
}

#[test]
fn t11_keys_add_refuses_a_secret_argument() {
    Case::new(&["keys", "add", "user", "AKIAIOSFODNN7EXAMPLE", "canary"])
        .fails_as_usage(str![[r#"
Do not put an access key on the command line: other programs and the shell's history can read it. Type it when asked, pipe it as two lines, or use --from-csv or --from-profile.

"#]]);
}

#[test]
fn t11_unlock_refuses_a_passphrase_argument() {
    Case::new(&["unlock", "secret"])
        .fails_as_usage(str![[r#"
Do not put a passphrase on the command line: other programs and the shell's history can read it. Type it when asked, or use --passphrase-fd.

"#]]);
}

#[test]
fn reset_either_shows_or_removes() {
    Case::new(&["reset", "--dry-run", "--yes"]).fails_as_usage(str![[r#"
Give --dry-run or --yes, not both.

"#]]);
}

#[test]
fn reset_refuses_the_practice_account() {
    Case::new(&["reset", "--practice"]).fails(str![[r#"
The practice account exists in memory only. Quit its application, and it is gone.

"#]]);
}

#[test]
fn reset_refuses_sudo() {
    Case::new(&["reset"])
        .env("SUDO_UID", "1000")
        .fails(str![[r#"
Nothing was removed: sudo started this command. Run it without sudo.

"#]]);
}
