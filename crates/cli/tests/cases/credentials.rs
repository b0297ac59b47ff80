//! `credentials`: what an SDK reads.

use serde_json::json;
use snapbox::str;

use super::Case;

#[test]
fn b66_credentials_of_nobody() {
    Case::new(&["credentials", "../../x"])
        .problem(json!({ "code": "unknown_role", "what": "canary", "remedy": "canary" }))
        .fails(str![[r#"
rolecall: "../../x": there is no role with this name. See: rolecall list

"#]]);
}

#[test]
fn c14_credentials() {
    Case::new(&["credentials", "guest"])
        .answer(json!({ "text": "{\"Version\":1,\"AccessKeyId\":\"ASIAIOSFODNN7EXAMPLE\"}" }))
        .asked(json!({ "credentials": { "role": "guest" } }))
        .prints(str![[r#"
{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE"}

"#]]);
}

#[test]
fn c14_credentials_denied() {
    Case::new(&["credentials", "gu\"est äöü"])
        .problem(json!({ "code": "access_denied", "what": "canary", "remedy": "canary", "detail": "canary" }))
        .fails(str![[r#"
rolecall: "gu?est ???": AWS denied access. Rolecall's window shows the likely causes

"#]]);
}

#[test]
fn c14_credentials_of_a_key() {
    Case::new(&["credentials", "--key", "work"])
        .answer(json!({ "text": "{\"Version\":1}" }))
        .asked(json!({ "key_credentials": { "key": "work" } }))
        .prints(str![[r#"
{"Version":1}

"#]]);
}

#[test]
fn credentials_sealed() {
    Case::new(&["credentials", "guest"])
        .problem(json!({ "code": "keys_sealed", "what": "Sealed.", "remedy": "Open it." }))
        .fails(str![[r#"
The access keys are in a sealed file. Unlock it with: rolecall unlock

"#]]);
}

#[test]
fn t03_credentials_denied() {
    Case::new(&["credentials", "guest"])
        .problem(json!({ "code": "not_allowed", "what": "canary", "remedy": "canary" }))
        .fails(str![[r#"
rolecall: "guest": the request was not allowed in Rolecall. See why with: rolecall history

"#]]);
}
