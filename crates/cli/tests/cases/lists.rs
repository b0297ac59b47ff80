//! `list` and `status`.

use serde_json::json;
use snapbox::str;

use super::{Case, listed, snapshot, snapshot_marked, snapshot_with};

#[test]
fn list() {
    Case::new(&["list"])
        .answer(listed(&snapshot()))
        .asked(json!({ "list": { "search": null } }))
        .prints(str![[r#"
ROLE            ACCOUNT       SOURCE  SESSION                    GROUP
guest           808768216571  user    42m left, until 12:42 UTC  Clients
audit\u{1b}[2J  808768216571  user    failed
broken          111122223333  gone    needs setup

"#]]);
}

#[test]
fn list_marks() {
    Case::new(&["list"])
        .answer(listed(&snapshot_marked()))
        .asked(json!({ "list": { "search": null } }))
        .prints(str![[r#"
ROLE            ACCOUNT       SOURCE  SESSION                    GROUP    LABELS
guest           808768216571  user    42m left, until 12:42 UTC  Clients  production, ● red
audit\u{1b}[2J  808768216571  user    failed
broken          111122223333  gone    needs setup                         favourite

"#]]);
}

#[test]
fn list_of_an_earlier_version() {
    let unknown =
        json!({ "code": "version_mismatch", "what": "Not understood.", "remedy": "Restart it." });
    Case::new(&["list"])
        .problem(unknown)
        .answer(snapshot())
        .prints(str![[r#"
ROLE            ACCOUNT       SOURCE  SESSION                    GROUP
guest           808768216571  user    42m left, until 12:42 UTC  Clients
audit\u{1b}[2J  808768216571  user    failed
broken          111122223333  gone    needs setup

"#]]);
}

#[test]
fn list_names() {
    Case::new(&["list", "--names"])
        .answer(json!({ "names": ["guest", "audit\u{1b}[2J", "broken"] }))
        .asked(json!({ "names": { "search": "" } }))
        .prints(str![[r#"
guest
audit\u{1b}[2J
broken

"#]]);
}

#[test]
fn list_names_search() {
    Case::new(&["list", "--names", "--search", "payro"])
        .answer(json!({ "names": ["payments-read-only"] }))
        .asked(json!({ "names": { "search": "payro" } }))
        .prints(str![[r#"
payments-read-only

"#]]);
}

#[test]
fn list_search() {
    Case::new(&["list", "--search", "gst"])
        .answer(listed(&snapshot()))
        .asked(json!({ "list": { "search": "gst" } }))
        .prints(str![[r#"
ROLE            ACCOUNT       SOURCE  SESSION                    GROUP
guest           808768216571  user    42m left, until 12:42 UTC  Clients
audit\u{1b}[2J  808768216571  user    failed
broken          111122223333  gone    needs setup

"#]]);
}

#[test]
fn list_search_finds_nothing() {
    Case::new(&["list", "--search", "nosuch"])
        .answer(listed(&snapshot_with(json!({}))))
        .asked(json!({ "list": { "search": "nosuch" } }))
        .prints(str![[r#"
No role matches "nosuch".

"#]]);
}

#[test]
fn status() {
    Case::new(&["status"])
        .answer(snapshot())
        .asked(json!("sessions"))
        .prints(str![[r#"
guest           42m left, until 12:42 UTC  arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role
audit\u{1b}[2J  failed                     "user" may not assume audit. Ask its owner.
! This desktop has no tray. Use the window.

"#]]);
}

#[test]
fn status_format() {
    Case::new(&[
        "status",
        "--format",
        "{role} {left} {account} {phase} {count}",
    ])
    .answer(snapshot())
    .asked(json!("sessions"))
    .prints(str![[r#"
guest 42m 808768216571 active 1

"#]]);
}

#[test]
fn status_format_of_another_role() {
    Case::new(&["status", "--format={role}"])
        .env("ROLECALL_ROLE", "broken")
        .answer(snapshot())
        .prints(str![]);
}

#[test]
fn status_json() {
    Case::new(&["--json", "status"])
        .answer(snapshot_with(json!({
            "mode": "practice", "endpoint": "http://127.0.0.1:1",
            "problems": [{ "code": "internal", "what": "a\u{9b}\u{202e}", "remedy": "" }]
        })))
        .prints(str![[r#"
{"endpoint":"http://127.0.0.1:1","key_sessions":[],"mode":"practice","problems":[{"code":"internal","remedy":"","what":"a\u009b\u202e"}],"questions":[],"sessions":[]}

"#]]);
}

#[test]
fn status_practice_empty() {
    Case::new(&["--practice", "status"])
        .answer(snapshot_with(
            json!({ "mode": "practice", "endpoint": "http://127.0.0.1:1" }),
        ))
        .prints(str![[r#"
Practice account at http://127.0.0.1:1
No session is active.

"#]]);
}

#[test]
fn status_of_a_key() {
    Case::new(&["status"])
        .answer(snapshot_with(json!({
            "clock_offset_ms": "@offset",
            "key_sessions": [{
                "key": "user\u{1b}[2J", "account_id": "177634097045",
                "user_arn": "arn:aws:iam::177634097045:user/user", "access_key_id": "ASIA…1234",
                "issued_at": "2026-11-21T12:00:00Z", "expires_at": "2026-11-21T12:42:30Z"
            }]
        })))
        .asked(json!("sessions"))
        .prints(str![[r#"
user\u{1b}[2J  access key, 42m left, until 12:42 UTC  arn:aws:iam::177634097045:user/user

"#]]);
}

#[test]
fn status_check() {
    Case::new(&["status", "--check"])
        .answer(json!("done"))
        .answer(snapshot_with(json!({})))
        .asked(json!("check_sessions"))
        .asked(json!("sessions"))
        .prints(str![[r#"
No session is active.

"#]]);
}

#[test]
fn status_says_who_uses_a_session_and_when_it_is_renewed() {
    let session = json!({
        "role": "guest", "phase": "active", "waiting_for": null, "account_id": "808768216571",
        "role_arn": "arn:aws:iam::808768216571:role/guest", "identity": "you", "source": "user", "group": null,
        "region": null, "issued_at": "2026-11-21T11:42:30Z", "expires_at": "2026-11-21T12:42:30Z",
        "access_key_id": "ASIA…MPLE", "problem": null,
        "renews_at": "2026-11-21T12:27:00Z", "used_by": ["terraform", "aws"]
    });
    Case::new(&["status"])
        .answer(snapshot_with(
            json!({ "clock_offset_ms": "@offset", "sessions": [session] }),
        ))
        .asked(json!("sessions"))
        .prints(str![[r#"
guest  42m left, until 12:42 UTC  you, used by terraform and 1 more, renews itself at 12:27 UTC

"#]]);
}
