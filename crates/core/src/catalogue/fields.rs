//! The fields of a role in `roles.toml`.

use toml_edit::{Item, Value};

use crate::role::RoleDraft;
use crate::role::session_tags::SessionTag;

/// A reference to a field of a draft.
pub(super) enum Field<'a> {
    Text(&'a mut Option<String>),
    List(&'a mut Vec<String>),
    Tags(&'a mut Vec<SessionTag>),
}

/// The type of a field, and how to write it.
pub(super) type Form = (&'static str, &'static str);

const TEXT: Form = ("text in quotes", "Write it as FIELD = \"…\".");
const LIST: Form = ("a list of texts", "Write it as FIELD = [\"…\", \"…\"].");
const TAGS: Form = (
    "a table of texts",
    "Write it as tags = { Team = \"blue\" }.",
);

/// Returns the optional fields of a draft in the order in which to write them.
pub(super) fn optional(draft: &mut RoleDraft) -> [(&'static str, Field<'_>); 18] {
    [
        ("session_name", Field::Text(&mut draft.session_name)),
        ("duration", Field::Text(&mut draft.duration)),
        ("external_id", Field::Text(&mut draft.external_id)),
        ("mfa_serial", Field::Text(&mut draft.mfa_serial)),
        ("mfa_code", Field::Text(&mut draft.mfa_code)),
        ("source_identity", Field::Text(&mut draft.source_identity)),
        ("tags", Field::Tags(&mut draft.tags)),
        ("transitive_tags", Field::List(&mut draft.transitive_tags)),
        ("policy", Field::Text(&mut draft.policy)),
        ("policy_arns", Field::List(&mut draft.policy_arns)),
        ("reason", Field::Text(&mut draft.reason)),
        ("reason_pattern", Field::Text(&mut draft.reason_pattern)),
        ("region", Field::Text(&mut draft.region)),
        ("output", Field::Text(&mut draft.output)),
        ("browser", Field::Text(&mut draft.browser)),
        ("group", Field::Text(&mut draft.group)),
        ("renew", Field::Text(&mut draft.renew)),
        ("lead_times", Field::List(&mut draft.lead_times)),
    ]
}

/// Returns the names of all fields, as a sentence.
pub(super) fn sentence() -> String {
    let mut draft = RoleDraft::default();
    let names = optional(&mut draft).map(|(name, _)| name);
    format!("Known fields: arn, source, {}.", names.join(", "))
}

/// Reads the value of one field into a draft. Returns `None` if there is no field with this name.
pub(super) fn set(draft: &mut RoleDraft, name: &str, item: &Item) -> Option<Result<(), Form>> {
    let required = match name {
        "arn" => Some(&mut draft.arn),
        "source" => Some(&mut draft.source),
        _ => None,
    };
    if let Some(place) = required {
        return Some(put(place, text_of(item, name), TEXT));
    }
    let (_, field) = optional(draft).into_iter().find(|(own, _)| *own == name)?;
    Some(match field {
        Field::Text(place) => put(place, text_of(item, name).map(Some), TEXT),
        Field::List(place) => put(place, list_of(item), LIST),
        Field::Tags(place) => put(place, tags_of(item), TAGS),
    })
}

/// Sets a field that takes a text. Returns `false` if there is none with this name.
pub(super) fn set_text(draft: &mut RoleDraft, name: &str, text: &str) -> bool {
    let required = match name {
        "arn" => Some(&mut draft.arn),
        "source" => Some(&mut draft.source),
        _ => None,
    };
    if let Some(place) = required {
        text.clone_into(place);
        return true;
    }
    let mut fields = optional(draft).into_iter();
    match fields.find(|(own, _)| *own == name) {
        Some((_, Field::Text(place))) => {
            *place = Some(text.to_owned());
            true
        }
        Some((_, Field::List(_) | Field::Tags(_))) | None => false,
    }
}

fn put<T>(target: &mut T, value: Option<T>, form: Form) -> Result<(), Form> {
    *target = value.ok_or(form)?;
    Ok(())
}

fn text_of(item: &Item, name: &str) -> Option<String> {
    match item.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(seconds) if name == "duration" => Some(seconds.value().to_string()),
        _ => None,
    }
}

/// Returns the texts of an array.
pub(super) fn list_of(item: &Item) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    item.as_array()?.iter().map(text).collect()
}

/// Returns the tags of a table.
pub(super) fn tags_of(item: &Item) -> Option<Vec<SessionTag>> {
    let tag = |(key, value): (&str, &Item)| {
        Some(SessionTag {
            key: key.to_owned(),
            value: value.as_str()?.to_owned(),
        })
    };
    item.as_table_like()?.iter().map(tag).collect()
}
