//! The catalogue: all roles the user has, read from `roles.toml` and written back without touching the rest.

use std::collections::HashMap;
use std::ops::Range;

use toml_edit::{Document, DocumentMut, Item, Table, TableLike, Value};

use crate::name::Name;
use crate::problem::{Problem, ProblemCode};
use crate::role::{Role, RoleDraft};
use crate::sanitise;

/// The optional fields of a role, in the order in which they are written.
const OPTIONAL_FIELDS: [&str; 6] = [
    "session_name",
    "duration",
    "external_id",
    "mfa_serial",
    "region",
    "group",
];
/// The largest file that is read, in bytes.
pub const FILE_MAX: usize = 4 << 20;

/// All roles, in the file's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    roles: Vec<Role>,
    index: HashMap<Name, usize>,
}

impl Catalogue {
    /// Returns a catalogue of these roles; of two with one name the last counts.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        let mut catalogue = Self::default();
        for role in roles {
            match catalogue.index.get(&role.name) {
                Some(at) => catalogue.roles[*at] = role,
                None => {
                    catalogue
                        .index
                        .insert(role.name.clone(), catalogue.roles.len());
                    catalogue.roles.push(role);
                }
            }
        }
        catalogue
    }

    /// Returns the roles in the file's order.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Returns the role of that name.
    pub fn role(&self, name: &Name) -> Option<&Role> {
        self.index.get(name).map(|at| &self.roles[*at])
    }
}

/// What reading `roles.toml` gave: the roles that are right, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct Reading {
    /// The roles that could be read.
    pub roles: Vec<Role>,
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
            Ok(role) => reading.roles.push(role),
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
) -> Result<Role, Problem> {
    let mut draft = RoleDraft {
        name: name.to_owned(),
        ..RoleDraft::default()
    };
    for (field, item) in fields.iter() {
        let value = field_text(item, field).ok_or_else(|| {
            let what = format!("\"{}\" must be text in quotes.", sanitise::echo(field));
            fault(text, path, item.span(), &what, "Write it as FIELD = \"…\".")
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
    draft.check().map_err(|error| {
        let span = fields.get(error.field).and_then(Item::span).or(name_span);
        let what = format!("The role \"{}\": {}", sanitise::echo(name), error.what);
        fault(text, path, span, &what, &error.remedy)
    })
}

/// Sets one field of a draft; `false` if no field is called that.
fn set_field(draft: &mut RoleDraft, field: &str, text: String) -> bool {
    match field {
        "arn" => draft.arn = text,
        "source" => draft.source = text,
        _ => match optional_field(draft, field) {
            Some(place) => *place = Some(text),
            None => return false,
        },
    }
    true
}

fn optional_field<'a>(draft: &'a mut RoleDraft, field: &str) -> Option<&'a mut Option<String>> {
    Some(match field {
        "session_name" => &mut draft.session_name,
        "duration" => &mut draft.duration,
        "external_id" => &mut draft.external_id,
        "mfa_serial" => &mut draft.mfa_serial,
        "region" => &mut draft.region,
        "group" => &mut draft.group,
        _ => return None,
    })
}

fn field_text(item: &Item, field: &str) -> Option<String> {
    match item.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(seconds) if field == "duration" => Some(seconds.value().to_string()),
        _ => None,
    }
}

/// Returns the file's text with `draft` in it: in the place of `previous`, or as a new table at the end.
/// Everything else keeps its bytes.
///
/// # Errors
/// If the draft or the file is wrong, or the name is taken by another role.
pub fn with_role(
    text: &str,
    path: &str,
    previous: Option<&Name>,
    draft: &RoleDraft,
) -> Result<String, Problem> {
    let role = draft.check()?;
    let mut document = parse_for_edit(text, path)?;
    let roles = roles_table(&mut document, path)?;
    let renamed = previous.is_none_or(|previous| *previous != role.name);
    if renamed && roles.contains_key(role.name.as_str()) {
        return Err(name_taken(&role.name));
    }
    let mut table = match previous.and_then(|previous| roles.remove(previous.as_str())) {
        Some(Item::Table(table)) => table,
        Some(Item::Value(Value::InlineTable(table))) => table.into_table(),
        _ => Table::new(),
    };
    write_fields(&mut table, draft);
    roles.insert(role.name.as_str(), Item::Table(table));
    Ok(document.to_string())
}

/// Returns the file's text without the role `name`. Everything else keeps its bytes.
///
/// # Errors
/// If the file is wrong or holds no such role.
pub fn without_role(text: &str, path: &str, name: &Name) -> Result<String, Problem> {
    let mut document = parse_for_edit(text, path)?;
    match roles_table(&mut document, path)?.remove(name.as_str()) {
        Some(_) => Ok(document.to_string()),
        None => Err(unknown_role(name)),
    }
}

