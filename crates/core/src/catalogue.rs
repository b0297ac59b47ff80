//! The catalogue: all roles the user has, read from `roles.toml` and written back without touching the rest.

mod edit;

use std::collections::HashMap;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use crate::name::Name;
use crate::problem::{Problem, ProblemCode};
use crate::role::{Role, RoleDraft};
use crate::sanitise;

pub use edit::{with_role, with_source_renamed, without_role};

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
    fn one_wrong_role_does_not_hide_the_others() {
        let reading = read(&format!("{FILE}[roles.bad]\narn = 5\n"), "roles.toml").expect("TOML");
        assert_eq!((reading.roles.len(), reading.faults.len()), (2, 1));
    }
}
