//! Edits of `roles.toml` that leave every other byte unchanged, including comments, order and spacing.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::fields::{self, Field, list_of, tags_of};
use super::{name_taken, parse_toml, replace_value, unknown_role, written};
use crate::role::RoleDraft;
use crate::role::renew::Renew;
use crate::role::session_tags::SessionTag;
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};

/// Returns the file's text with `draft` in place of `previous`, or as a new table at the end. Everything else is
/// unchanged.
///
/// # Errors
/// If the draft or the file is not valid, or another role has the name.
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
    Ok(written(text, &document))
}

/// Returns the file's text with what happens when a role's session comes to its end; `None` selects the default.
/// Everything else is unchanged.
///
/// # Errors
/// If the file is not valid or has no such role.
pub fn with_renew(
    text: &str,
    path: &str,
    name: &Name,
    renew: Option<Renew>,
) -> Result<String, Problem> {
    let mut document = parse_for_edit(text, path)?;
    let role = roles_table(&mut document, path)?.get_mut(name.as_str());
    let Some(table) = role.and_then(Item::as_table_like_mut) else {
        return Err(unknown_role(name));
    };
    write_field(table, "renew", renew.map(Renew::text));
    Ok(written(text, &document))
}

/// Returns the file's text without the role `name`. Everything else is unchanged.
///
/// # Errors
/// If the file is not valid or has no such role.
pub fn without_role(text: &str, path: &str, name: &Name) -> Result<String, Problem> {
    let mut document = parse_for_edit(text, path)?;
    match roles_table(&mut document, path)?.remove(name.as_str()) {
        Some(_) => Ok(written(text, &document)),
        None => Err(unknown_role(name)),
    }
}

/// Returns the file's text with the source `source` of every role replaced by `new_source`.
///
/// # Errors
/// If the file is not valid.
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
            replace_value(value, new_source.as_str());
        }
    }
    Ok(written(text, &document))
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
    for (name, field) in fields::optional(&mut draft) {
        match field {
            Field::Text(text) => {
                let text = text.as_deref().map(str::trim);
                write_field(table, name, text.filter(|text| !text.is_empty()));
            }
            Field::List(texts) => write_list(table, name, texts),
            Field::Tags(tags) => write_tags(table, name, tags),
        }
    }
}

/// Sets a list, or removes it if it is empty. A list with equal values is unchanged.
fn write_list(table: &mut Table, field: &str, texts: &[String]) {
    let texts: Vec<&str> = texts.iter().map(|text| text.trim()).collect();
    if texts.is_empty() {
        table.remove(field);
    } else if table
        .get(field)
        .and_then(list_of)
        .is_none_or(|old| old.iter().map(|text| text.trim()).ne(texts.iter().copied()))
    {
        table.insert(field, toml_edit::value(Array::from_iter(texts)));
    }
}

/// Sets the tags, or removes them if there are none. Equal tags are unchanged.
fn write_tags(table: &mut Table, field: &str, tags: &[SessionTag]) {
    if tags.is_empty() {
        table.remove(field);
    } else if table
        .get(field)
        .and_then(tags_of)
        .is_none_or(|old| pairs(&old).ne(pairs(tags)))
    {
        let pairs = pairs(tags);
        table.remove(field);
        table.insert(field, toml_edit::value(InlineTable::from_iter(pairs)));
    }
}

fn pairs(tags: &[SessionTag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key.trim(), tag.value.trim()))
}

