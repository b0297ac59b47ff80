//! A kit as JSON, for programs.

use rolecall_policy::Json;

use super::document::Document;
use super::kit::Kit;
use super::policies::{caller_policy, permission_policies, trust_policy};
use super::warning::{Warning, warnings};

/// Returns the policies of a kit with a sentence for each statement, and the warnings.
pub fn outline(kit: &Kit) -> Json {
    let managed = kit
        .permissions
        .managed()
        .map(|arn| object(vec![("arn", arn.as_str().into())]));
    let inline = permission_policies(kit).into_iter().map(|policy| {
        let mut pairs = vec![("name", Json::from(policy.name))];
        pairs.extend(explained(&policy.document));
        object(pairs)
    });
    let warnings = warnings(kit).iter().map(warning).collect();
    object(vec![
        ("role_arn", kit.role.as_str().into()),
        ("caller", kit.caller.principal().into()),
        (
            "external_id",
            kit.requirements
                .external_id
                .as_ref()
                .map_or(Json::Null, |id| id.as_str().into()),
        ),
        (
            "max_session_duration",
            Json::Number(kit.requirements.longest_session.seconds().to_string()),
        ),
        (
            "trust_policy",
            object(explained(&trust_policy(kit)).to_vec()),
        ),
        ("permissions", Json::List(managed.chain(inline).collect())),
        (
            "caller_policy",
            object(explained(&caller_policy(kit)).to_vec()),
        ),
        ("warnings", Json::List(warnings)),
    ])
}

fn explained(document: &Document) -> [(&'static str, Json); 2] {
    // The kit's own documents are valid; a typed one was checked.
    let sentences = document.sentences().unwrap_or_default();
    [
        ("document", document.json.clone()),
        (
            "sentences",
            Json::List(sentences.into_iter().map(Json::Text).collect()),
        ),
    ]
}

fn warning(warning: &Warning) -> Json {
    object(vec![
        ("code", warning.code.word().into()),
        ("policy", warning.document.title().into()),
        ("text", warning.text.clone().into()),
    ])
}

fn object(pairs: Vec<(&str, Json)>) -> Json {
    Json::Object(
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}
