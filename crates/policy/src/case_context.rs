//! The caller and the context of a case.

use jiff::Timestamp;
use serde_json::Value;

use super::context::{Context, ContextValue};
use super::principal::Principal;

/// A field that is missing or wrong, and what is expected there.
pub(super) type FieldError = (String, String);

/// Parses an ARN, `service NAME`, `federated PROVIDER` or `anonymous`.
pub(super) fn principal(name: &str) -> Result<Principal, FieldError> {
    match name.split_once(' ') {
        Some(("service", name)) => Ok(Principal::service(name)),
        Some(("federated", name)) => Ok(Principal::federated(name)),
        _ if name == "anonymous" => Ok(Principal::anonymous()),
        _ => Principal::parse(name).map_err(|_| {
            let problem = "must be the ARN of a user, role, session or account";
            ("principal".to_owned(), problem.to_owned())
        }),
    }
}

/// Reads condition keys: a string, number, boolean, list, `{"date": …}` or `{"ip": …}` each.
pub(super) fn context(json: &Value) -> Result<Context, FieldError> {
    let mut context = Context::default();
    for (key, json) in json.as_object().into_iter().flatten() {
        let wrong = || {
            let problem = "must be a string, number, boolean, date, ip, or a list of them";
            (format!("ctx.{key}"), problem.to_owned())
        };
        match json {
            Value::Array(items) => {
                let values: Option<Vec<_>> = items.iter().map(value).collect();
                context.insert_list(key, values.ok_or_else(wrong)?);
            }
            single => context.insert(key, value(single).ok_or_else(wrong)?),
        }
    }
    Ok(context)
}

fn value(json: &Value) -> Option<ContextValue> {
    Some(match json {
        Value::String(text) => text.as_str().into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => ContextValue::Number(number.to_string()),
        Value::Object(tagged) => match (tagged.get("date"), tagged.get("ip")) {
            (Some(date), _) => date.as_str()?.parse::<Timestamp>().ok()?.into(),
            (None, Some(ip)) => ContextValue::Ip(ip.as_str()?.parse().ok()?),
            (None, None) => return None,
        },
        Value::Null | Value::Array(_) => return None,
    })
}
