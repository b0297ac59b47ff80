//! A terminal whose AWS's tools read other files than Rolecall does: each command that is about them says so, once.

use serde_json::{Value, json};
use snapbox::str;

use super::{Case, listed, snapshot_with};

const CONFIG_ONLY_HERE: &str =
    "[profile dev]\nrole_arn = arn:aws:iam::808768216571:role/dev\nsource_profile = user\n";

/// The file `config` in the home folder of a case, by a path that is the same in each.
const IN_HOME: &str = "/proc/self/cwd/config";

/// The application, which reads these files.
fn host(config: &str, credentials: &str) -> Value {
    json!({ "host": {
        "kind": "desktop", "version": "0.1.0", "pid": 1, "sealed_file": "~/x", "sealed_file_state": "absent",
        "aws_files": { "config": config, "credentials": credentials }
    } })
}

/// A case whose terminal reads other files than those of the application.
fn case(arguments: &'static [&'static str]) -> Case {
    Case::new(arguments)
        .env("AWS_CONFIG_FILE", "/work place/config")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/work place/keys")
}

fn elsewhere() -> Value {
    host("/home/other/.aws/config", "/home/other/.aws/credentials")
}

#[test]
fn connect() {
    Case::new(&["connect", "guest", "--yes"])
        .env("AWS_CONFIG_FILE", "/work place/config")
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            "/home/other/.aws/credentials",
        )
        .answer(json!({
            "edit": {
                "path": "~/.aws/config", "profiles": ["guest"],
                "difference": [{ "kind": "added", "text": "[profile guest]" }], "notes": []
            }
        }))
        .answer(elsewhere())
        .prints(str![[r#"
~/.aws/config:
+ [profile guest]
! AWS's tools in this terminal read /work place/config, but Rolecall reads /home/other/.aws/config. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE='/work place/config', or set AWS_CONFIG_FILE=/home/other/.aws/config here.
Connected: guest. Try: AWS_CONFIG_FILE=/home/other/.aws/config aws --profile guest sts get-caller-identity

"#]]);
}

#[test]
fn disconnect() {
    case(&["disconnect", "guest"])
        .problem(json!({ "code": "unknown_role", "what": "\"guest\" is not connected to the AWS CLI.", "remedy": "See what is: rolecall connect --all --dry-run" }))
        .answer(elsewhere())
        .fails(str![[r#"
AWS's tools in this terminal read /work place/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE='/work place/config' AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.
"guest" is not connected to the AWS CLI. See what is: rolecall connect --all --dry-run

"#]]);
}

#[test]
fn import_of_a_key() {
    case(&["keys", "import", "--profile", "user", "--yes"])
        .problem(json!({ "code": "unknown_key", "what": "There is no profile \"user\".", "remedy": "Check its name." }))
        .answer(elsewhere())
        .fails(str![[r#"
AWS's tools in this terminal read /work place/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE='/work place/config' AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.
There is no profile "user". Check its name.

"#]]);
}

#[test]
fn import_of_all_keys_says_it_once() {
    let edit = json!({
        "edit": {
            "path": "~/.aws/credentials", "profiles": ["a"],
            "difference": [{ "kind": "removed", "text": "aws_access_key_id = …" }], "notes": []
        }
    });
    let key = |profile: &str| json!({ "profile": profile, "access_key_id": "AKIA…MPLE" });
    let aws = json!({
        "keys": [key("a"), key("b")], "notices": [], "connections": [], "moved": [], "config_path": "", "credentials_path": ""
    });
    case(&["keys", "import", "--all", "--yes"])
        .answer(snapshot_with(json!({ "aws": aws })))
        .answer(edit.clone())
        .answer(elsewhere())
        .answer(edit)
        .prints(str![[r#"
~/.aws/credentials:
- aws_access_key_id = …
! AWS's tools in this terminal read /work place/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE='/work place/config' AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.
The key of a is in the keychain, and no longer in the file. Undo with: rolecall keys undo-import a
~/.aws/credentials:
- aws_access_key_id = …
The key of a is in the keychain, and no longer in the file. Undo with: rolecall keys undo-import a

"#]]);
}

#[test]
fn import_of_all_keys_where_there_is_none() {
    case(&["keys", "import", "--all"])
        .answer(snapshot_with(json!({})))
        .answer(elsewhere())
        .prints(str![[r#"
The files that Rolecall reads have no plaintext access keys.
! AWS's tools in this terminal read /work place/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE='/work place/config' AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.

"#]]);
}

#[test]
fn a_key_that_is_added_from_a_profile() {
    Case::new(&["keys", "add", "work", "--from-profile", "user"])
        .env("AWS_CONFIG_FILE", "/home/other/.aws/config")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/proc/self/cwd/keys")
        .file("keys", "[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
        .answer(json!({ "key": { "name": "work", "access_key_id": "AKIA…MPLE", "account_id": "177634097045", "user_arn": "arn:aws:iam::177634097045:user/user", "roles": 0 } }))
        .answer(host("/home/other/.aws/config", "/home/other/.aws/credentials"))
        .prints(str![[r#"
work is in the keychain: AKIA…MPLE of arn:aws:iam::177634097045:user/user in account 177634097045.
The file still has the secret in plaintext.
AWS's tools in this terminal read /proc/self/cwd/keys, but Rolecall reads /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_SHARED_CREDENTIALS_FILE=/proc/self/cwd/keys, or set AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.
Then remove it and keep the profile working: rolecall keys import --profile user

"#]]);
}

#[test]
fn a_list_without_the_roles_of_this_terminal() {
    case(&["list"])
        .env("AWS_CONFIG_FILE", IN_HOME)
        .file("config", CONFIG_ONLY_HERE)
        .answer(listed(&snapshot_with(json!({}))))
        .answer(elsewhere())
        .ends(
            0,
            str![[r#"
There are no roles yet. Add one in Rolecall's window or in roles.toml.

"#]],
            str![[r#"
Not listed: dev. AWS's tools in this terminal read /proc/self/cwd/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE=/proc/self/cwd/config AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.

"#]],
        );
}

#[test]
fn a_search_says_nothing_of_what_it_does_not_look_for() {
    case(&["list", "--search", "audit"])
        .env("AWS_CONFIG_FILE", IN_HOME)
        .file("config", CONFIG_ONLY_HERE)
        .answer(listed(&snapshot_with(json!({}))))
        .answer(elsewhere())
        .prints(str![[r#"
No role matches "audit".

"#]]);
}

#[test]
fn a_role_that_only_this_terminal_knows() {
    case(&["assume", "dev"])
        .env("AWS_CONFIG_FILE", IN_HOME)
        .file("config", CONFIG_ONLY_HERE)
        .answer(snapshot_with(json!({})))
        .problem(json!({ "code": "unknown_role", "what": "There is no role called \"dev\".", "remedy": "See the roles with: rolecall list" }))
        .answer(elsewhere())
        .fails(str![[r#"
There is no role called "dev". AWS's tools in this terminal read /proc/self/cwd/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE=/proc/self/cwd/config AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.

"#]]);
}

#[test]
fn a_role_that_nobody_knows() {
    case(&["assume", "gest"])
        .answer(snapshot_with(json!({})))
        .problem(json!({ "code": "unknown_role", "what": "There is no role called \"gest\".", "remedy": "See the roles with: rolecall list" }))
        .answer(json!({ "names": ["guest"] }))
        .fails(str![[r#"
There is no role called "gest". Did you mean "guest"?

"#]]);
}

#[test]
fn catalogue() {
    case(&["catalogue"]).answer(elsewhere()).ends(
        0,
        str![[r#"
There are no roles in AWS's files.

"#]],
        str![[r#"
AWS's tools in this terminal read /work place/config and /work place/keys, but Rolecall reads /home/other/.aws/config and /home/other/.aws/credentials. To use the same, quit Rolecall and start it with AWS_CONFIG_FILE='/work place/config' AWS_SHARED_CREDENTIALS_FILE='/work place/keys', or set AWS_CONFIG_FILE=/home/other/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/other/.aws/credentials here.

"#]],
    );
}

#[test]
fn the_catalogue_of_a_named_file_says_nothing() {
    case(&["catalogue", "--config", "config"]).prints(str![[r#"
There are no roles in AWS's files.

"#]]);
}

#[test]
fn a_role_of_a_key_in_the_keychain_is_usable() {
    Case::new(&["catalogue"])
        .file(".config/rolecall/keys.toml", "[keys.work]\nid = \"AKIAIOSFODNN7EXAMPLE\"\naccount_id = \"177634097045\"\nuser_arn = \"arn:aws:iam::177634097045:user/user\"\n")
        .file(".aws/config", "[profile dev]\nrole_arn = arn:aws:iam::808768216571:role/dev\nsource_profile = work\n[profile by-id]\nrole_arn = arn:aws:iam::808768216571:role/dev\nsource_profile = id\n[profile plain]\nrole_arn = arn:aws:iam::808768216571:role/dev\nsource_profile = user\n[profile id]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n")
        .file(".aws/credentials", "[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPL2\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
        .prints(str![[r#"
ROLE   ARN                                 SOURCE
dev    arn:aws:iam::808768216571:role/dev  work
by-id  arn:aws:iam::808768216571:role/dev  id
plain  arn:aws:iam::808768216571:role/dev  user
Plaintext key: AKIA…MPL2 in user

"#]]);
}
