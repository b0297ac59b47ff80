//! Edits of `marks.toml` that leave every other byte unchanged, including comments, order and spacing.

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{AccountMarks, RoleMarks, check_account, check_alias, group};
use crate::catalogue::{parse_toml, replace_value, written};
use crate::role::renew::Renew;
use crate::value::input::InputError;
use crate::value::problem::{Problem, ProblemCode};

/// Returns the file's text with these labels of a role. Without labels, its table is removed.
///
/// # Errors
/// If the file or the group is not valid.
pub fn with_role(text: &str, path: &str, name: &str, marks: &RoleMarks) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    let checked = marks.group.as_deref().map(str::trim);
    let checked = checked.filter(|text| !text.is_empty()).map(group);
    let group = checked
        .transpose()
        .map_err(|what| InputError::new("group", what, "Use 1 to 64 visible characters."))?;
    let roles = section(&mut document, "roles", path)?;
    if roles.get(name).is_none_or(|item| !item.is_table_like()) {
        roles.insert(name, Item::Table(Table::new()));
    }
    let Some(table) = roles.get_mut(name).and_then(Item::as_table_like_mut) else {
        return Ok(text.to_owned());
    };
    let favourite = marks.favourite.then_some(Value::from(true));
    set(table, "favourite", favourite);
    set(
        table,
        "colour",
        marks.colour.map(|it| Value::from(it.name())),
    );
    set(table, "production", marks.production.map(Value::from));
    set(table, "group", group.map(Value::from));
    if table.is_empty() {
        roles.remove(name);
    }
    Ok(written(text, &document))
}

/// Returns the file's text with what happens at the end of a role's session; `None` removes it.
///
/// # Errors
/// If the file is not valid.
pub fn with_renew(
    text: &str,
    path: &str,
    name: &str,
    renew: Option<Renew>,
) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    let roles = section(&mut document, "roles", path)?;
    let is_table = roles.get(name).is_some_and(Item::is_table_like);
    if !is_table && renew.is_none() {
        return Ok(text.to_owned());
    }
    if !is_table {
        roles.insert(name, Item::Table(Table::new()));
    }
    let Some(table) = roles.get_mut(name).and_then(Item::as_table_like_mut) else {
        return Ok(text.to_owned());
    };
    set(table, "renew", renew.map(|it| Value::from(it.text())));
    if table.is_empty() {
        roles.remove(name);
    }
    Ok(written(text, &document))
}

/// Returns the file's text with the labels of the role `name` moved to `new_name`.
///
/// # Errors
/// If the file is not valid.
pub fn with_role_renamed(
    text: &str,
    path: &str,
    name: &str,
    new_name: &str,
) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    let roles = section(&mut document, "roles", path)?;
    match roles.remove(name) {
        Some(marks) => {
            roles.insert(new_name, marks);
            Ok(written(text, &document))
        }
        None => Ok(text.to_owned()),
    }
}

/// Returns the file's text with these labels of an account. Without labels, the account is removed.
///
/// # Errors
/// If the file, the account or its name is not valid.
pub fn with_account(
    text: &str,
    path: &str,
    account_id: &str,
    marks: &AccountMarks,
) -> Result<String, Problem> {
    let refuse =
        |what: String| InputError::new("alias", capital(&what), "Use 1 to 64 visible characters.");
    check_account(account_id).map_err(refuse)?;
    let alias = marks.alias.as_deref().map(str::trim);
    let alias = alias.filter(|text| !text.is_empty()).map(check_alias);
    let alias = alias.transpose().map_err(refuse)?;
    let mut document = parse_toml(text, path)?.into_mut();
    let accounts = section(&mut document, "accounts", path)?;
    let mut table = InlineTable::new();
    set(&mut table, "alias", alias.clone().map(Value::from));
    set(
        &mut table,
        "colour",
        marks.colour.map(|it| Value::from(it.name())),
    );
    let production = marks.production.then_some(Value::from(true));
    set(&mut table, "production", production);
    let value = match (alias, table.len()) {
        (_, 0) => None,
        (Some(alias), 1) => Some(Value::from(alias)),
        _ => Some(Value::from(table)),
    };
    set(accounts, account_id, value);
    Ok(written(text, &document))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn section<'a>(
    document: &'a mut DocumentMut,
    name: &str,
    path: &str,
) -> Result<&'a mut dyn TableLike, Problem> {
    let item = document.entry(name).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    item.as_table_like_mut().ok_or_else(|| {
        let what = format!("{path}: \"{name}\" is not a table.");
        Problem::new(ProblemCode::InvalidFile, what, "Write it as a table.")
    })
}

