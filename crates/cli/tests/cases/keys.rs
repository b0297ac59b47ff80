//! `keys`, `unlock` and `import`.

use rolecall_core::view::snapshot::Snapshot;
use serde_json::json;
use snapbox::str;

use super::{Case, snapshot};

#[test]
fn b27_keys_add_bad_secret() {
    Case::new(&["keys", "add", "user"])
        .stdin("AKIAIOSFODNN7EXAMPLE\ncanary%canary\n")
        .fails(str![[r#"
The secret access key has invalid characters. A secret has 40 characters: A-Z a-z 0-9 / +. Copy it again.

"#]]);
}

#[test]
fn import_dry_run() {
    Case::new(&["import", "Leapp", "--dry-run"])
        .answer(json!({
            "moved": [
                { "kind": "key", "name": "work", "outcome": "imported", "message": "" },
                { "kind": "role", "name": "guest", "outcome": "exists", "message": "Already in Rolecall." },
                { "kind": "other", "name": "portal", "outcome": "skipped", "message": "It signs in elsewhere." }
            ]
        }))
        .asked(json!({ "move_in": { "from": "leapp", "file": null, "rehearse": true } }))
        .prints(str![[r#"
will import    access key  work
already added  role        guest   Already in Rolecall.
not imported               portal  It signs in elsewhere.
Leapp: 1 would be imported, 1 would not. Nothing was changed.

"#]]);
}

#[test]
fn keys_add_from_missing_csv() {
    Case::new(&["keys", "add", "user", "--from-csv", "nowhere.csv"])
        .fails(str![[r#"
nowhere.csv cannot be read: No such file or directory (os error 2). Use a file as AWS writes it, or two lines on standard input.

"#]]);
}

#[test]
fn keys_add_from_profile() {
    Case::new(&["keys", "add", "user", "--from-profile", "work"])
        .file(".aws/credentials", r#"[default]
aws_access_key_id = AKIAIOSFODNN7OTHER00
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYOTHERKEY00
[work]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"#)
        .answer(json!({
            "key": {
                "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "account_id": "177634097045",
                "user_arn": "arn:aws:iam::177634097045:user/user", "roles": 0
            }
        }))
        .asked(json!({
            "add_key": {
                "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                "secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            }
        }))
        .prints(str![[r#"
user is in the keychain: AKIAIOSFODNN7EXAMPLE of arn:aws:iam::177634097045:user/user in account 177634097045.
The file still has the secret in plaintext. To remove it and keep the profile working: rolecall keys import --profile work

"#]]);
}

#[test]
fn keys_add_piped() {
    Case::new(&["keys", "add", "user"])
        .stdin("AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
        .answer(json!({
            "key": {
                "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "account_id": "177634097045",
                "user_arn": "arn:aws:iam::177634097045:user/user", "roles": 0
            }
        }))
        .asked(json!({
            "add_key": {
                "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                "secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            }
        }))
        .prints(str![[r#"
user is in the keychain: AKIAIOSFODNN7EXAMPLE of arn:aws:iam::177634097045:user/user in account 177634097045.

"#]]);
}

#[test]
fn keys_add_totp() {
    Case::new(&["keys", "add-totp", "user", "arn:aws:iam::177634097045:mfa/user"])
        .stdin("gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n")
        .answer(json!("done"))
        .asked(json!({
            "add_totp": {
                "key": "user", "serial": "arn:aws:iam::177634097045:mfa/user",
                "seed": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            }
        }))
        .ends(0, str![[r#"
AWS accepted a code. The seed of arn:aws:iam::177634097045:mfa/user is in the keychain, and Rolecall generates codes from it. The seed is not shown again.

"#]], str![[r#"
Warning: this puts both factors on this computer. Access to your keychain then gives both, and programs can use roles
that require MFA without you. A separate device is safer.

"#]]);
}

#[test]
fn keys_forget_code() {
    Case::new(&["keys", "forget-code", "user"])
        .answer(json!("done"))
        .asked(json!({ "end_mfa": { "key": "user" } }))
        .prints(str![[r#"
Rolecall asks for a new MFA code for the next role of "user".

"#]]);
}

#[test]
fn keys_import() {
    Case::new(&["keys", "import", "--profile", "work", "--yes"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/credentials", "profiles": ["work"],
                "difference": [
                    { "kind": "removed", "text": "aws_access_key_id= …" },
                    {
                        "kind": "added",
                        "text": "credential_process = /usr/bin/rolecall credentials --key work"
                    },
                    { "kind": "removed", "text": "aws_secret_access_key = …" }
                ],
                "notes": ["A note."], "backup": "~/.local/state/rolecall/backups/credentials.1"
            }
        }))
        .asked(json!({ "move_key": { "profile": "work", "name": null, "step": "write" } }))
        .prints(str![[r#"
~/.aws/credentials:
- aws_access_key_id= …
+ credential_process = /usr/bin/rolecall credentials --key work
- aws_secret_access_key = …
! A note.
The key of work is in the keychain, and no longer in the file. A copy of the old file without the secret: ~/.local/state/rolecall/backups/credentials.1. Undo with: rolecall keys undo-import work

"#]]);
}

#[test]
fn keys_list() {
    Case::new(&["keys", "list"])
        .answer(json!("done"))
        .asked(json!("refresh_keys"))
        .answer(snapshot())
        .asked(json!("snapshot"))
        .prints(str![[r#"
NAME  ID                    USER                                 ROLES  AGE  LAST USED
user  AKIAIOSFODNN7EXAMPLE  arn:aws:iam::177634097045:user/user  2      -    -

"#]]);
}

#[test]
fn keys_list_with_ages() {
    let mut aged = snapshot();
    let key = &mut aged["snapshot"]["keys"][0];
    let [old, mut used, mut denied] = [key.clone(), key.clone(), key.clone()];
    used["name"] = json!("used");
    used["last_use"] = json!({ "at": "2026-11-10T09:00:00Z" });
    used["age"] = json!("412 days");
    used["is_old"] = json!(true);
    denied["name"] = json!("denied");
    denied["last_use"] = json!("not_permitted");
    denied["age"] = json!("at least 3 days");
    denied["rotation"] = json!({
        "old_id": "AKIAIOSFODNN7OTHER00", "new_id": "AKIAIOSFODNN7EXAMPLE", "next": "delete",
        "since": "2026-11-14T12:00:00Z", "is_back": false, "is_running": false, "waiting": null
    });
    aged["snapshot"]["keys"] = json!([old, used, denied]);
    Case::new(&["keys", "list"])
        .answer(json!("done"))
        .answer(aged)
        .prints(str![[r#"
NAME    ID                    USER                                 ROLES  AGE              LAST USED
user    AKIAIOSFODNN7EXAMPLE  arn:aws:iam::177634097045:user/user  2      -                -
used    AKIAIOSFODNN7EXAMPLE  arn:aws:iam::177634097045:user/user  2      412 days         11 days ago
denied  AKIAIOSFODNN7EXAMPLE  arn:aws:iam::177634097045:user/user  2      at least 3 days  not permitted
used should be replaced by a new key: rolecall keys rotate used
The last rotation of "denied" is not over: its old key AKIA…ER00 is inactive, but not deleted. Delete it with: rolecall keys rotate denied --delete-old; or go back to it with: rolecall keys rotate denied --undo

"#]]);
}

#[test]
fn keys_list_json() {
    Case::new(&["keys", "list", "--json"])
        .answer(json!("done"))
        .asked(json!("refresh_keys"))
        .answer(snapshot())
        .asked(json!("snapshot"))
        .prints(str![[r#"
[{"name":"user","access_key_id":"AKIAIOSFODNN7EXAMPLE","account_id":"177634097045","user_arn":"arn:aws:iam::177634097045:user/user","roles":2,"mfa":[],"consent":"allow","consent_is_default":false}]

"#]]);
}

#[test]
fn keys_remove() {
    Case::new(&["keys", "remove", "Kunde Ä"])
        .answer(json!("done"))
        .asked(json!({ "remove_key": { "name": "Kunde Ä" } }))
        .prints(str![[r#"
Removed "Kunde Ä" from the keychain. The key stays active in AWS.

"#]]);
}

#[test]
fn keys_remove_totp() {
    Case::new(&["keys", "remove-totp", "user"])
        .answer(json!("done"))
        .asked(json!({ "remove_totp": { "key": "user" } }))
        .prints(str![[r#"
Removed the seed of "user" from the keychain. Rolecall asks you for codes again.

"#]]);
}

const SEALED: &str = ".local/share/rolecall/keys.sealed";

#[test]
fn keys_remove_from_the_sealed_file() {
    Case::new(&["keys", "remove", "user"])
        .file(SEALED, "")
        .answer(json!("done"))
        .prints(str![[r#"
Removed "user" from the sealed file. The key stays active in AWS.

"#]]);
}

#[test]
fn keys_remove_totp_from_the_sealed_file() {
    Case::new(&["keys", "remove-totp", "user"])
        .file(SEALED, "")
        .answer(json!("done"))
        .prints(str![[r#"
Removed the seed of "user" from the sealed file. Rolecall asks you for codes again.

"#]]);
}

/// Runs a command that names the key `usr`, of which AWS's answer is that it is unknown.
fn asks_whether_user_is_meant(case: Case) {
    let key = json!({ "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "user_arn": "arn:aws:iam::177634097045:user/user", "account_id": "177634097045", "roles": 0, "mfa_serials": [] });
    let unknown = json!({ "code": "unknown_key", "what": "There is no access key called \"usr\".", "remedy": "See the names with: rolecall keys list" });
    let mut snapshot = serde_json::to_value(Snapshot::default()).expect("JSON");
    snapshot["keys"] = json!([key]);
    case.problem(unknown)
        .answer(json!({ "snapshot": snapshot }))
        .fails(str![[r#"
There is no access key called "usr". Did you mean "user"?

"#]]);
}

#[test]
fn commands_on_a_mistyped_key_ask_what_is_meant() {
    asks_whether_user_is_meant(Case::new(&["keys", "remove", "usr"]));
    asks_whether_user_is_meant(Case::new(&["keys", "rename", "usr", "mine"]));
    asks_whether_user_is_meant(Case::new(&["keys", "remove-totp", "usr"]));
    asks_whether_user_is_meant(Case::new(&["keys", "forget-code", "usr"]));
    asks_whether_user_is_meant(Case::new(&["end", "--key", "usr"]));
}

#[test]
fn commands_on_a_mistyped_role_ask_what_is_meant() {
    for arguments in [
        &["end", "gest"][..],
        &["assume", "GUEST"],
        &["explain", "GUEST"],
    ] {
        let given = arguments[1];
        let unknown = json!({ "code": "unknown_role", "what": format!("There is no role called \"{given}\"."), "remedy": "See the names with: rolecall list" });
        let expected = format!("There is no role called \"{given}\". Did you mean \"guest\"?\n");
        Case::new(arguments)
            .problem(unknown)
            .answer(json!({ "names": ["guest", "hub"] }))
            .fails(expected);
    }
}

#[test]
fn connecting_a_mistyped_role_asks_what_is_meant() {
    let unknown = json!({ "code": "unknown_role", "what": "There is no role called \"gest\".", "remedy": "See the names with: rolecall list" });
    Case::new(&["connect", "guest", "gest", "--yes"])
        .problem(unknown.clone())
        // The command asks which files the application reads, which an older one does not say.
        .problem(unknown)
        .answer(json!({ "names": ["guest", "hub"] }))
        .fails(str![[r#"
There is no role called "gest". Did you mean "guest"?

"#]]);
}

#[test]
fn keys_rename() {
    Case::new(&["keys", "rename", "user", "mine"])
        .answer(json!("done"))
        .asked(json!({ "rename_key": { "name": "user", "new_name": "mine" } }))
        .prints(str![[r#"
Renamed "user" to "mine".

"#]]);
}

#[test]
fn keys_undo_import() {
    Case::new(&["keys", "undo-import", "work", "--yes"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/credentials", "profiles": ["work"],
                "difference": [{ "kind": "added", "text": "aws_secret_access_key = …" }], "notes": []
            }
        }))
        .asked(json!({ "put_key_back": { "profile": "work", "step": "write" } }))
        .prints(str![[r#"
~/.aws/credentials:
+ aws_secret_access_key = …
The key of work is in plaintext again.

"#]]);
}

#[test]
fn unlock_by_file_descriptor() {
    Case::new(&["unlock", "--passphrase-fd", "0"])
        .stdin("correct horse battery\n")
        .answer(snapshot())
        .answer(json!({
            "host": {
                "kind": "agent", "version": "0.1.0", "pid": 4711,
                "sealed_file": "~/.local/share/rolecall/keys.sealed", "sealed_file_state": "sealed"
            }
        }))
        .answer(json!("done"))
        .asked(json!("sessions"))
        .asked(json!("host"))
        .asked(json!({ "unlock": { "passphrase": "correct horse battery\n", "file": "there" } }))
        .prints(str![[r#"
~/.local/share/rolecall/keys.sealed stays open until Rolecall quits.

"#]]);
}

#[test]
fn keys_add_names_the_sealed_file() {
    Case::new(&["keys", "add", "user"])
        .file(".local/share/rolecall/keys.sealed", "x")
        .stdin("AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
        .answer(json!({
            "key": {
                "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "account_id": "177634097045",
                "user_arn": "arn:aws:iam::177634097045:user/user", "roles": 0
            }
        }))
        .prints(str![[r#"
user is in the sealed file: AKIAIOSFODNN7EXAMPLE of arn:aws:iam::177634097045:user/user in account 177634097045.

"#]]);
}

#[test]
fn the_way_back_of_a_profile_with_a_blank_can_be_pasted() {
    Case::new(&["keys", "import", "--profile", "two words", "--yes"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/credentials", "profiles": ["two words"],
                "difference": [{ "kind": "removed", "text": "aws_access_key_id = …" }], "notes": []
            }
        }))
        .prints(str![[r#"
~/.aws/credentials:
- aws_access_key_id = …
The key of two words is in the keychain, and no longer in the file. Undo with: rolecall keys undo-import 'two words'

"#]]);
}

/// Returns what is known about a user with two keys.
fn plan(rotation: &serde_json::Value) -> serde_json::Value {
    json!({
        "rotation_plan": {
            "key": "work", "user_arn": "arn:aws:iam::177634097045:user/ann",
            "current": {
                "id": "AKIAIOSFODNN7EXAMPLE", "is_active": true, "created_at": "2026-08-20T12:00:00Z",
                "used_at": "2026-11-21T09:00:00Z", "name": "work"
            },
            "other": {
                "id": "AKIAIOSFODNN7OTHER00", "is_active": false, "created_at": "2024-01-01T00:00:00Z",
                "used_at": null, "name": null
            },
            "lost": null, "rotation": rotation,
            "plaintext_profiles": ["old\u{1b}[2J"], "moved_profiles": ["ci"],
            "now": "2026-11-21T12:00:00Z"
        }
    })
}

#[test]
fn keys_rotate_dry_run() {
    Case::new(&["keys", "rotate", "work", "--dry-run"])
        .answer(plan(&json!(null)))
        .asked(json!({ "rotation_plan": { "key": "work" } }))
        .prints(str![[r#"
The access keys of arn:aws:iam::177634097045:user/ann:
  AKIAIOSFODNN7EXAMPLE ("work"): 93 days old, last used 3 hours ago
  AKIAIOSFODNN7OTHER00: 1055 days old, inactive, no use is known
Rolecall will
  1. create a new key, and store its secret beside the old one
  2. verify it with AWS, and use it for "work" and its roles
  3. deactivate AKIAIOSFODNN7EXAMPLE, which AWS keeps until you delete it
! AWS allows two keys for a user. AKIAIOSFODNN7OTHER00 must be deleted before there can be a new one.
! The profile "old\u{1b}[2J" of AWS's files has the old key in plaintext. It stops working when the key is deactivated.
! The profile "ci" gets its credentials from this key, and then from the new one.
! Other programs and computers that have the old key stop working when it is deactivated. --undo activates it again.
Nothing was changed.

"#]]);
}

#[test]
fn keys_rotate_never_deletes_a_key_it_does_not_know_without_asking() {
    Case::new(&["keys", "rotate", "work", "--yes"])
        .answer(plan(&json!(null)))
        .asked(json!({ "rotation_plan": { "key": "work" } }))
        .fails(str![[r#"
The access keys of arn:aws:iam::177634097045:user/ann:
  AKIAIOSFODNN7EXAMPLE ("work"): 93 days old, last used 3 hours ago
  AKIAIOSFODNN7OTHER00: 1055 days old, inactive, no use is known
Rolecall will
  1. create a new key, and store its secret beside the old one
  2. verify it with AWS, and use it for "work" and its roles
  3. deactivate AKIAIOSFODNN7EXAMPLE, which AWS keeps until you delete it
! AWS allows two keys for a user. AKIAIOSFODNN7OTHER00 must be deleted before there can be a new one.
! The profile "old\u{1b}[2J" of AWS's files has the old key in plaintext. It stops working when the key is deactivated.
! The profile "ci" gets its credentials from this key, and then from the new one.
! Other programs and computers that have the old key stop working when it is deactivated. --undo activates it again.
Nothing was changed. AKIAIOSFODNN7OTHER00 would have to be deleted first. Run it without --yes, which asks for that.

"#]]);
}

#[test]
fn keys_rotate_delete_old_dry_run() {
    let rotation = json!({
        "old_id": "AKIAIOSFODNN7OTHER00", "new_id": "AKIAIOSFODNN7EXAMPLE", "next": "delete",
        "since": "2026-11-14T12:00:00Z", "is_back": false, "is_running": false, "waiting": null
    });
    Case::new(&["keys", "rotate", "work", "--delete-old", "--dry-run"])
        .answer(plan(&rotation))
        .prints(str![[r#"
The access keys of arn:aws:iam::177634097045:user/ann:
  AKIAIOSFODNN7EXAMPLE ("work"): 93 days old, last used 3 hours ago
  AKIAIOSFODNN7OTHER00: 1055 days old, inactive, no use is known
Rolecall will delete AKIAIOSFODNN7OTHER00 in AWS and its secret in the keychain. Nothing brings it back. It has been inactive for 7 days. No use of it is known.
! The profile "old\u{1b}[2J" of AWS's files has the old key in plaintext. It has not worked since the key was deactivated.
Nothing was changed.

"#]]);
}

#[test]
fn keys_rotate_while_another_rotation_is_not_over() {
    let rotation = json!({
        "old_id": "AKIAIOSFODNN7OTHER00", "new_id": "AKIAIOSFODNN7EXAMPLE", "next": "deactivate",
        "since": "2026-11-14T12:00:00Z", "is_back": false, "is_running": false, "waiting": null
    });
    Case::new(&["keys", "rotate", "work"])
        .answer(plan(&rotation))
        .fails(str![[r#"
A rotation of "work" stopped before its end. Continue with: rolecall keys rotate work --resume; or go back with: rolecall keys rotate work --undo

"#]]);
}

#[test]
fn keys_rotate_one_way_at_a_time() {
    Case::new(&["keys", "rotate", "work", "--undo", "--resume"]).fails_as_usage(str![[r#"
Give --resume or --undo, not both.

"#]]);
}
