//! The catalogue: all roles the user has. Those of `roles.toml` are written back without touching the rest of the file;
//! those of AWS's files, and of any other place, are only read.

mod edit;
mod limited;
pub mod marks;
mod roles;
pub mod team;

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use crate::role::session_tags::SessionTag;
use crate::role::{Role, RoleDraft};
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

pub use edit::{with_role, with_source_renamed, without_role};
pub use roles::{Catalogue, Unusable};

/// The optional fields of a role, in the order in which they are written.
const OPTIONAL_FIELDS: [&str; 15] = [
    "session_name",
    "duration",
    "external_id",
    "mfa_serial",
    "mfa_code",
    "source_identity",
    "tags",
    "transitive_tags",
    "policy",
    "policy_arns",
    "reason",
    "reason_pattern",
    "region",
    "output",
    "group",
];
/// The largest file that is read, in bytes.
pub const FILE_MAX: usize = 4 << 20;

/// What reading `roles.toml` gave: the roles that are right, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct Reading {
    /// The roles that could be read.
    pub roles: Vec<Role>,
    /// The same as they are written.
    pub drafts: Vec<RoleDraft>,
    /// What is wrong with single roles, and their names.
    pub faults: Vec<(String, Problem)>,
}

/// Reads `roles.toml`. `path` is what messages call the file.
///
/// # Errors
/// If it is not TOML at all: says file, line, column, what is wrong and how to mend it.
pub fn read(text: &str, path: &str) -> Result<Reading, Problem> {
    let document = parse_toml(text, path)?;
    let mut reading = Reading::default();
    for (key, item) in document.iter() {
        match (key, item.as_table_like()) {
            ("roles", Some(roles)) => read_roles(text, path, roles, &mut reading),
            _ => {
                let span = document.as_table().key(key).and_then(|key| key.span());
                let what = format!("\"{}\" is not a table of roles.", sanitise::echo(key));
                let problem = fault(text, path, span, &what, "Write each role as [roles.NAME].");
                reading.faults.push((String::new(), problem));
            }
        }
    }
    Ok(reading)
}

/// Parses a TOML file for reading.
///
/// # Errors
/// Says file, line, column, what is wrong and how to mend it.
pub(crate) fn parse_toml<'a>(text: &'a str, path: &str) -> Result<Document<&'a str>, Problem> {
    Document::parse(text).map_err(|error| {
        let what = error.message().replace('\n', ", ");
        fault(
            text,
            path,
            error.span(),
            &format!("{what}."),
            "Mend the line; the last good state stays in use.",
        )
    })
}

