//! `assume`, `end` and `history`.

use serde_json::json;
use snapbox::str;

use super::{Case, snapshot};

#[test]
fn assume() {
    Case::new(&["assume", "guest"])
        .answer(snapshot())
        .answer(json!({
            "session": {
                "role": "guest", "phase": "active", "waiting_for": null, "account_id": "808768216571",
                "role_arn": "arn:aws:iam::808768216571:role/guest",
                "identity": "arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role",
                "source": "user", "group": null, "region": null, "issued_at": "2026-11-21T12:00:00Z",
                "expires_at": "2026-11-21T13:00:30Z", "access_key_id": "ASIA…MPLE", "problem": null
            }
        }))
        .asked(json!("snapshot"))
        .asked(json!({ "assume": { "role": "guest", "code": null } }))
        .prints(str![[r#"
guest: 1h left, until 13:00 UTC
You are arn:aws:sts::808768216571:assumed-role/guest/my-temporary-role

"#]]);
}

#[test]
fn assume_denied() {
    Case::new(&["assume", "guest"])
        .answer(snapshot())
        .problem(json!({
            "code": "access_denied", "what": "\"user\" may not assume guest.", "remedy": "Ask its owner.",
            "detail": "AccessDenied: no\u{1b}[31m (request 1b2c)"
        }))
        .fails(str![[r#"
"user" may not assume guest. Ask its owner.
Detail: AccessDenied: no\u{1b}[31m (request 1b2c)

"#]]);
}

#[test]
fn assume_denied_for_several_causes() {
    Case::new(&["assume", "my audit"])
        .answer(snapshot())
        .problem(json!({
            "code": "access_denied", "what": "\"user\" may not assume audit in account 808768216571.",
            "remedy": "Most likely: it.", "detail": "AccessDenied: no (request 1b2c)",
            "diagnosis": {
                "causes": [
                    {
                        "kind": "external_id", "confidence": "likely",
                        "what": "The external ID \"x\" may not be the one that the role's trust policy requires.",
                        "check": {
                            "what": "Compare it, letter by letter, with the one its owner gave you.",
                            "command": "aws iam get-role --role-name audit --query Role.AssumeRolePolicyDocument"
                        },
                        "who": "the owner of account 808768216571",
                        "statement": {
                            "goes_to": "the trust policy of audit",
                            "json": "{\n  \"Sid\": \"AllowAssumeRole\",\n  \"Effect\": \"Allow\"\n}"
                        }
                    },
                    {
                        "kind": "trust_policy", "confidence": "likely",
                        "what": "The role's trust policy may not name \"user\".",
                        "check": { "what": "Send this statement to the role's owner.", "command": null },
                        "who": "the owner of account 808768216571",
                        "statement": {
                            "goes_to": "the trust policy of audit",
                            "json": "{\n  \"Sid\": \"AllowAssumeRole\",\n  \"Effect\": \"Allow\"\n}"
                        }
                    },
                    {
                        "kind": "mfa_missing", "confidence": "possible",
                        "what": "The role may require MFA,\u{1b}[2J and none was given.",
                        "check": { "what": "Set the MFA device.", "command": null }, "who": null,
                        "statement": null
                    }
                ],
                "code": "AccessDenied", "words": "no\u{202e}", "request_id": "1b2c"
            }
        }))
        .fails(str![[r#"
"user" may not assume audit in account 808768216571. Most likely: it.
Detail: AccessDenied: no (request 1b2c)
All 3 causes: rolecall explain 'my audit'

"#]]);
}

#[test]
fn assume_read_only() {
    Case::new(&["assume", "guest", "--read-only", "--region-lock", "eu-west-1", "--reason", "OPS-7"])
        .answer(json!({ "name": "guest · read-only · only eu-west-1" }))
        .answer(snapshot())
        .answer(json!({
            "session": {
                "role": "guest · read-only · only eu-west-1", "phase": "active", "waiting_for": null,
                "account_id": "808768216571", "role_arn": "arn:aws:iam::808768216571:role/guest",
                "identity": "arn:aws:sts::808768216571:assumed-role/guest/user", "source": "user",
                "group": null, "region": "eu-west-1", "issued_at": "2026-11-21T12:00:00Z",
                "expires_at": "2026-11-21T13:00:30Z", "access_key_id": "ASIA…MPLE",
                "packed_policy_percent": 31, "problem": null
            }
        }))
        .asked(json!({ "limited": { "role": "guest", "limits": { "access": "read_only", "region": "eu-west-1" } } }))
        .asked(json!("snapshot"))
        .asked(json!({
            "assume": { "role": "guest · read-only · only eu-west-1", "code": null, "reasons": ["OPS-7"] }
        }))
        .prints(str![[r#"
guest · read-only · only eu-west-1: 1h left, until 13:00 UTC
You are arn:aws:sts::808768216571:assumed-role/guest/user
Session policies and tags use 31% of AWS's limit

"#]]);
}

#[test]
fn env_and_credentials_carry_their_reason() {
    Case::new(&["env", "guest", "--shell", "bash", "--reason", "OPS-7"])
        .answer(json!({ "text": "export A=b" }))
        .asked(json!({ "env": { "role": "guest", "shell": "bash", "reasons": ["OPS-7"] } }))
        .prints(str![[r#"
export A=b

"#]]);
    Case::new(&["credentials", "guest", "--reason", "OPS-7"])
        .answer(json!({ "text": "{}" }))
        .asked(json!({ "credentials": { "role": "guest", "reasons": ["OPS-7"] } }))
        .prints(str![[r#"
{}

"#]]);
}

#[test]
fn end() {
    Case::new(&["end", "guest"])
        .answer(json!("done"))
        .asked(json!({ "end": { "role": "guest" } }))
        .prints(str![[r#"
Ended the session of "guest" on this machine. AWS accepts copies of its credentials until they expire.
To revoke them at AWS: rolecall revoke guest

"#]]);
}

#[test]
fn renewal() {
    Case::new(&["renewal", "guest", "automatic"])
        .answer(json!("done"))
        .asked(json!({ "set_renew": { "role": "guest", "renew": "automatic" } }))
        .prints(str![[r#"
Rolecall renews "guest" by itself.

"#]]);
    Case::new(&["renewal", "guest", "default"])
        .answer(json!("done"))
        .asked(json!({ "set_renew": { "role": "guest", "renew": null } }))
        .prints(str![[r#"
The file that defines "guest" says whether it is renewed.

"#]]);
}

#[test]
fn history() {
    Case::new(&["history", "guest", "--limit", "3"])
        .answer(json!({
            "history": [
                {
                    "at": "2026-11-21T11:59:00Z", "since": "2026-11-21T11:40:00Z", "count": 1000,
                    "role": "guest", "request": "credentials", "process": "aws", "pid": 4711,
                    "program": "/usr/bin/python3", "parents": ["bash", "xterm"], "verdict": "allowed",
                    "aws_call": false, "failure": null
                },
                {
                    "at": "2026-11-21T11:30:00Z", "since": "2026-11-21T11:30:00Z", "count": 1,
                    "role": "guest", "request": "exec", "process": "x\u{1b}[2J", "pid": 12, "program": "",
                    "parents": [], "verdict": "denied", "aws_call": false, "failure": "not_allowed"
                },
                {
                    "at": "2026-11-21T11:00:00Z", "since": "2026-11-21T11:00:00Z", "count": 1,
                    "role": "guest", "request": "assume", "process": "", "pid": 0, "program": "",
                    "parents": [], "verdict": "clicked", "aws_call": true, "failure": "access_denied"
                }
            ]
        }))
        .asked(json!({ "history": { "role": "guest", "since": null, "limit": 3 } }))
        .prints(str![[r#"
TIME                     ROLE   REQUEST      TIMES  ANSWER                 BY
2026-11-21 11:59:00 UTC  guest  credentials  1000   allowed                aws (4711) < bash < xterm
2026-11-21 11:30:00 UTC  guest  exec         1      denied                 x\u{1b}[2J (12)
2026-11-21 11:00:00 UTC  guest  assume       1      failed: access denied  you

"#]]);
}

#[test]
fn history_empty() {
    Case::new(&["history"])
        .answer(json!({ "history": [] }))
        .asked(json!({ "history": { "role": null, "since": null, "limit": 50 } }))
        .prints(str![[r#"
There are no requests.

"#]]);
}

#[test]
fn assume_offers_the_role_with_a_similar_name() {
    Case::new(&["assume", "gest"])
        .answer(snapshot())
        .problem(json!({
            "code": "unknown_role", "what": "There is no role called \"gest\".",
            "remedy": "See the names with: rolecall list"
        }))
        .answer(json!({ "names": ["audit", "guest", "quest\u{202e}"] }))
        .asked(json!("snapshot"))
        .asked(json!({ "assume": { "role": "gest", "code": null } }))
        .asked(json!({ "names": { "search": "" } }))
        .fails(str![[r#"
There is no role called "gest". Did you mean "guest"?

"#]]);
}

#[test]
fn assume_offers_no_role_with_another_name() {
    Case::new(&["assume", "nobody"])
        .answer(snapshot())
        .problem(json!({
            "code": "unknown_role", "what": "There is no role called \"nobody\".",
            "remedy": "See the names with: rolecall list"
        }))
        .answer(json!({ "names": ["audit", "guest"] }))
        .fails(str![[r#"
There is no role called "nobody". See the names with: rolecall list

"#]]);
}

#[test]
fn end_key() {
    Case::new(&["end", "--key", "work"])
        .answer(json!("done"))
        .asked(json!({ "end_key": { "key": "work" } }))
        .prints(str![[r#"
Ended the session of the access key "work" on this machine. AWS accepts copies of its credentials until they expire.
To revoke them at AWS: rolecall revoke --key work

"#]]);
}
