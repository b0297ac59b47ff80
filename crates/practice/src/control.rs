//! The control endpoint, with which another program sets faults and reads request counts.
//!
//! It exists only if the practice account is started with it, since it returns the practice keys.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::authenticator::Authenticator;
use crate::call::Call;
use crate::fault::Fault;
use crate::reply::Reply;

/// The path prefix of the control endpoint.
pub(crate) const PREFIX: &str = "/_practice/";

/// Answers a control call.
pub(crate) fn answer(account: &mut Account, call: &Call, now: Timestamp) -> Reply {
    match (call.method.as_str(), call.path.trim_start_matches(PREFIX)) {
        ("GET", "requests") => ok(&json!(account.requests)),
        ("DELETE", "requests") => {
            account.requests.clear();
            ok(&json!({}))
        }
        ("GET", "faults") => ok(&faults(account)),
        ("POST", "faults") => match read_faults(&call.body) {
            Ok(new) => {
                account.faults = new;
                ok(&faults(account))
            }
            Err(text) => reply(400, &json!({ "error": text })),
        },
        ("GET", "keys") => ok(&keys(account)),
        ("GET", "code") => match code(account, call, now) {
            Some(code) => ok(&json!({ "code": code })),
            None => reply(404, &json!({ "error": "no such MFA device" })),
        },
        ("GET", "seed") => match device(account, call) {
            Some(device) => ok(&json!({ "seed": device.seed_text() })),
            None => reply(404, &json!({ "error": "no such MFA device" })),
        },
        _ => reply(404, &json!({ "error": "no such control" })),
    }
}

fn read_faults(body: &[u8]) -> Result<Vec<Fault>, String> {
    let texts: Vec<String> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    texts
        .iter()
        .map(|text| text.parse::<Fault>().map_err(|e| e.to_string()))
        .collect()
}

fn faults(account: &Account) -> Value {
    account
        .faults
        .iter()
        .map(|fault| Value::from(fault.to_string()))
        .collect()
}

fn keys(account: &Account) -> Value {
    let users = account.world.users.iter().map(|user| {
        json!({
            "name": user.name,
            "arn": user.arn,
            "access_key_id": user.access_key_id,
            "secret_access_key": user.secret_access_key.expose(),
            "mfa_serial": user.mfa_serial,
        })
    });
    users.collect()
}

fn code(account: &Account, call: &Call, now: Timestamp) -> Option<String> {
    let device = device(account, call)?;
    Some(device.code(account.server_time(now)))
}

fn device<'a>(account: &'a Account, call: &Call) -> Option<&'a Authenticator> {
    account.authenticators.get(&call.query_value("serial")?)
}

fn ok(value: &Value) -> Reply {
    reply(200, value)
}

fn reply(status: u16, value: &Value) -> Reply {
    Reply::new(status, "application/json", format!("{value}\n"))
}