/// Returns the problem of one place in a file.
pub(crate) fn fault(
    text: &str,
    path: &str,
    span: Option<Range<usize>>,
    what: &str,
    remedy: &str,
) -> Problem {
    let place = match span {
        Some(span) => {
            let (line, column) = line_and_column(text, span.start);
            format!("{path}, line {line}, column {column}")
        }
        None => path.to_owned(),
    };
    Problem::new(ProblemCode::InvalidFile, format!("{place}: {what}"), remedy)
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

fn read_roles(text: &str, path: &str, roles: &dyn TableLike, reading: &mut Reading) {
    for (name, item) in roles.iter() {
        let result = match item.as_table_like() {
            Some(fields) => read_role(
                text,
                path,
                name,
                fields,
                roles.key(name).and_then(|key| key.span()),
            ),
            None => Err(fault(
                text,
                path,
                item.span(),
                "A role is a table.",
                "Write it as [roles.NAME].",
            )),
        };
        match result {
            Ok((draft, role)) => {
                reading.drafts.push(draft);
                reading.roles.push(role);
            }
            Err(problem) => reading.faults.push((name.to_owned(), problem)),
        }
    }
}

fn read_role(
    text: &str,
    path: &str,
    name: &str,
    fields: &dyn TableLike,
    name_span: Option<Range<usize>>,
) -> Result<(RoleDraft, Role), Problem> {
    let mut draft = RoleDraft {
        name: name.to_owned(),
        ..RoleDraft::default()
    };
    for (field, item) in fields.iter() {
        let value = FieldValue::of(item, field).map_err(|(what, remedy)| {
            let what = format!("\"{}\" must be {what}.", sanitise::echo(field));
            fault(text, path, item.span(), &what, remedy)
        })?;
        if !set_field(&mut draft, field, value) {
            let what = format!(
                "The role \"{}\" has an unknown field \"{}\".",
                sanitise::echo(name),
                sanitise::echo(field)
            );
            let known = format!("Known fields: arn, source, {}.", OPTIONAL_FIELDS.join(", "));
            return Err(fault(
                text,
                path,
                fields.key(field).and_then(|key| key.span()),
                &what,
                &known,
            ));
        }
    }
    let role = draft.check().map_err(|error| {
        let span = fields.get(error.field).and_then(Item::span).or(name_span);
        let what = format!("The role \"{}\": {}", sanitise::echo(name), error.what);
        fault(text, path, span, &what, &error.remedy)
    })?;
    Ok((draft, role))
}

/// Sets one field of a draft; `false` if no field is called that.
fn set_field(draft: &mut RoleDraft, field: &str, value: FieldValue) -> bool {
    match (field, value) {
        ("arn", FieldValue::Text(text)) => draft.arn = text,
        ("source", FieldValue::Text(text)) => draft.source = text,
        ("tags", FieldValue::Table(tags)) => draft.tags = tags,
        (_, FieldValue::Text(text)) => match optional_text(draft, field) {
            Some(place) => *place = Some(text),
            None => return false,
        },
        (_, FieldValue::List(texts)) => match optional_list(draft, field) {
            Some(place) => *place = texts,
            None => return false,
        },
        (_, FieldValue::Table(_)) => return false,
    }
    true
}

fn optional_text<'a>(draft: &'a mut RoleDraft, field: &str) -> Option<&'a mut Option<String>> {
    Some(match field {
        "session_name" => &mut draft.session_name,
        "duration" => &mut draft.duration,
        "external_id" => &mut draft.external_id,
        "mfa_serial" => &mut draft.mfa_serial,
        "mfa_code" => &mut draft.mfa_code,
        "source_identity" => &mut draft.source_identity,
        "policy" => &mut draft.policy,
        "reason" => &mut draft.reason,
        "reason_pattern" => &mut draft.reason_pattern,
        "region" => &mut draft.region,
        "output" => &mut draft.output,
        "group" => &mut draft.group,
        _ => return None,
    })
}

fn optional_list<'a>(draft: &'a mut RoleDraft, field: &str) -> Option<&'a mut Vec<String>> {
    Some(match field {
        "transitive_tags" => &mut draft.transitive_tags,
        "policy_arns" => &mut draft.policy_arns,
        _ => return None,
    })
}

/// What a field of a role holds.
enum FieldValue {
    Text(String),
    List(Vec<String>),
    Table(Vec<SessionTag>),
}

impl FieldValue {
    /// Reads the value of a field; on failure what it must be, and how to write it.
    fn of(item: &Item, field: &str) -> Result<Self, (&'static str, &'static str)> {
        match field {
            "tags" => tags_of(item).map(Self::Table).ok_or((
                "a table of texts",
                "Write it as tags = { Team = \"blue\" }.",
            )),
            "transitive_tags" | "policy_arns" => list_of(item)
                .map(Self::List)
                .ok_or(("a list of texts", "Write it as FIELD = [\"…\", \"…\"].")),
            _ => match item.as_value() {
                Some(Value::String(text)) => Ok(Self::Text(text.value().clone())),
                Some(Value::Integer(seconds)) if field == "duration" => {
                    Ok(Self::Text(seconds.value().to_string()))
                }
                _ => Err(("text in quotes", "Write it as FIELD = \"…\".")),
            },
        }
    }
}

fn tags_of(item: &Item) -> Option<Vec<SessionTag>> {
    let tag = |(key, value): (&str, &Item)| {
        Some(SessionTag {
            key: key.to_owned(),
            value: value.as_str()?.to_owned(),
        })
    };
    item.as_table_like()?.iter().map(tag).collect()
}

fn list_of(item: &Item) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    item.as_array()?.iter().map(text).collect()
}

