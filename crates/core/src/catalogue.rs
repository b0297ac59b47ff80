//! The catalogue: all roles of the user. Edits of roles in `roles.toml` leave the rest of the file unchanged. Roles of
//! AWS's files and of other sources are only read.

mod edit;
mod edited_text;
mod edited_value;
mod fields;
pub mod key_list;
mod limited;
pub mod marks;
mod plain;
mod reading;
mod roles;
pub mod team;

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use crate::role::{Role, RoleDraft};
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

pub(crate) use edited_text::{line_ending, written};
pub(crate) use edited_value::replace_value;

pub use edit::{with_renew, with_role, with_source_renamed, without_role};
pub use reading::Reading;
pub use roles::{Catalogue, Unusable, last_of_each};

/// The maximum size of a file, in bytes.
pub const FILE_MAX: usize = 4 << 20;

/// Reads `roles.toml`. `path` is the file's path as shown in messages.
///
/// # Errors
/// If the file is not TOML. Says file, line, column, what is wrong and how to fix it.
pub fn read(text: &str, path: &str) -> Result<Reading, Problem> {
    plain::read(text).map_or_else(|| read_document(text, path), Ok)
}

/// Reads it as a TOML document, which knows where everything is.
fn read_document(text: &str, path: &str) -> Result<Reading, Problem> {
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
/// Says file, line, column, what is wrong and how to fix it.
pub(crate) fn parse_toml<'a>(text: &'a str, path: &str) -> Result<Document<&'a str>, Problem> {
    Document::parse(text).map_err(|error| {
        let what = error.message().replace('\n', ", ");
        fault(
            text,
            path,
            error.span(),
            &format!("{what}."),
            "Fix this line. Until then Rolecall keeps the last valid version.",
        )
    })
}

/// Returns the problem at one position in a file.
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

pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
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
                "A role must be a table.",
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
    table: &dyn TableLike,
    name_span: Option<Range<usize>>,
) -> Result<(RoleDraft, Role), Problem> {
    let mut draft = RoleDraft {
        name: name.to_owned(),
        ..RoleDraft::default()
    };
    for (field, item) in table.iter() {
        match fields::set(&mut draft, field, item) {
            Some(Ok(())) => {}
            Some(Err((what, remedy))) => {
                let what = format!("\"{}\" must be {what}.", sanitise::echo(field));
                return Err(fault(text, path, item.span(), &what, remedy));
            }
            None => {
                let what = format!(
                    "The role \"{}\" has an unknown field \"{}\".",
                    sanitise::echo(name),
                    sanitise::echo(field)
                );
                return Err(fault(
                    text,
                    path,
                    table.key(field).and_then(|key| key.span()),
                    &what,
                    &fields::sentence(),
                ));
            }
        }
    }
    let role = draft.check().map_err(|error| {
        let span = table.get(error.field).and_then(Item::span).or(name_span);
        let what = format!("The role \"{}\": {}", sanitise::echo(name), error.what);
        fault(text, path, span, &what, &error.remedy)
    })?;
    Ok((draft, role))
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
        "See the names with: rolecall list",
    )
}

/// Returns the problem of a name that a role or an access key already has.
pub fn name_taken(name: &Name) -> Problem {
    let what = format!("The name \"{}\" is taken.", sanitise::echo(name.as_str()));
    Problem::new(
        ProblemCode::NameTaken,
        what,
        "Choose another. A role and an access key cannot have the same name.",
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
    fn says_file_line_column_what_and_how_to_fix_it() {
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
            "roles.toml, line 3, column 7: The role \"a\": The account ID has 1 digits."
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
    fn b58_a_wrong_policy_or_tag_is_reported_with_its_position() {
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
                "line 11, column 8: The role \"other\": The tag \"A\" is listed twice.",
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