/// Sets a field and keeps the comment after it, or removes it.
fn write_field(table: &mut dyn TableLike, field: &str, text: Option<&str>) {
    let Some(text) = text else {
        table.remove(field);
        return;
    };
    match table.get_mut(field).and_then(Item::as_value_mut) {
        Some(value) => replace_value(value, text),
        None => {
            table.insert(field, toml_edit::value(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
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
    fn adding_a_role_keeps_every_other_byte() {
        let edited = with_role(FILE, "roles.toml", None, &draft_of("new")).expect("valid");
        assert!(edited.starts_with(FILE), "{edited}");
        assert_eq!(read(&edited, "").expect("TOML").roles.len(), 3);
    }

    #[test]
    fn editing_a_role_keeps_its_comments_and_position() {
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
    fn what_happens_at_the_end_is_changed_alone() {
        let name = Name::parse("guest").expect("a name");
        let set = |text: &str, renew| with_renew(text, "roles.toml", &name, renew);
        let text = set(FILE, Some(Renew::Automatic)).expect("edited");
        let line = "source = \"user\"\nrenew = \"automatic\"\n";
        assert_eq!(text, FILE.replace("source = \"user\"\n", line));
        let roles = read(&text, "").expect("TOML").roles;
        let guest = roles.iter().find(|role| role.name == name);
        assert_eq!(guest.and_then(|it| it.renew), Some(Renew::Automatic));
        assert_eq!(set(&text, None).expect("edited"), FILE);
        let gone = Name::parse("gone").expect("a name");
        assert!(with_renew(FILE, "", &gone, None).is_err());
    }

    #[test]
    fn tags_policies_and_lists_are_written_and_read_back() {
        let policy = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\"}\n}";
        let tag = |key: &str, value: &str| SessionTag {
            key: key.into(),
            value: value.into(),
        };
        let draft = RoleDraft {
            tags: vec![tag("Team", "blue"), tag("Cost centre", "{user}")],
            transitive_tags: vec!["Team".into()],
            policy: Some(policy.into()),
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()],
            reason: Some("tag:Reason".into()),
            ..draft_of("guest")
        };
        let name = Name::parse("guest").expect("a name");
        let edited = with_role(FILE, "roles.toml", Some(&name), &draft).expect("valid");
        let reading = read(&edited, "").expect("TOML");
        let role = reading
            .roles
            .iter()
            .find(|role| role.name == name)
            .expect("there");
        assert_eq!(role.tags.written(), draft.tags);
        assert_eq!(
            role.policy.as_ref().map(|policy| policy.as_str()),
            Some(policy)
        );
        assert!(edited.contains("transitive_tags = [\"Team\"]"), "{edited}");
        let again = with_role(&edited, "roles.toml", Some(&name), &draft).expect("valid");
        assert_eq!(again, edited);
        let plain =
            with_role(&edited, "roles.toml", Some(&name), &draft_of("guest")).expect("valid");
        assert_eq!(plain, FILE);
    }

    #[test]
    fn a_field_that_is_not_edited_stays_as_it_is_written() {
        let file = "[roles.guest]\narn = 'arn:aws:iam::808768216571:role/guest' # theirs\nsource = ' user '\n\
                    duration = 1_800 # half an hour\npolicy_arns = [' arn:aws:iam::aws:policy/ReadOnlyAccess ']\n\
                    tags = { Team = ' blue ' }\npolicy = \"\"\"\n{\"Statement\": []}\n\"\"\"\n";
        let draft = RoleDraft {
            duration: Some("1800".into()),
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()],
            tags: vec![SessionTag {
                key: "Team".into(),
                value: "blue".into(),
            }],
            ..draft_of("guest")
        };
        let mut document = parse_for_edit(file, "").expect("TOML");
        let table = document["roles"]["guest"].as_table_mut().expect("a table");
        let policy = Some("{\"Statement\": []}".to_owned());
        write_fields(table, &RoleDraft { policy, ..draft });
        assert_eq!(document.to_string(), file);
    }

    #[test]
    fn a_changed_number_stays_a_number() {
        let name = Name::parse("other").expect("a name");
        let draft = RoleDraft {
            arn: "arn:aws:iam::808768216571:role/other".into(),
            source: "guest".into(),
            duration: Some("1800".into()),
            ..draft_of("other")
        };
        let edited = with_role(FILE, "roles.toml", Some(&name), &draft).expect("valid");
        assert_eq!(edited, FILE.replace("duration = 900", "duration = 1800"));
    }

    #[test]
    fn equal_tags_in_a_table_of_their_own_are_unchanged() {
        let file = format!("{FILE}[roles.other.tags] # ours\nTeam = 'blue'\n");
        let draft = RoleDraft {
            name: "other".into(),
            arn: "arn:aws:iam::808768216571:role/other".into(),
            source: "guest".into(),
            duration: Some("900".into()),
            tags: vec![SessionTag {
                key: "Team".into(),
                value: "blue".into(),
            }],
            ..RoleDraft::default()
        };
        let name = Name::parse("other").expect("a name");
        let edited = with_role(&file, "roles.toml", Some(&name), &draft).expect("valid");
        assert!(
            edited.ends_with("[roles.other.tags] # ours\nTeam = 'blue'\n"),
            "{edited}"
        );
    }

    #[test]
    fn a_byte_order_mark_and_the_line_endings_stay() {
        let before = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
        let other = Name::parse("other").expect("a name");
        let edited = without_role(&before, "roles.toml", &other).expect("there");
        let kept = before.split("\r\n# second").next();
        assert_eq!(Some(edited.as_str()), kept);
        let new = RoleDraft {
            name: "other".into(),
            ..draft_of("other")
        };
        let edited = with_role(&before, "roles.toml", Some(&other), &new).expect("valid");
        assert!(edited.starts_with(kept.unwrap_or_default()), "{edited:?}");
        assert_eq!(
            edited.matches('\n').count(),
            edited.matches("\r\n").count(),
            "{edited:?}"
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
    fn a_name_in_use_is_rejected() {
        let problem = with_role(FILE, "roles.toml", None, &draft_of("guest")).expect_err("taken");
        assert_eq!(problem.code, ProblemCode::NameTaken);
    }
}