/// Sets a label and keeps the comment after it, or removes it.
fn set(table: &mut dyn TableLike, field: &str, value: Option<Value>) {
    let Some(value) = value else {
        table.remove(field);
        return;
    };
    match table.get_mut(field).and_then(Item::as_value_mut) {
        Some(place) => replace_value(place, value),
        None => drop(table.insert(field, Item::Value(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Colour, read};
    use super::*;

    #[test]
    fn an_edit_leaves_the_rest_unchanged() {
        let file = "# mine\n[roles.guest]\nfavourite = true # best\n\n[accounts]\n# shops\n\"111122223333\" = \"shop\"\n";
        let marks = RoleMarks {
            favourite: true,
            colour: Some(Colour::Red),
            ..RoleMarks::default()
        };
        let text = with_role(file, "marks.toml", "guest", &marks).expect("edited");
        assert_eq!(text, file.replace("# best\n", "# best\ncolour = \"red\"\n"));
        let text = with_role(&text, "marks.toml", "a b", &marks).expect("edited");
        assert!(read(&text, "").expect("TOML").marks.of("a b", "").favourite);
        let text = with_role(&text, "marks.toml", "a b", &RoleMarks::default()).expect("edited");
        let text = with_role_renamed(&text, "marks.toml", "guest", "visitor").expect("edited");
        assert!(
            text.contains("# best") && text.contains("# shops"),
            "{text}"
        );
        assert!(
            read(&text, "")
                .expect("TOML")
                .marks
                .of("visitor", "")
                .favourite
        );
        assert!(!text.contains("a b"), "{text}");
    }

    #[test]
    fn a_label_that_is_not_edited_stays_as_it_is_written() {
        let file = "[roles.guest]\ngroup = ' shops ' # ours\nproduction = true # really\n\n\
                    [accounts]\n111122223333 = 'shop' # ours\n";
        let marks = RoleMarks {
            group: Some("shops".into()),
            production: Some(true),
            ..RoleMarks::default()
        };
        assert_eq!(with_role(file, "", "guest", &marks).expect("edited"), file);
        let account = |alias: &str| AccountMarks {
            alias: Some(alias.into()),
            ..AccountMarks::default()
        };
        let text = with_account(file, "", "111122223333", &account("shop")).expect("edited");
        assert_eq!(text, file);
        let text = with_account(file, "", "111122223333", &account("market")).expect("edited");
        assert_eq!(text, file.replace("'shop'", "\"market\""));
    }

    #[test]
    fn what_happens_at_the_end_is_no_label_and_stays_with_them() {
        let set = |text: &str, renew| with_renew(text, "", "guest", renew).expect("edited");
        assert_eq!(set("", None), "");
        let text = set("", Some(Renew::Automatic));
        assert_eq!(text, "[roles.guest]\nrenew = \"automatic\"\n");
        let unlabelled = with_role(&text, "", "guest", &RoleMarks::default()).expect("edited");
        assert_eq!(unlabelled, text);
        let ending = read(&text, "").expect("TOML").marks.ending("guest");
        assert_eq!(ending.renew, Some(Renew::Automatic));
        assert_eq!(set(&text, None), "");
    }

    #[test]
    fn an_account_is_a_name_or_a_table() {
        let marks = |alias: &str, production| AccountMarks {
            alias: Some(alias.into()),
            production,
            colour: None,
        };
        fn write(text: &str, marks: &AccountMarks) -> Result<String, Problem> {
            with_account(text, "marks.toml", "111122223333", marks)
        }
        let text = write("", &marks("shop", false)).expect("edited");
        assert_eq!(text, "[accounts]\n111122223333 = \"shop\"\n");
        let text = write(&text, &marks("shop", true)).expect("edited");
        let read = read(&text, "").expect("TOML").marks.of("", "111122223333");
        assert_eq!(
            (read.production, read.account_alias.as_deref()),
            (true, Some("shop"))
        );
        let text = write(&text, &AccountMarks::default()).expect("edited");
        assert!(!text.contains("1111"), "{text}");
        assert!(write("", &marks(&"x".repeat(65), false)).is_err());
        assert!(with_account("", "", "12", &marks("a", false)).is_err());
    }
}
