//! `doctor`.

use serde_json::{Value, json};
use snapbox::str;

use super::Case;

const KEYS: &str = "[work]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
";

fn host(version: &str) -> Value {
    json!({ "host": {
        "kind": "desktop", "version": version, "pid": 4711, "sealed_file": "", "sealed_file_state": "absent"
    } })
}

fn nothing() -> Value {
    json!({ "doctor": { "findings": [], "unread": [] } })
}

fn doctor(arguments: &'static [&'static str]) -> Case {
    Case::new(arguments)
        .answer(nothing())
        .answer(host(env!("CARGO_PKG_VERSION")))
}

#[test]
fn nothing_wrong() {
    doctor(&["doctor"])
        .asked(json!({ "doctor": { "role": null } }))
        .asked(json!("host"))
        .prints(str![[r#"
Rolecall found nothing wrong.

"#]]);
}

#[test]
fn findings() {
    Case::new(&["doctor"])
        .answer(json!({ "doctor": {
            "findings": [
                {
                    "id": "keychain_absent", "severity": "error", "what": "No keychain is running.\u{1b}[2J",
                    "why": "It matters.", "remedy": "Start one."
                },
                {
                    "id": "caller_permission", "severity": "warning", "what": "No policy allows it.",
                    "why": "Both sides must.", "remedy": "Ask.", "who": "the administrator of account 177634097045",
                    "command": "aws iam list-policies", "detail": "AccessDenied",
                    "statement": { "goes_to": "the permissions of user", "json": "{\n  \"Effect\": \"Allow\"\n}" }
                },
                { "id": "old_key", "severity": "advice", "what": "Old.", "why": "So.", "remedy": "Replace it." }
            ],
            "unread": [{ "what": "iam:ListAccessKeys as work", "why": "AWS does not permit it." }]
        } }))
        .answer(host(env!("CARGO_PKG_VERSION")))
        .ends(1, str![[r#"
Rolecall found 1 error, 1 warning, 1 recommendation.

1. Error: No keychain is running.\u{1b}[2J
   It matters.
   What to do: Start one.

2. Warning: No policy allows it.
   Both sides must.
   What to do: Ask.
   Run: aws iam list-policies
   Who can change it: the administrator of account 177634097045.
   For the permissions of user:
     {
       "Effect": "Allow"
     }
   Detail: AccessDenied

3. Recommendation: Old.
   So.
   What to do: Replace it.

Not checked:
   iam:ListAccessKeys as work: AWS does not permit it.

"#]], str![]);
}

#[test]
fn json() {
    doctor(&["doctor", "--json"]).prints(str![[r#"
{"findings":[],"unread":[]}

"#]]);
}

#[test]
fn not_running() {
    Case::new(&["doctor"]).ends(
        1,
        str![[r#"
Rolecall found 1 error.

1. Error: Rolecall is not running.
   Terminals and profiles get their credentials from the running application.
   What to do: Start it from your applications menu, or run: rolecall-desktop

"#]],
        str![],
    );
}

#[test]
fn files_without_an_application() {
    Case::new(&["doctor"])
        .file(".aws/credentials", KEYS)
        .mode(".aws/credentials", 0o644)
        .ends(
            1,
            str![[r#"
Rolecall found 2 errors, 1 warning.

1. Error: Other users can read ~/.aws/credentials.
   Every user and service of this machine can copy the credentials in it.
   What to do: Let only yourself use the file.
   Run: chmod 600 ~/.aws/credentials

2. Error: Rolecall is not running.
   Terminals and profiles get their credentials from the running application.
   What to do: Start it from your applications menu, or run: rolecall-desktop

3. Warning: The access key AKIA…MPLE of the profile "work" is in plaintext.
   Every program that you run can read the key.
   What to do: Move it to the keychain.
   Run: rolecall keys import --profile work

"#]],
            str![],
        );
}

#[test]
fn closed_files_without_secrets() {
    doctor(&["doctor"])
        .file(".aws/config", "[profile work]\nregion = eu-west-1\n")
        .mode(".aws/config", 0o644)
        .prints(str![[r#"
Rolecall found nothing wrong.

"#]]);
}

#[test]
fn an_older_version_is_running() {
    Case::new(&["doctor"])
        .problem(json!({
            "code": "version_mismatch", "what": "Rolecall does not understand the call.", "remedy": "Restart it."
        }))
        .answer(host("0.0.9"))
        .ends(1, str![[r#"
Rolecall found 1 warning.

1. Warning: Rolecall 0.0.9 is running, which is older than this command line (0.1.0).
   They may not understand each other, and fixes of one are missing in the other.
   What to do: Quit it and start Rolecall again. For an agent: rolecall agent --stop

"#]], str![]);
}

#[test]
fn variables_and_a_dead_bus() {
    doctor(&["doctor"])
        .env("AWS_ACCESS_KEY_ID", "AKIAI44QH8DHBEXAMPLE")
        .env(
            "DBUS_SESSION_BUS_ADDRESS",
            "unix:path=/nonexistent/bus,guid=1",
        )
        .ends(
            1,
            str![[r#"
Rolecall found 1 error, 1 warning.

1. Error: No session bus answers at /nonexistent/bus.
   Rolecall reaches the keychain, the tray and notifications over it.
   What to do: Sign out and in again, or correct the variable DBUS_SESSION_BUS_ADDRESS.

2. Warning: This terminal has AWS_ACCESS_KEY_ID set.
   AWS's tools use these credentials in place of the profile that you name.
   What to do: Remove them from your shell's start-up files, and here with: eval "$(rolecall env --unset)"

"#]],
            str![],
        );
}

#[test]
fn a_role() {
    doctor(&["doctor", "guest"])
        .asked(json!({ "doctor": { "role": "guest" } }))
        .asked(json!("host"))
        .prints(str![[r#"
Rolecall found nothing wrong.

"#]]);
}

#[test]
fn an_unknown_role() {
    Case::new(&["doctor", "gest"])
        .problem(json!({
            "code": "unknown_role", "what": "There is no role called \"gest\".",
            "remedy": "List the roles with: rolecall list"
        }))
        .answer(host(env!("CARGO_PKG_VERSION")))
        .answer(json!({ "names": ["guest"] }))
        .fails(str![[r#"
There is no role called "gest". Did you mean "guest"?

"#]]);
}

#[test]
fn a_report_has_no_secrets() {
    let case = Case::new(&["doctor", "--report", "report.txt"])
        .answer(json!({ "doctor": { "findings": [{
            "id": "external_id", "severity": "error",
            "what": "The role's trust policy requires the external ID \"nw-2291\". None was sent.",
            "why": "AWS refuses the role \"guest\" because of it.", "remedy": "Set it.",
            "who": "the owner of account 808768216571"
        }], "unread": [] } }))
        .answer(host(env!("CARGO_PKG_VERSION")));
    let home = case.ends(
        1,
        str![[r#"
Rolecall found 1 error.

1. Error: The role's trust policy requires the external ID "nw-2291". None was sent.
   AWS refuses the role "guest" because of it.
   What to do: Set it.
   Who can change it: the owner of account 808768216571.

"#]],
        str![[r#"
Wrote report.txt. It has no secrets and no external IDs, and shows account and key IDs only in part. Read it before you attach it.

"#]],
    );
    let file = home.path().join("report.txt");
    let text = std::fs::read_to_string(&file).expect("a report");
    assert!(
        text.contains("external ID") && text.contains("…6571"),
        "{text}"
    );
    assert!(
        !text.contains("nw-2291") && !text.contains("808768216571"),
        "{text}"
    );
}

#[test]
fn a_report_replaces_no_file() {
    doctor(&["doctor", "--report", "report.txt"])
        .file("report.txt", "mine")
        .fails(str![[r#"
report.txt exists already. Choose another file.

"#]]);
}

#[test]
fn fixes_need_a_terminal() {
    Case::new(&["doctor", "--fix"]).fails(str![[r#"
Nothing was changed: there is no terminal to ask on. Run rolecall doctor --fix at a terminal, or do what each finding says.

"#]]);
}

#[test]
fn fixes_and_json() {
    Case::new(&["doctor", "--fix", "--json"]).fails_as_usage(str![[r#"
Give --fix or --json, not both.

"#]]);
}

#[test]
fn too_many_words() {
    Case::new(&["doctor", "guest", "x"]).fails_as_usage(str![[r#"
Unexpected argument "x" for rolecall doctor. Put a name with spaces in quotes.

"#]]);
}
