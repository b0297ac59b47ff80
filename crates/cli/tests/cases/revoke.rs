//! `revoke`.

use serde_json::{Value, json};
use snapbox::str;

use super::{Case, snapshot};

const DOCUMENT: &str = r#"{
    "Version": "2012-10-17",
    "Statement": []
}"#;

fn view(by: Value) -> Value {
    json!({
        "digest": "d1",
        "holder": "arn:aws:iam::808768216571:role/guest",
        "policy_name": "AWSRevokeOlderSessions",
        "document": DOCUMENT,
        "at": "2026-11-21T12:00:01Z",
        "session_name": null,
        "by": by,
        "by_is_hit": false,
        "choices": [{ "role": "admin" }, { "role": "guest" }],
        "hit": [{
            "name": "guest",
            "identity": "arn:aws:sts::808768216571:assumed-role/guest/ann",
            "expires_at": "2026-11-21T12:42:30Z",
        }],
        "living_on": [],
        "existing": "none",
        "permission": "{}",
        "command": "aws iam put-role-policy",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut view = view(json!({ "role": "admin" }));
    view[name] = value;
    view
}

fn preview(target: Value) -> Value {
    json!({ "revoke": { "target": target, "step": { "preview": { "with": "any" } } } })
}

#[test]
fn revoke_dry_run() {
    Case::new(&["revoke", "guest", "--dry-run"])
        .answer(json!({ "revocation": view(json!({ "role": "admin" })) }))
        .asked(preview(json!({ "role": "guest" })))
        .prints(str![[r#"
arn:aws:iam::808768216571:role/guest gets this inline policy with the name AWSRevokeOlderSessions:
{
    "Version": "2012-10-17",
    "Statement": []
}

It denies everything to all sessions of arn:aws:iam::808768216571:role/guest that AWS issued before 2026-11-21T12:00:01Z (AWS's time): yours, and those of all other people and programs. Sessions of other roles that were assumed from them keep working.
Revoked and ended on this machine: "guest" (as ann).
It is done with the session of "admin".
It can take some minutes until all of AWS knows it. New sessions work at once.
Nothing was changed.

"#]]);
}

#[test]
fn t33_revoke_needs_a_terminal_or_yes() {
    Case::new(&["revoke", "guest"])
        .answer(json!({ "revocation": view(json!({ "role": "admin" })) }))
        .fails(str![[r#"
Nothing was changed: there is no terminal to confirm it on. Use --yes to do it, or --dry-run to see what would happen.

"#]]);
}

#[test]
fn revoke_yes() {
    let write = json!({ "revoke": {
        "target": { "role": "guest" },
        "step": { "write": { "at": "2026-11-21T12:00:01Z", "by": { "role": "admin" }, "digest": "d1" } },
    } });
    Case::new(&["revoke", "guest", "--yes"])
        .answer(json!({ "revocation": view(json!({ "role": "admin" })) }))
        .answer(json!({ "revocation": view(json!({ "role": "admin" })) }))
        .asked(preview(json!({ "role": "guest" })))
        .asked(write)
        .prints(str![[r#"
arn:aws:iam::808768216571:role/guest gets this inline policy with the name AWSRevokeOlderSessions:
{
    "Version": "2012-10-17",
    "Statement": []
}

It denies everything to all sessions of arn:aws:iam::808768216571:role/guest that AWS issued before 2026-11-21T12:00:01Z (AWS's time): yours, and those of all other people and programs. Sessions of other roles that were assumed from them keep working.
Revoked and ended on this machine: "guest" (as ann).
It is done with the session of "admin".
It can take some minutes until all of AWS knows it. New sessions work at once.
Revoked: AWS now has the policy AWSRevokeOlderSessions on arn:aws:iam::808768216571:role/guest.
To take it back: rolecall revoke guest --undo

"#]]);
}

#[test]
fn revoke_one_session_with_what_else_there_is_to_know() {
    let mut view = with("session_name", json!("ann"));
    view["by_is_hit"] = json!(true);
    view["by"] = json!({ "role": "guest" });
    view["living_on"] = json!(["deeper"]);
    view["existing"] = json!({ "other": DOCUMENT });
    Case::new(&["revoke", "guest", "--session", "--dry-run"])
        .answer(json!({ "revocation": view }))
        .asked(preview(json!({ "session": "guest" })))
        .prints(str![[r#"
arn:aws:iam::808768216571:role/guest gets this inline policy with the name AWSRevokeOlderSessions:
{
    "Version": "2012-10-17",
    "Statement": []
}

It denies everything to all sessions of arn:aws:iam::808768216571:role/guest with the name "ann" that AWS issued up to 2026-11-21T12:00:01Z (AWS's time): this one, and every older one of that name, also on other machines. Sessions that were assumed from them keep working.
Revoked and ended on this machine: "guest" (as ann).
! Not revoked, and working until they expire: "deeper", assumed from these. To revoke one as well: rolecall revoke deeper
It is done with the session of "guest".
! That session is revoked as well. To take this back, you need a new session or other credentials: the session of "admin".
! AWS already has this policy of that name. It is replaced, and put back by --undo:
{
    "Version": "2012-10-17",
    "Statement": []
}
It can take some minutes until all of AWS knows it. New sessions work at once.
Nothing was changed.

"#]]);
}

#[test]
fn revoke_the_sessions_of_a_user() {
    let mut view = with("holder", json!("arn:aws:iam::177634097045:user/user"));
    view["by"] = json!({ "key": "user" });
    view["existing"] = json!("unread");
    Case::new(&["revoke", "--key", "user", "--dry-run"])
        .answer(json!({ "revocation": view }))
        .asked(preview(json!({ "key": "user" })))
        .prints(str![[r#"
arn:aws:iam::177634097045:user/user gets this inline policy with the name AWSRevokeOlderSessions:
{
    "Version": "2012-10-17",
    "Statement": []
}

It denies everything to all sessions of this user that AWS issued before 2026-11-21T12:00:01Z (AWS's time) with GetSessionToken or GetFederationToken, also those of other people and machines. The access key itself and sessions of roles keep working.
Revoked and ended on this machine: "guest" (as ann).
It is done with the access key "user".
! AWS does not let Rolecall read whether there is a policy of that name. If there is one, it is replaced, and --undo cannot put it back.
It can take some minutes until all of AWS knows it. New sessions work at once.
Nothing was changed.

"#]]);
}

#[test]
fn revoke_json() {
    Case::new(&["revoke", "guest", "--dry-run", "--json"])
        .answer(json!({ "revocation": with("existing", json!({ "ours": "{}" })) }))
        .prints(str![[r#"
{"digest":"d1","holder":"arn:aws:iam::808768216571:role/guest","policy_name":"AWSRevokeOlderSessions","document":"{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": []\n}","at":"2026-11-21T12:00:01Z","session_name":null,"by":{"role":"admin"},"by_is_hit":false,"choices":[{"role":"admin"},{"role":"guest"}],"hit":[{"name":"guest","identity":"arn:aws:sts::808768216571:assumed-role/guest/ann","expires_at":"2026-11-21T12:42:30Z"}],"living_on":[],"existing":{"ours":"{}"},"permission":"{}","command":"aws iam put-role-policy"}

"#]]);
}

#[test]
fn revoke_undo() {
    let undo = json!({
        "digest": "d2",
        "holder": "arn:aws:iam::808768216571:role/guest",
        "by": { "role": "admin" },
        "choices": [{ "role": "admin" }],
        "items": [
            { "policy_name": "AWSRevokeOlderSessions", "action": { "put_back": DOCUMENT } },
            { "policy_name": "RolecallRevokeSession-ann", "action": { "remove": DOCUMENT } },
            { "policy_name": "RolecallRevokeSession-bob", "action": "nothing" },
            { "policy_name": "RolecallRevokeSession-eve", "action": { "changed": DOCUMENT } },
        ],
        "permission": "{}",
    });
    Case::new(&["revoke", "guest", "--undo", "--yes"])
        .answer(json!({ "revocation_undo": undo }))
        .answer(json!({ "revocation_undo": undo }))
        .asked(json!({ "undo_revocation": {
            "target": { "role": "guest" }, "step": { "preview": { "with": "any" } },
        } }))
        .asked(json!({ "undo_revocation": {
            "target": { "role": "guest" }, "step": { "write": { "by": { "role": "admin" }, "digest": "d2" } },
        } }))
        .prints(str![[r#"
arn:aws:iam::808768216571:role/guest:
- The policy AWSRevokeOlderSessions, which Rolecall put, is replaced by the one that was there before:
{
    "Version": "2012-10-17",
    "Statement": []
}
- The policy RolecallRevokeSession-ann, which Rolecall put, is removed:
{
    "Version": "2012-10-17",
    "Statement": []
}
- The policy RolecallRevokeSession-bob is not there any more. Nothing is changed.
- The policy RolecallRevokeSession-eve was changed since by somebody else, and stays as it is:
{
    "Version": "2012-10-17",
    "Statement": []
}
It is done with the session of "admin".
Took back what was still as Rolecall put it on arn:aws:iam::808768216571:role/guest. A policy that was changed since can be removed in the IAM console.

"#]]);
}

#[test]
fn revoke_all_mine_dry_run() {
    Case::new(&["revoke", "--all-mine", "--dry-run"])
        .answer(snapshot())
        .answer(json!({ "revocation": view(json!({ "role": "admin" })) }))
        .asked(json!("snapshot"))
        .asked(preview(json!({ "role": "guest" })))
        .prints(str![[r#"
These roles get this inline policy with the name AWSRevokeOlderSessions:
{
    "Version": "2012-10-17",
    "Statement": []
}
  arn:aws:iam::808768216571:role/guest with the session of "admin"
It denies everything to all their sessions that AWS issued so far: yours, and those of all other people and programs. All sessions on this machine are ended.
Nothing was changed.

"#]]);
}

#[test]
fn revoke_usage() {
    let fails = |arguments: &[&'static str]| Case::new(Vec::leak(arguments.to_vec()));
    fails(&["revoke"]).fails_as_usage(str![[r#"
rolecall revoke: ROLE is missing. See: rolecall help revoke

"#]]);
    fails(&["revoke", "guest", "--key", "user"]).fails_as_usage(str![[r#"
Give ROLE or --key, not both.

"#]]);
    fails(&["revoke", "guest", "--all-mine"]).fails_as_usage(str![[r#"
Give ROLE or --all-mine, not both.

"#]]);
    fails(&["revoke", "--key", "user", "--all-mine"]).fails_as_usage(str![[r#"
Give --key or --all-mine, not both.

"#]]);
    fails(&["revoke", "--key", "user", "--session"]).fails_as_usage(str![[r#"
--session is for a role, not for --key.

"#]]);
    fails(&["revoke", "guest", "--session", "--undo"]).fails_as_usage(str![[r#"
Give --session or --undo, not both.

"#]]);
    fails(&["revoke", "--all-mine", "--undo"]).fails_as_usage(str![[r#"
Give --all-mine or --undo, not both.

"#]]);
    fails(&["revoke", "guest", "--json"]).fails_as_usage(str![[r#"
--json needs --yes or --dry-run, and is not for --all-mine.

"#]]);
}
