//! `setup`: policies, commands and code, by flags.

use serde_json::json;
use snapbox::{file, str};

use super::Case;

/// A kit with something of everything that its formats have to write.
const KIT: [&str; 19] = [
    "setup",
    "--who",
    "1776-3409-7045",
    "--account",
    "8087-6821-6571",
    "--role",
    "guest",
    "--path",
    "/team/",
    "--allow",
    "bucket:guest-bucket,ReadOnlyAccess",
    "--external-id",
    "tutorial-42",
    "--session-name",
    "${aws:username}",
    "--grant",
    "group:Developers",
    "--user",
    "bob",
];

/// Returns the kit's command line in a format.
fn kit(format: &'static str) -> &'static [&'static str] {
    let words = KIT.into_iter().chain(["--format", format]);
    words.collect::<Vec<_>>().leak()
}

/// Returns the kit's command line that writes to a folder.
fn kit_in_folder(format: &'static str) -> &'static [&'static str] {
    let words = kit(format).iter().copied().chain(["--out", "guest"]);
    words.collect::<Vec<_>>().leak()
}

#[test]
fn setup() {
    Case::new(&[
        "setup",
        "--who",
        "arn:aws:iam::177634097045:user/bob",
        "--account",
        "808768216571",
        "--role",
        "guest",
        "--allow",
        "s3-read",
        "--mfa-age",
        "1h",
    ])
    .ends(0, file!["setup/guest.txt"], str![[r#"
! If account 177634097045 belongs to another company, it could be tricked into using your role for one of its other customers (the confused deputy). Require an external ID.
! Statement 2 of the permissions policy S3Read covers every bucket of the account. Name the buckets.

"#]]);
}

#[test]
fn setup_format_cli() {
    Case::new(kit("cli")).prints(file!["setup/guest.sh"]);
}

#[test]
fn setup_format_terraform() {
    Case::new(kit("terraform")).prints(file!["setup/guest.tf"]);
}

#[test]
fn setup_format_cloudformation() {
    Case::new(kit("cloudformation")).prints(file!["setup/guest.yaml"]);
}

#[test]
fn setup_format_cdk() {
    Case::new(kit("cdk")).prints(file!["setup/guest.ts.txt"]);
}

#[test]
fn setup_format_json() {
    Case::new(kit("json")).prints(file!["setup/guest.json"]);
}

#[test]
fn setup_in_one_account_with_a_policy_of_ones_own() {
    Case::new(&[
        "setup",
        "--who",
        "arn:aws:iam::808768216571:role/it's",
        "--account",
        "808768216571",
        "--role",
        "guest",
        "--policy",
        "-",
        "--format",
        "cli",
        "--role-profile",
        "my profile",
        "--longest-session",
        "4h",
    ])
    .stdin("{}")
    .ends(
        1,
        str![],
        str![[r#"
The role's name has "'" at position 3. Allowed: A-Z a-z 0-9 and + = , . @ _ -.

"#]],
    );
    Case::new(&[
        "setup",
        "--who",
        "arn:aws:iam::808768216571:role/ci",
        "--account",
        "808768216571",
        "--role",
        "guest",
        "--policy",
        "-",
        "--format",
        "cli",
        "--role-profile",
        "my profile",
        "--longest-session",
        "4h",
    ])
    .stdin(
        r#"{"Version": "2012-10-17", "Statement": {"Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/it's": "$(id)\n`x`"}}}}"#,
    )
    .ends(0, file!["setup/own.sh"], str![[r#"
! Statement 1 of the permissions policy Custom allows everything in s3, also to delete and to change who has access. Name the actions.
! Statement 1 of the permissions policy Custom covers every resource of the account. Name the resources.

"#]]);
}

#[test]
fn setup_out() {
    Case::new(kit_in_folder("cloudformation")).prints(str![[r#"
Wrote guest/role.yaml
Wrote guest/caller.yaml

"#]]);
}

#[test]
fn setup_out_keeps_a_file_that_exists() {
    Case::new(kit_in_folder("cli"))
        .file("guest/setup.sh", "mine")
        .fails(str![[r#"
guest/setup.sh exists already. Nothing was written. Choose another folder, or remove the file.

"#]]);
}

#[test]
fn setup_save() {
    let mut snapshot = super::snapshot();
    snapshot["snapshot"]["keys"] = json!([{
        "name": "user", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "account_id": "177634097045",
        "user_arn": "arn:aws:iam::177634097045:user/bob", "roles": 0
    }]);
    let report = json!([{"kind": "role", "name": "guest-role", "other_name": "guest-role", "outcome": "imported", "message": ""}]);
    Case::new(&[
        "setup",
        "--who",
        "user",
        "--account",
        "808768216571",
        "--role",
        "guest",
        "--allow",
        "ReadOnlyAccess",
        "--external-id",
        "tutorial-42",
        "--mfa",
        "--longest-session",
        "4h",
        "--format",
        "cli",
        "--out",
        "guest",
        "--save",
        "guest-role",
    ])
    .answer(snapshot)
    .answer(json!({ "moved": report }))
    .ends(0, str![[r#"
Wrote guest/setup.sh

"#]], str![[r#"
Added the role guest-role. Its MFA device is taken to be arn:aws:iam::177634097045:mfa/bob; if that is wrong, change it in the window. When it exists in AWS: rolecall assume guest-role

"#]]);
}

#[test]
fn setup_save_without_a_source() {
    Case::new(&[
        "setup",
        "--who",
        "111122223333",
        "--account",
        "808768216571",
        "--role",
        "guest",
        "--allow",
        "ReadOnlyAccess",
        "--external-id",
        "tutorial-42",
        "--save",
        "guest",
    ])
    .answer(super::snapshot())
    .fails(str![[r#"
No access key here is of account 111122223333. Name the access key or role to assume it from: --source KEY.

"#]]);
}

#[test]
fn b76_setup_save_without_the_application() {
    Case::new(&[
        "setup",
        "--who",
        "177634097045",
        "--account",
        "808768216571",
        "--role",
        "guest",
        "--allow",
        "ReadOnlyAccess",
        "--save",
        "guest",
    ])
    .fails(str![[r#"
Rolecall is not running. Start it from your applications menu, or run: rolecall-desktop

"#]]);
}

#[test]
fn setup_without_what_it_needs() {
    Case::new(&["setup"]).fails_as_usage(str![[r#"
rolecall setup needs --who, --account, --role, and --allow or --policy, or a terminal to ask on. See: rolecall help setup

"#]]);
    Case::new(&["setup", "--format", "terrafrom"]).fails_as_usage(str![[r#"
Unknown format "terrafrom". Did you mean terraform?

"#]]);
    Case::new(&["setup", "--external-id", "x1", "--generate-external-id"]).fails_as_usage(str![[
        r#"
Give --external-id or --generate-external-id, not both.

"#
    ]]);
}

#[test]
fn b01_b02_setup_of_what_aws_refuses() {
    for (who, account, role, allow, error) in [
        (
            "arn:aws:iam:177634097045:user/bob",
            "808768216571",
            "guest",
            "s3-read",
            str![[r#"
The ARN "arn:aws:iam:177634097045:user/bob" has too few parts. IAM ARNs have two colons before the account. Examples: arn:aws:iam::123456789012:user/Name, arn:aws:iam::123456789012:role/Name, or an account ID.

"#]],
        ),
        (
            "bob",
            "808768216571",
            "guest",
            "s3-read",
            str![[r#"
"bob" is neither an ARN nor an account ID, nor an access key here. Examples: arn:aws:iam::123456789012:user/Name, arn:aws:iam::123456789012:role/Name, or an account ID.

"#]],
        ),
        (
            "177634097045",
            "80876821657",
            "guest",
            "s3-read",
            str![[r#"
The account ID has 11 digits. An account ID has 12 digits, such as 123456789012 or 1234-5678-9012.

"#]],
        ),
        (
            "177634097045",
            "808768216571",
            "my role",
            "s3-read",
            str![[r#"
The role's name has a space at position 3. Allowed: A-Z a-z 0-9 and + = , . @ _ -.

"#]],
        ),
        (
            "177634097045",
            "808768216571",
            "guest",
            "s3read",
            str![[r#"
"s3read" is not something to allow. Did you mean s3-read?

"#]],
        ),
    ] {
        let words = [
            "setup",
            "--who",
            who,
            "--account",
            account,
            "--role",
            role,
            "--allow",
            allow,
        ];
        Case::new(words.to_vec().leak()).fails(error);
    }
}
