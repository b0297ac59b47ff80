//! `exec` and `env`.

use serde_json::json;
use snapbox::str;

use super::{Case, snapshot};

#[test]
fn env_by_flag() {
    Case::new(&["env", "guest", "--shell=pwsh"])
        .answer(json!({ "text": " $Env:AWS_ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE'" }))
        .asked(json!({ "env": { "role": "guest", "shell": "powershell" } }))
        .prints(str![[r#"
 $Env:AWS_ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE'

"#]]);
}

#[test]
fn env_by_login_shell() {
    Case::new(&["env", "guest"])
        .env("SHELL", "/usr/bin/fish")
        .answer(json!({ "text": " set -gx AWS_ACCESS_KEY_ID 'ASIAIOSFODNN7EXAMPLE'" }))
        .asked(json!({ "env": { "role": "guest", "shell": "fish" } }))
        .prints(str![[r#"
 set -gx AWS_ACCESS_KEY_ID 'ASIAIOSFODNN7EXAMPLE'

"#]]);
}

#[test]
fn env_unset() {
    Case::new(&["env", "guest", "--unset", "--shell", "fish"]).prints(str![[r#"
 set -eg AWS_ACCESS_KEY_ID
 set -eg AWS_SECRET_ACCESS_KEY
 set -eg AWS_SESSION_TOKEN
 set -eg AWS_ACCOUNT_ID
 set -eg AWS_CREDENTIAL_EXPIRATION
 set -eg AWS_SESSION_EXPIRATION
 set -eg AWS_ENDPOINT_URL
 set -eg AWS_CONTAINER_CREDENTIALS_FULL_URI
 set -eg AWS_CONTAINER_AUTHORIZATION_TOKEN
 set -eg ROLECALL_ROLE
 set -eg ROLECALL_EXPIRATION
 if test "$AWS_REGION" = "$ROLECALL_REGION"; set -eg AWS_REGION; end
 if test "$AWS_DEFAULT_REGION" = "$ROLECALL_REGION"; set -eg AWS_DEFAULT_REGION; end
 set -eg ROLECALL_REGION

"#]]);
}

#[test]
fn env_unset_file() {
    Case::new(&["env", "--unset", "--shell", "dotenv"]).fails(str![[r#"
A .env file cannot be unset. Delete the file, or choose a shell.

"#]]);
}

#[test]
fn env_unsets_what_the_block_cannot_know() {
    Case::new(&["env", "guest", "--shell=sh"])
        .env("AWS_PROFILE", "old")
        .env("AWS_ENDPOINT_URL", "http://localhost:4566")
        .env("AWS_ENDPOINT_URL_DYNAMODB", "http://localhost:8000")
        .env(
            "AWS_ENDPOINT_URL_S3",
            "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com",
        )
        .env("AWS_BEARER_TOKEN_OTHER", "old")
        .env("AWS_BEARER_TOKEN_$(touch ran)", "old")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_USE_FIPS_ENDPOINT", "true")
        .answer(json!({ "text": " unset AWS_PROFILE\n export AWS_ACCESS_KEY_ID='x'" }))
        .prints(str![[r#"
 unset AWS_BEARER_TOKEN_OTHER
 unset AWS_ENDPOINT_URL
 unset AWS_ENDPOINT_URL_DYNAMODB
 unset AWS_PROFILE
 export AWS_ACCESS_KEY_ID='x'

"#]]);
}

#[test]
fn exec_gives_a_session_that_nothing_replaces() {
    Case::new(&["exec", "guest", "sh", "-c", "env | grep -e AWS_ -e ROLECALL_ | sort"])
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_PROFILE", "old")
        .env("AWS_ACCOUNT_ID", "111122223333")
        .env("AWS_BEARER_TOKEN_BEDROCK", "old")
        .env("AWS_ROLE_ARN", "old")
        .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "old")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("ROLECALL_REGION", "eu-west-1")
        .env("AWS_CONFIG_FILE", "/kept")
        .answer(json!({
            "environment": { "expires_at": "2026-11-21T12:42:30Z", "unset": [], "set": [["AWS_ACCESS_KEY_ID", "x"]] }
        }))
        .prints(str![[r#"
AWS_ACCESS_KEY_ID=x
AWS_CONFIG_FILE=/kept
AWS_DEFAULT_REGION=us-east-1
ROLECALL_EXPIRATION=2026-11-21T12:42:30Z
ROLECALL_ROLE=guest

"#]]);
}

#[test]
fn env_view_only() {
    Case::new(&["env", "guest", "--view-only", "--shell=sh"])
        .answer(json!({ "name": "guest · view-only" }))
        .answer(json!({ "text": "export AWS_ACCESS_KEY_ID=x" }))
        .asked(json!({ "limited": { "role": "guest", "limits": { "access": "view_only", "region": null } } }))
        .asked(json!({ "env": { "role": "guest · view-only", "shell": "bash" } }))
        .prints(str![[r#"
export AWS_ACCESS_KEY_ID=x

"#]]);
}

#[test]
fn exec_not_executable() {
    Case::new(&["exec", "guest", "--", "./plain"])
        .file("plain", r#"#!/bin/sh
"#)
        .answer(json!({ "environment": { "expires_at": "2026-11-21T12:42:30Z", "unset": [], "set": [] } }))
        .ends(126, str![], str![[r#"
"./plain" cannot be started: Permission denied (os error 13).

"#]]);
}

#[test]
fn exec_not_found() {
    Case::new(&["exec", "guest", "nowhere/to-be-found", "--json"])
        .answer(json!({ "environment": { "expires_at": "2026-11-21T12:42:30Z", "unset": [], "set": [] } }))
        .asked(json!({ "environment": { "role": "guest" } }))
        .ends(127, str![], str![[r#"
The program "nowhere/to-be-found" was not found.

"#]]);
}

#[test]
fn exec_passes_arguments_and_exit_code() {
    Case::new(&[
        "exec",
        "guest",
        "sh",
        "-c",
        "echo $AWS_REGION $ROLECALL_ROLE $ROLECALL_EXPIRATION ${AWS_PROFILE-gone} $1; cat; exit 7",
        "--",
        "--json",
    ])
    .env("AWS_PROFILE", "old")
    .env("PATH", "/usr/bin:/bin")
    .stdin("from the caller\n")
    .answer(json!({
        "environment": {
            "expires_at": "2026-11-21T12:42:30Z", "unset": ["AWS_PROFILE"],
            "set": [["AWS_REGION", "eu-west-1"]]
        }
    }))
    .asked(json!({ "environment": { "role": "guest" } }))
    .ends(
        7,
        str![[r#"
eu-west-1 guest 2026-11-21T12:42:30Z gone --json
from the caller

"#]],
        str![],
    );
}

#[test]
fn exec_server_default_profile() {
    Case::new(&["exec", "--server", "guest", "--", "true"])
        .env("AWS_CONFIG_FILE", "config")
        .env("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        .file("config", r#"[default]
region = eu-west-1
"#)
        .file("credentials", r#"[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = canary
"#)
        .fails(str![[r#"
The default profile in AWS's files has its own credentials (aws_access_key_id). AWS SDKs use them before an endpoint. Rename that profile, or leave out --server.

"#]]);
}

#[test]
fn exec_without_a_command() {
    Case::new(&["exec", "guest"])
        .env("SHELL", "/bin/sh")
        .stdin("echo \"in $ROLECALL_ROLE, $AWS_REGION\"\n")
        .answer(json!({
            "environment": {
                "expires_at": "2026-11-21T12:42:30Z", "unset": [], "set": [["AWS_REGION", "eu-west-1"]]
            }
        }))
        .answer(snapshot())
        .asked(json!({ "environment": { "role": "guest" } }))
        .asked(json!("snapshot"))
        .ends(0, str![[r#"
in guest, eu-west-1

"#]], str![[r#"
guest: 42m left, until 12:42 UTC
You are arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role
Leave this shell with: exit

"#]]);
}
