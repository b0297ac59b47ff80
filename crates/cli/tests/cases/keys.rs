//! `keys`, `unlock` and `import`.

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
        .answer(snapshot())
        .prints(str![[r#"
NAME  ID                    USER                                 ROLES
user  AKIAIOSFODNN7EXAMPLE  arn:aws:iam::177634097045:user/user  2

"#]]);
}

#[test]
fn keys_list_json() {
    Case::new(&["keys", "list", "--json"])
        .answer(snapshot())
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
