//! `catalogue`, `connect` and `disconnect`: AWS's own files.

use serde_json::json;
use snapbox::str;

use super::Case;

#[test]
fn catalogue() {
    Case::new(&["catalogue"])
        .file(".aws/config", r#"[profile guest]
role_arn = arn:aws:iam::808768216571:role/guest
source_profile = user
[profile audit]
role_arn = arn:aws:iam::808768216571:role/audit
source_profile = gone
[profile tool]
credential_process = touch /tmp/never
"#)
        .file(".aws/credentials", r#"[user]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"#)
        .prints(str![[r#"
ROLE   ARN                                   SOURCE
guest  arn:aws:iam::808768216571:role/guest  user
audit  arn:aws:iam::808768216571:role/audit  gone    needs setup
! The source profile "gone" of "audit" does not exist. Add it, or correct source_profile.
Plaintext key: AKIA…MPLE in user
~/.aws/config, line 8: Rolecall does not run the credential_process "touch …" of "tool". AWS's tools still run it.

"#]]);
}

#[test]
fn catalogue_empty() {
    Case::new(&["catalogue"]).prints(str![[r#"
There are no roles in AWS's files.

"#]]);
}

#[test]
fn catalogue_json() {
    Case::new(&["catalogue", "--json"])
        .file(".aws/config", r#"[profile guest]
role_arn = arn:aws:iam::808768216571:role/guest
source_profile = user
[profile audit]
role_arn = arn:aws:iam::808768216571:role/audit
source_profile = gone
[profile tool]
credential_process = touch /tmp/never
"#)
        .file(".aws/credentials", r#"[user]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"#)
        .prints(str![[r#"
{"roles":[{"name":"guest","file":"config","line":1,"arn":"arn:aws:iam::808768216571:role/guest","source_profile":"user","external_id":null,"mfa_serial":null,"role_session_name":null,"duration_seconds":null,"region":null,"output":null,"session_tags":[],"transitive_session_tags":[],"source_identity":null,"credential_source":null,"problem":null},{"name":"audit","file":"config","line":4,"arn":"arn:aws:iam::808768216571:role/audit","source_profile":"gone","external_id":null,"mfa_serial":null,"role_session_name":null,"duration_seconds":null,"region":null,"output":null,"session_tags":[],"transitive_session_tags":[],"source_identity":null,"credential_source":null,"problem":{"code":"unusable_source","what":"The source profile \"gone\" of \"audit\" does not exist.","remedy":"Add it, or correct source_profile."}}],"keys":[{"profile":"user","access_key_id":"AKIA…MPLE"}],"notices":[{"file":"config","line":8,"text":"Rolecall does not run the credential_process \"touch …\" of \"tool\". AWS's tools still run it."}]}

"#]]);
}

#[test]
fn catalogue_of_named_files() {
    Case::new(&["catalogue", "--credentials", "keys"])
        .env("AWS_CONFIG_FILE", "~/else where")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .file("else where", "unset = 1\n[profile \"a\tb\"]\nrole_arn = arn:aws:iam::1:role/guest\nsource_profile = x\nregion = eu-west-1\nregion = eu-west-2\n[profile lost\n")
        .file("keys", r#"[default]
ca_bundle = /x
"#)
        .prints(str![[r#"
ROLE     ARN                        SOURCE
a\u{9}b  arn:aws:iam::1:role/guest  x       needs setup
! The source profile "x" of "a\u{9}b" does not exist. Add it, or correct source_profile.
~/else where, line 1: This setting is outside a section, so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line. Put it below a line such as [default].
~/else where, line 2: AWS's SDKs ignore the profile "a\u{9}b" because its name is quoted. The AWS CLI and Rolecall read it. Use a name without quotes and spaces.
~/else where, line 6: "region" is also at line 5, so the AWS CLI and boto3 reject the whole file. In other SDKs the last one applies. Remove one of them.
~/else where, line 7: This section's header has no "]" at its end, so the AWS CLI and boto3 reject the file. The AWS SDK for JavaScript ignores the line, and Rolecall the section.
keys, line 2: Rolecall ignores ca_bundle. Set endpoints and certificates under [aws] in settings.toml.

"#]]);
}

#[test]
fn connect_dry_run() {
    Case::new(&["connect", "guest", "--dry-run"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/config", "profiles": ["guest"],
                "difference": [
                    { "kind": "added", "text": "" }, { "kind": "added", "text": "[profile guest]" },
                    { "kind": "added", "text": "credential_process = /usr/bin/rolecall credentials guest" }
                ],
                "notes": ["~/.aws/credentials has keys of its own for \"guest\"."]
            }
        }))
        .asked(json!({ "connect": { "which": { "named": ["guest"] }, "prefix": "", "step": "preview" } }))
        .prints(str![[r#"
~/.aws/config:
+
+ [profile guest]
+ credential_process = /usr/bin/rolecall credentials guest
! ~/.aws/credentials has keys of its own for "guest".
Nothing was written.

"#]]);
}

#[test]
fn connect_without_a_terminal() {
    Case::new(&["connect", "guest"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/config", "profiles": ["guest"],
                "difference": [
                    { "kind": "added", "text": "" }, { "kind": "added", "text": "[profile guest]" },
                    { "kind": "added", "text": "credential_process = /usr/bin/rolecall credentials guest" }
                ],
                "notes": ["~/.aws/credentials has keys of its own for \"guest\"."]
            }
        }))
        .fails(str![[r#"
Nothing was written: there is no terminal to ask on. Use --yes to write, or --dry-run to see what would change.

"#]]);
}

#[test]
fn connect_yes() {
    Case::new(&["connect", "--all", "--profile-prefix", "rc-", "--yes"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/config", "profiles": ["guest"],
                "difference": [
                    { "kind": "added", "text": "" }, { "kind": "added", "text": "[profile guest]" },
                    { "kind": "added", "text": "credential_process = /usr/bin/rolecall credentials guest" }
                ],
                "notes": ["~/.aws/credentials has keys of its own for \"guest\"."]
            }
        }))
        .asked(json!({ "connect": { "which": "all", "prefix": "rc-", "step": "write" } }))
        .prints(str![[r#"
~/.aws/config:
+
+ [profile guest]
+ credential_process = /usr/bin/rolecall credentials guest
! ~/.aws/credentials has keys of its own for "guest".
Connected: guest. Try: aws --profile guest sts get-caller-identity

"#]]);
}

#[test]
fn disconnect() {
    Case::new(&["disconnect", "guest", "audit", "--yes"])
        .answer(json!({
            "edit": {
                "path": "~/.aws/config", "profiles": ["guest"],
                "difference": [{ "kind": "removed", "text": "[profile guest]" }], "notes": []
            }
        }))
        .asked(
            json!({ "disconnect": { "which": { "named": ["guest", "audit"] }, "step": "write" } }),
        )
        .prints(str![[r#"
~/.aws/config:
- [profile guest]
Disconnected: guest.

"#]]);
}

#[test]
fn disconnect_nothing() {
    Case::new(&["disconnect", "--all"])
        .answer(json!({ "edit": { "path": "~/.aws/config", "profiles": [], "difference": [], "notes": [] } }))
        .prints(str![[r#"
There is nothing to change.

"#]]);
}