/// Returns the problem of a role that is not in the catalogue.
pub fn unknown_role(name: &Name) -> Problem {
    let what = format!(
        "There is no role called \"{}\".",
        sanitise::echo(name.as_str())
    );
    Problem::new(
        ProblemCode::UnknownRole,
        what,
        "See the names with: rolecall list.",
    )
}

/// Returns the problem of a name that a role or an access key has already.
pub fn name_taken(name: &Name) -> Problem {
    let what = format!("The name \"{}\" is taken.", sanitise::echo(name.as_str()));
    Problem::new(
        ProblemCode::NameTaken,
        what,
        "Choose another; roles and access keys share their names.",
    )
    .with_detail("name")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# mine\n[roles.guest]\narn = \"arn:aws:iam::808768216571:role/guest\" # theirs\nsource = \"user\"\n\n# second\n[roles.other]\nsource = 'guest'\narn = \"arn:aws:iam::808768216571:role/other\"\nduration = 900\n";

    #[test]
    fn reads_roles_in_the_order_of_the_file() {
        let reading = read(FILE, "roles.toml").expect("TOML");
        let names: Vec<&str> = reading
            .roles
            .iter()
            .map(|role| role.name.as_str())
            .collect();
        assert_eq!((names, reading.faults.len()), (vec!["guest", "other"], 0));
        assert_eq!(reading.roles[1].duration.map(|d| d.seconds()), Some(900));
    }

    #[test]
    fn says_file_line_column_what_and_how_to_mend_it() {
        let problem = read("[roles.a]\narn = \n", "roles.toml").expect_err("no TOML");
        assert!(
            problem.what.starts_with("roles.toml, line 2, column "),
            "{}",
            problem.what
        );
        let reading = read(
            "[roles.a]\nsource = \"u\"\narn = \"arn:aws:iam::1:role/x\"\n",
            "roles.toml",
        )
        .expect("TOML");
        assert_eq!(
            reading.faults[0].1.what,
            "roles.toml, line 3, column 7: The role \"a\": The account id has 1 digits."
        );
        let reading = read("[roles.a]\nmfa = \"u\"\n", "roles.toml").expect("TOML");
        assert!(
            reading.faults[0].1.remedy.contains("mfa_serial"),
            "{:?}",
            reading.faults
        );
    }

    #[test]
    fn reads_tags_policies_and_lists() {
        let text = format!(
            "{FILE}tags = {{ Team = \"blue\" }}\ntransitive_tags = [\"Team\"]\npolicy_arns = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n\
             source_identity = \"{{user}}\"\npolicy = '''{{\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}}}'''\n"
        );
        let reading = read(&text, "roles.toml").expect("TOML");
        assert_eq!(reading.faults, []);
        let role = &reading.roles[1];
        assert_eq!(role.tags.transitive(), ["Team"]);
        assert!(role.policy.is_some() && role.source_identity.is_some());
        assert_eq!(role.policy_arns.len(), 1);
    }

    #[test]
    fn b58_a_wrong_policy_or_tag_is_told_with_its_place() {
        for (field, what) in [
            (
                "policy = \"{\"",
                "line 11, column 10: The role \"other\": Line 1, column 1 of the session policy is not JSON.",
            ),
            (
                "tags = { a = 1 }",
                "line 11, column 8: \"tags\" must be a table of texts.",
            ),
            (
                "policy_arns = \"x\"",
                "line 11, column 15: \"policy_arns\" must be a list of texts.",
            ),
            (
                "tags = { a = \"1\", A = \"2\" }",
                "line 11, column 8: The role \"other\": The tag \"A\" is given twice.",
            ),
        ] {
            let reading = read(&format!("{FILE}{field}\n"), "roles.toml").expect("TOML");
            assert_eq!(reading.faults[0].1.what, format!("roles.toml, {what}"));
        }
    }

    #[test]
    fn one_wrong_role_does_not_hide_the_others() {
        let reading = read(&format!("{FILE}[roles.bad]\narn = 5\n"), "roles.toml").expect("TOML");
        assert_eq!((reading.roles.len(), reading.faults.len()), (2, 1));
    }
}
