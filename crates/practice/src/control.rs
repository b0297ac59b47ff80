//! The control endpoint, with which another program sets faults and reads request counts.
//!
//! It exists only if the practice account is started with it, since it returns the practice keys.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::Account;
use crate::authenticator::Authenticator;
use crate::call::Call;
use crate::console;
use crate::fault::Fault;
use crate::key_record::{KeyRecord, UserKey};
use crate::reply::Reply;
use crate::world::User;

/// The path prefix of the control endpoint.
pub(crate) const PREFIX: &str = "/_practice/";

/// Answers a control call.
pub(crate) fn answer(account: &mut Account, call: &Call, now: Timestamp) -> Reply {
    account.consistency.show(&mut account.world, now);
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
        ("POST", "consistency") => match read_delay(&call.body) {
            Ok(delay) => {
                account.consistency.delay = delay;
                ok(&json!({}))
            }
            Err(text) => reply(400, &json!({ "error": text })),
        },
        ("GET", "sign-ins") => ok(&console::issued(account)),
        ("GET", "keys") => ok(&keys(account)),
        ("POST", "keys") => match set_key(account, &call.body) {
            Ok(()) => ok(&json!({})),
            Err(text) => reply(400, &json!({ "error": text })),
        },
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

/// Reads how many milliseconds a change of IAM takes to be in effect: `{"delay_ms": 3000}`.
fn read_delay(body: &[u8]) -> Result<SignedDuration, String> {
    let value: Value = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    let delay = value.get("delay_ms").and_then(Value::as_u64);
    let millis = delay.and_then(|it| i64::try_from(it).ok());
    let millis = millis.ok_or("delay_ms must be a number of milliseconds")?;
    Ok(SignedDuration::from_millis(millis))
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
    let of_user = |user: &User| {
        let described = |key: &UserKey| {
            json!({
                "name": user.name,
                "arn": user.arn,
                "access_key_id": key.id,
                "secret_access_key": key.secret.expose(),
                "status": key.status.word(),
                "mfa_serial": user.mfa_serial,
            })
        };
        user.keys.iter().map(described).collect::<Vec<_>>()
    };
    account.world.users.iter().flat_map(of_user).collect()
}

/// Changes what IAM knows of an access key:
/// `{"access_key_id": "AKIA…", "key": {"status": "inactive", "age_days": 400, "used_days_ago": null}}`.
fn set_key(account: &mut Account, body: &[u8]) -> Result<(), String> {
    let change: KeyChange = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let users = account.world.users.iter_mut();
    let mut keys = users.flat_map(|user| &mut user.keys);
    let key = keys.find(|key| key.id == change.access_key_id);
    key.ok_or("no such access key")?.set(change.key);
    account.key_uses.remove(&change.access_key_id);
    Ok(())
}

#[derive(Deserialize)]
struct KeyChange {
    access_key_id: String,
    key: KeyRecord,
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