/// Returns the file's text with every role whose source is `source` taking `new_source` in its place.
///
/// # Errors
/// If the file is wrong.
pub fn with_source_renamed(
    text: &str,
    path: &str,
    source: &Name,
    new_source: &Name,
) -> Result<String, Problem> {
    let mut document = parse_for_edit(text, path)?;
    for (_, item) in roles_table(&mut document, path)?.iter_mut() {
        let place = item
            .as_table_like_mut()
            .and_then(|fields| fields.get_mut("source"))
            .and_then(Item::as_value_mut);
        if let Some(value) = place.filter(|value| {
            value
                .as_str()
                .is_some_and(|text| text.trim() == source.as_str())
        }) {
            set_text(value, new_source.as_str());
        }
    }
    Ok(document.to_string())
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

fn parse_for_edit(text: &str, path: &str) -> Result<DocumentMut, Problem> {
    Ok(parse_toml(text, path)?.into_mut())
}

fn roles_table<'a>(
    document: &'a mut DocumentMut,
    path: &str,
) -> Result<&'a mut dyn TableLike, Problem> {
    let roles = document.entry("roles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    roles.as_table_like_mut().ok_or_else(|| {
        let what = format!("{path}: \"roles\" is not a table.");
        Problem::new(
            ProblemCode::InvalidFile,
            what,
            "Write each role as [roles.NAME].",
        )
    })
}

fn write_fields(table: &mut Table, draft: &RoleDraft) {
    write_field(table, "arn", Some(draft.arn.trim()));
    write_field(table, "source", Some(draft.source.trim()));
    let mut draft = draft.clone();
    for field in OPTIONAL_FIELDS {
        let text = optional_field(&mut draft, field).and_then(|place| place.take());
        write_field(
            table,
            field,
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty()),
        );
    }
}

/// Sets a field and keeps the comment behind it, or removes it.
fn write_field(table: &mut Table, field: &str, text: Option<&str>) {
    let Some(text) = text else {
        table.remove(field);
        return;
    };
    match table.get_mut(field).and_then(Item::as_value_mut) {
        Some(value) if value.as_str() == Some(text) => {}
        Some(value) => set_text(value, text),
        None => {
            table.insert(field, toml_edit::value(text));
        }
    }
}

fn set_text(value: &mut Value, text: &str) {
    let decor = value.decor().clone();
    *value = Value::from(text);
    *value.decor_mut() = decor;
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# mine\n[roles.guest]\narn = \"arn:aws:iam::808768216571:role/guest\" # theirs\nsource = \"user\"\n\n# second\n[roles.other]\nsource = 'guest'\narn = \"arn:aws:iam::808768216571:role/other\"\nduration = 900\n";

    fn draft_of(name: &str) -> RoleDraft {
        RoleDraft {
            name: name.into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            ..RoleDraft::default()
        }
    }

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
    fn one_wrong_role_does_not_hide_the_others() {
        let reading = read(&format!("{FILE}[roles.bad]\narn = 5\n"), "roles.toml").expect("TOML");
        assert_eq!((reading.roles.len(), reading.faults.len()), (2, 1));
    }

    #[test]
    fn adding_a_role_keeps_every_other_byte() {
        let edited = with_role(FILE, "roles.toml", None, &draft_of("new")).expect("valid");
        assert!(edited.starts_with(FILE), "{edited}");
        assert_eq!(read(&edited, "").expect("TOML").roles.len(), 3);
    }

    #[test]
    fn editing_a_role_keeps_its_comments_and_place() {
        let name = Name::parse("guest").expect("a name");
        let draft = RoleDraft {
            region: Some("eu-west-1".into()),
            ..draft_of("guest")
        };
        let edited = with_role(FILE, "roles.toml", Some(&name), &draft).expect("valid");
        assert_eq!(
            edited,
            FILE.replace(
                "source = \"user\"\n",
                "source = \"user\"\nregion = \"eu-west-1\"\n"
            )
        );
    }

    #[test]
    fn removing_a_role_leaves_the_others() {
        let edited = without_role(FILE, "roles.toml", &Name::parse("other").expect("a name"))
            .expect("there");
        assert!(edited.starts_with("# mine\n[roles.guest]"), "{edited}");
        assert!(!edited.contains("roles.other"));
    }

    #[test]
    fn a_taken_name_is_refused() {
        let problem = with_role(FILE, "roles.toml", None, &draft_of("guest")).expect_err("taken");
        assert_eq!(problem.code, ProblemCode::NameTaken);
    }
}
