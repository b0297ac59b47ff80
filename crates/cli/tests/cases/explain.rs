//! `explain`.

use serde_json::{Value, json};
use snapbox::str;

use super::{Case, audit_failed};

#[test]
fn explain() {
    Case::new(&["explain", "audit"])
        .answer(audit_failed(json!({
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
        })))
        .prints(str![[r#"
"user" may not assume audit in account 808768216571.

1. Most likely: The external ID "x" may not be the one that the role's trust policy requires.
   Compare it, letter by letter, with the one its owner gave you.
   Who can change it: the owner of account 808768216571.
   Check with: aws iam get-role --role-name audit --query Role.AssumeRolePolicyDocument
   For the trust policy of audit:
     {
       "Sid": "AllowAssumeRole",
       "Effect": "Allow"
     }

2. Most likely: The role's trust policy may not name "user".
   Send this statement to the role's owner.
   Who can change it: the owner of account 808768216571.
   For the trust policy of audit: the same statement as in 1.

3. Possible: The role may require MFA,\u{1b}[2J and none was given.
   Set the MFA device.

AWS's message: AccessDenied: no\u{202e}
Request ID: 1b2c

"#]]);
}

fn before_looking() -> Value {
    json!({
        "code": "access_denied", "what": "No.", "remedy": "R.",
        "diagnosis": {
            "causes": [
                {
                    "kind": "trust_policy", "confidence": "likely", "what": "It may not let you in.",
                    "check": { "what": "Ask.", "command": null }, "who": null, "statement": null
                }
            ],
            "code": "AccessDenied", "words": "no", "request_id": null,
            "further_calls": [
                {
                    "call": "get_role", "action": "iam:GetRole", "by": "guest", "found": null,
                    "statement": null
                },
                {
                    "call": "simulate_principal_policy", "action": "iam:SimulatePrincipalPolicy",
                    "by": "user", "found": null, "statement": null
                }
            ]
        }
    })
}

fn after_looking() -> Value {
    json!({
        "code": "access_denied", "what": "No.", "remedy": "R.",
        "diagnosis": {
            "causes": [
                {
                    "kind": "trust_policy", "confidence": "certain", "what": "It names somebody else.",
                    "check": { "what": "Ask.", "command": null }, "who": null, "statement": null
                }
            ],
            "code": "AccessDenied", "words": "no", "request_id": null,
            "further_calls": [
                {
                    "call": "get_role", "action": "iam:GetRole", "by": "guest",
                    "found": "It names somebody else.", "statement": null
                },
                {
                    "call": "simulate_principal_policy", "action": "iam:SimulatePrincipalPolicy",
                    "by": "user", "found": "\"user\" may not call it.",
                    "statement": {
                        "goes_to": "the permissions of user",
                        "json": "{\n  \"Sid\": \"AllowLookingDeeper\"\n}"
                    }
                }
            ]
        }
    })
}

#[test]
fn explain_deeper() {
    Case::new(&["explain", "--deeper", "audit"])
        .answer(audit_failed(before_looking()))
        .answer(json!("done"))
        .answer(audit_failed(after_looking()))
        .prints(str![[r#"
No.

1. Cause: It names somebody else.
   Ask.

Further calls:
   iam:GetRole as guest: It names somebody else.
   iam:SimulatePrincipalPolicy as user: "user" may not call it.
   For the permissions of user:
     {
       "Sid": "AllowLookingDeeper"
     }

AWS's message: AccessDenied: no

"#]]);
}

#[test]
fn explain_json() {
    Case::new(&["explain", "audit", "--json"])
        .answer(audit_failed(json!({
            "code": "access_denied", "what": "\"user\" may not assume audit in account 808768216571.",
            "remedy": "Most likely: it.", "detail": "AccessDenied: no (request 1b2c)",
            "diagnosis": {
                "causes": [
                    {
                        "kind": "mfa_missing", "confidence": "possible",
                        "what": "The role may require MFA,\u{1b}[2J and none was given.",
                        "check": { "what": "Set the MFA device.", "command": null }, "who": null,
                        "statement": null
                    }
                ],
                "code": "AccessDenied", "words": "no\u{202e}", "request_id": "1b2c"
            }
        })))
        .prints(str![[r#"
{"code":"access_denied","what":"\"user\" may not assume audit in account 808768216571.","remedy":"Most likely: it.","detail":"AccessDenied: no (request 1b2c)","diagnosis":{"causes":[{"kind":"mfa_missing","confidence":"possible","what":"The role may require MFA,\u001b[2J and none was given.","check":{"what":"Set the MFA device.","command":null},"who":null,"statement":null}],"code":"AccessDenied","words":"no\u202e","request_id":"1b2c","further_calls":[]}}

"#]]);
}

#[test]
fn explain_no_such_role() {
    Case::new(&["explain", "nobody"])
        .answer(audit_failed(json!(null)))
        .answer(json!({ "names": ["audit"] }))
        .fails(str![[r#"
There is no role called "nobody". List the roles with: rolecall list

"#]]);
}

#[test]
fn explain_nothing() {
    Case::new(&["explain", "audit"])
        .answer(audit_failed(json!(null)))
        .fails(str![[r#"
AWS did not refuse "audit" the last time. There is nothing to explain.

"#]]);
}

#[test]
fn explain_offers_a_deeper_look() {
    Case::new(&["explain", "audit"])
        .answer(audit_failed(json!({
            "code": "access_denied", "what": "No.", "remedy": "R.",
            "diagnosis": {
                "causes": [
                    {
                        "kind": "trust_policy", "confidence": "likely", "what": "It may not let you in.",
                        "check": { "what": "Ask.", "command": null }, "who": null, "statement": null
                    }
                ],
                "code": "AccessDenied", "words": "no", "request_id": null,
                "further_calls": [
                    {
                        "call": "get_role", "action": "iam:GetRole", "by": "guest", "found": null,
                        "statement": null
                    },
                    {
                        "call": "simulate_principal_policy", "action": "iam:SimulatePrincipalPolicy",
                        "by": "user", "found": null, "statement": null
                    }
                ]
            }
        })))
        .prints(str![[r#"
No.

1. Most likely: It may not let you in.
   Ask.

These calls can tell more and change nothing. Make them with --deeper:
   iam:GetRole as guest
   iam:SimulatePrincipalPolicy as user

AWS's message: AccessDenied: no

"#]]);
}

#[test]
fn explain_offline() {
    Case::new(&["explain", "audit"])
        .answer(audit_failed(json!({
            "code": "offline", "what": "AWS cannot be reached.", "remedy": "Check the network.",
            "detail": "dns"
        })))
        .prints(str![[r#"
AWS cannot be reached.
Check the network.
Detail: dns

"#]]);
}

#[test]
fn explain_unknown_answer() {
    Case::new(&["explain", "audit"])
        .answer(audit_failed(json!({
            "code": "invalid_request", "what": "AWS refused the request (New).",
            "remedy": "Rolecall does not know this answer.", "detail": "New: words",
            "diagnosis": { "causes": [], "code": "New", "words": "words", "request_id": null }
        })))
        .prints(str![[r#"
AWS refused the request (New).
Rolecall does not know this answer.

AWS's message: New: words

"#]]);
}

#[test]
fn explain_text_from_standard_input() {
    Case::new(&["explain", "--text", "-"])
        .stdin(
            "\u{2502} Error: reading: operation error S3: GetObject, https response error StatusCode: 403,\n\
             \u{2502} RequestID: 7F0C, api error AccessDenied: User:\n\
             \u{2502} arn:aws:iam::177634097045:user/ann is not authorized to perform: s3:GetObject on\n\
             \u{2502} resource: \"arn:aws:s3:::logs/a\" with an explicit deny in a sessions policy\n",
        )
        .prints(str![[r#"
"ann" may not call s3:GetObject.

1. Cause: The session policy of "ann" denies s3:GetObject on arn:aws:s3:::logs/a.
   A deny overrides every allow. Change it, or meet its condition.
   Who can change it: the administrator of account 177634097045.

AWS's message: AccessDenied: User: arn:aws:iam::177634097045:user/ann is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::logs/a" with an explicit deny in a sessions policy
Request ID: 7F0C

"#]]);
}

#[test]
fn explain_text_as_an_argument() {
    Case::new(&[
        "explain",
        "--json",
        "--text",
        "ExpiredToken: The token has expired",
    ])
    .prints(str![[r#"
{"code":"expired_credentials","what":"The session of the caller has expired.","remedy":"The credentials of the caller are no longer valid. Get new credentials, then run the tool again.","detail":"ExpiredToken: The token has expired","diagnosis":{"causes":[{"kind":"expired","confidence":"certain","what":"The credentials of the caller are no longer valid.","check":{"what":"Get new credentials, then run the tool again.","command":null},"who":null,"statement":null}],"code":"ExpiredToken","words":"The token has expired","request_id":null,"further_calls":[]}}

"#]]);
}

#[test]
fn explain_text_without_an_error() {
    Case::new(&["explain", "--text", "-"])
        .stdin("hello")
        .fails(str![[r#"
The text has no error of AWS. Paste the whole error, from its code on, such as AccessDenied.

"#]]);
}

#[test]
fn explain_text_goes_without_a_role_and_further_calls() {
    Case::new(&["explain", "--text", "-", "--deeper"]).fails_as_usage(str![[r#"
Give --text or --deeper, not both.

"#]]);
    Case::new(&["explain", "audit", "--text", "-"]).fails_as_usage(str![[r#"
Give ROLE or --text, not both.

"#]]);
    Case::new(&["explain", "--text", "--json"]).fails_as_usage(str![[r#"
--text needs a value.

"#]]);
}
