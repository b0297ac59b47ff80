//! Interprets a decoded authorization message.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>

use serde_json::Value;

use super::finding::Finding;
use super::sent_request::SentRequest;
use crate::value::diagnosis::{Cause, CauseKind, Confidence};
use crate::value::sanitise;

/// Reads a decoded message.
pub(super) fn read(text: &str, sent: &SentRequest) -> Finding {
    let json: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let Some(is_explicit) = json["explicitDeny"].as_bool() else {
        return Finding {
            message: "Rolecall cannot read the decoded message.".to_owned(),
            ..Finding::default()
        };
    };
    let matched = json["matchedStatements"]["items"].as_array();
    let names = matched.into_iter().flatten().filter_map(name);
    let names: Vec<String> = names.take(4).collect();
    if !is_explicit {
        return Finding {
            message: "The decoded message says that no policy allows it.".to_owned(),
            ..Finding::default()
        };
    }
    let named = if names.is_empty() {
        "a statement that AWS does not name".to_owned()
    } else {
        names.join(", ")
    };
    let what = format!("The decoded message names what denies it: {named}.");
    Finding {
        message: what.clone(),
        causes: vec![
            Cause::new(
                CauseKind::ExplicitDeny,
                Confidence::Certain,
                what,
                "A deny overrides every allow. Change it, or meet its condition.",
            )
            .ask(sent.administrator()),
        ],
        ruled_out: Vec::new(),
    }
}

fn name(statement: &Value) -> Option<String> {
    let text = |key: &str| statement[key].as_str().filter(|text| !text.is_empty());
    let policy = text("sourcePolicyId").or_else(|| text("sourcePolicyType"));
    match (text("statementId"), policy) {
        (Some(sid), Some(policy)) => Some(format!(
            "{} of {}",
            sanitise::echo(sid),
            sanitise::echo(policy)
        )),
        (Some(one), None) | (None, Some(one)) => Some(sanitise::echo(one)),
        (None, None) => None,
    }
}
