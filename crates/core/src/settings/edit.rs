//! Edits of `settings.toml` that leave every other byte unchanged.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use crate::asker::consent::{Consent, Subject};
use crate::catalogue::{line_ending, parse_toml, replace_value, written};
use crate::value::name::Name;
use crate::value::problem::{Problem, ProblemCode};

/// The table of the temporary profiles.
const TEMPORARY: &str = "temporary_profiles";

/// Returns the file's text with this policy for a role or an access key; `None` selects the default.
///
/// # Errors
/// If the file is not valid.
pub fn with_consent(
    text: &str,
    path: &str,
    subject: &Subject,
    consent: Option<Consent>,
) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    let (table, name) = (table_of(subject), subject.name().as_str());
    if consent.is_none() && policies_of(&mut document, table).is_none() {
        return Ok(text.to_owned());
    }
    if let Some(consent) = consent.filter(|_| !document.contains_key("ask")) {
        let mut policies = Table::new();
        policies.insert(name, toml_edit::value(consent.word()));
        return Ok(appended(text, &format!("ask.{table}"), &policies));
    }
    let policies = policies_table(&mut document, table, path)?;
    match consent {
        None => drop(policies.remove(name)),
        Some(consent) => match policies.get_mut(name).and_then(Item::as_value_mut) {
            Some(value) => replace_value(value, consent.word()),
            None => drop(policies.insert(name, toml_edit::value(consent.word()))),
        },
    }
    Ok(written(text, &document))
}

/// Returns the table below `[ask]` that contains the policy.
fn table_of(subject: &Subject) -> &'static str {
    match subject {
        Subject::Role(_) => "roles",
        Subject::Key(_) => "keys",
    }
}

/// Returns the file's text with this role in the list of temporary profiles.
///
/// # Errors
/// If the file is not valid.
pub fn with_temporary_profile(text: &str, path: &str, role: &Name) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    if !document.contains_key(TEMPORARY) {
        let mut table = Table::new();
        table.insert("roles", toml_edit::value(Array::from_iter([role.as_str()])));
        return Ok(appended(text, TEMPORARY, &table));
    }
    let roles = temporary_roles(&mut document, path)?;
    if !roles
        .iter()
        .any(|name| name.as_str() == Some(role.as_str()))
    {
        let last = roles.len().checked_sub(1).and_then(|at| roles.get(at));
        let before = last.and_then(|last| last.decor().prefix()).cloned();
        roles.push(role.as_str());
        // In a list with one role per line, the new role gets its own line too.
        if let (Some(before), Some(value)) = (before, roles.get_mut(roles.len() - 1))
            && before.as_str().is_some_and(|text| text.contains('\n'))
        {
            value.decor_mut().set_prefix(before);
        }
    }
    Ok(written(text, &document))
}

/// Returns the file's text without this role in the list of temporary profiles.
///
/// # Errors
/// If the file is not valid.
pub fn without_temporary_profile(text: &str, path: &str, role: &Name) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    if !document.contains_key(TEMPORARY) {
        return Ok(text.to_owned());
    }
    let roles = temporary_roles(&mut document, path)?;
    let is_it = |name: &Value| name.as_str() == Some(role.as_str());
    for at in (0..roles.len()).rev() {
        if !roles.get(at).is_some_and(is_it) {
            continue;
        }
        let gone = roles.remove(at);
        if let (0, Some(first)) = (at, roles.get_mut(0)) {
            *first.decor_mut() = gone.decor().clone();
        }
    }
    Ok(written(text, &document))
}

fn temporary_roles<'a>(
    document: &'a mut DocumentMut,
    path: &str,
) -> Result<&'a mut Array, Problem> {
    let table = document
        .get_mut(TEMPORARY)
        .and_then(Item::as_table_like_mut);
    let roles = table.map(|table| {
        table
            .entry("roles")
            .or_insert_with(|| toml_edit::value(Array::new()))
    });
    roles.and_then(Item::as_array_mut).ok_or_else(|| {
        let what = format!("{path}: \"{TEMPORARY}\" has no list of roles.");
        let remedy = "Write it as roles = [\"guest\"] below [temporary_profiles].";
        Problem::new(ProblemCode::InvalidFile, what, remedy)
    })
}

/// Returns the text with a new table at the end, after any final comment.
pub(super) fn appended(text: &str, name: &str, table: &Table) -> String {
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let added = format!("{gap}[{name}]\n{table}");
    text.to_owned() + &added.replace('\n', line_ending(text))
}

fn policies_of<'a>(document: &'a mut DocumentMut, table: &str) -> Option<&'a mut dyn TableLike> {
    document
        .get_mut("ask")?
        .as_table_like_mut()?
        .get_mut(table)?
        .as_table_like_mut()
}

/// Returns a table below `[ask]`, and adds it at the end if it is missing.
fn policies_table<'a>(
    document: &'a mut DocumentMut,
    table: &str,
    path: &str,
) -> Result<&'a mut dyn TableLike, Problem> {
    let not_a_table = |name: &str| {
        let what = format!("{path}: \"{name}\" is not a table.");
        let remedy = format!("Write each policy as NAME = \"once\" below [ask.{table}].");
        Problem::new(ProblemCode::InvalidFile, what, remedy)
    };
    let ask = document
        .entry("ask")
        .or_insert_with(|| Item::Table(Table::new()));
    let ask = ask.as_table_like_mut().ok_or_else(|| not_a_table("ask"))?;
    // An insertion fits the table into an inline one, which an entry would not.
    if !ask.contains_key(table) {
        ask.insert(table, Item::Table(Table::new()));
    }
    let policies = ask.get_mut(table).and_then(Item::as_table_like_mut);
    policies.ok_or_else(|| not_a_table(table))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const FILE: &str = "# mine\n[export]\nshell = 'fish' # always\n\n[ask]\ndefault = \"allow\"\n\n[ask.roles]\nprod = \"once\" # careful\n";

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn role(text: &str) -> Subject {
        Subject::Role(name(text))
    }

    fn consent_in(text: &str, subject: &Subject) -> Consent {
        let reading = read(text, "settings.toml").expect("TOML");
        reading.settings.ask.of(subject)
    }

    #[test]
    fn changing_a_policy_keeps_every_other_byte() {
        let edited = with_consent(FILE, "", &role("prod"), Some(Consent::Ask)).expect("valid");
        assert_eq!(edited, FILE.replace("prod = \"once\"", "prod = \"ask\""));
        let added = with_consent(FILE, "", &role("a role"), Some(Consent::Never)).expect("valid");
        assert_eq!(added, format!("{FILE}\"a role\" = \"never\"\n"));
    }

    #[test]
    fn a_policy_is_added_to_an_inline_table() {
        for file in [
            "ask = { default = \"once\" }\n",
            "ask = { default = \"once\",}\n",
            "ask = { roles = { prod = \"once\" } }\n",
            "ask = {}\n",
        ] {
            for subject in [role("guest"), Subject::Key(name("work"))] {
                let added = with_consent(file, "", &subject, Some(Consent::Never)).expect("valid");
                assert_eq!(consent_in(&added, &subject), Consent::Never, "{added}");
            }
        }
    }

    #[test]
    fn a_policy_with_blanks_is_read_as_it_is_edited() {
        for consent in Consent::ALL {
            let file = format!("[ask.roles]\nprod = \" {} \"\n", consent.word());
            assert_eq!(consent_in(&file, &role("prod")), consent, "{file}");
            let edited = with_consent(&file, "", &role("prod"), Some(consent)).expect("valid");
            assert_eq!(edited, file, "it says that already");
        }
    }

    #[test]
    fn the_first_policy_adds_a_table_at_the_end() {
        for before in [
            "",
            "# only this",
            "# only this\n",
            "[export]\nshell = \"fish\"\n",
            "[ask]\ndefault = \"ask\"\n",
            "\u{feff}[ask]\r\ndefault = \"ask\"\r\n",
            "[export]\r\nshell = \"fish\"\r\n",
        ] {
            let edited =
                with_consent(before, "", &role("prod"), Some(Consent::Never)).expect("valid");
            assert!(edited.starts_with(before), "{edited}");
            assert_eq!(
                edited.contains("\r\n"),
                before.contains("\r\n"),
                "{edited:?}"
            );
            assert_eq!(
                consent_in(&edited, &role("prod")),
                Consent::Never,
                "{edited}"
            );
            let key = Subject::Key(name("prod"));
            assert_eq!(consent_in(&edited, &key), consent_in(before, &key));
            let both = with_consent(&edited, "", &key, Some(Consent::Once)).expect("valid");
            assert_eq!(consent_in(&both, &key), Consent::Once, "{both}");
            assert_eq!(consent_in(&both, &role("prod")), Consent::Never, "{both}");
        }
    }

    #[test]
    fn temporary_profiles_are_added_and_removed_and_every_other_byte_stays() {
        let listed = |text: &str| {
            let reading = read(text, "").expect("TOML");
            reading.settings.temporary_profiles
        };
        for before in [
            "",
            "# mine",
            FILE,
            "[temporary_profiles]\nroles = [\"a\"] # careful\n",
            "[temporary_profiles]\nroles = [ 'a' , \"b\" ]\n[aws]\n",
            "[temporary_profiles]\nroles = [\n  \"a\",  # first\n  \"b\",\n]\n",
            "temporary_profiles = { roles = [\"a\"] }\n",
        ] {
            let with = with_temporary_profile(before, "", &name("new one")).expect("valid");
            assert!(listed(&with).contains(&name("new one")), "{with}");
            assert_eq!(
                with_temporary_profile(&with, "", &name("new one")),
                Ok(with.clone())
            );
            let without = without_temporary_profile(&with, "", &name("new one")).expect("valid");
            assert_eq!(listed(&without), listed(before), "{without}");
            if before.contains(TEMPORARY) {
                assert_eq!(without, before);
            }
            let less = without_temporary_profile(before, "", &name("a")).expect("valid");
            assert!(!listed(&less).contains(&name("a")), "{less}");
        }
        let lines = "[temporary_profiles]\nroles = [\n  \"a\",\n]\n";
        assert_eq!(
            with_temporary_profile(lines, "", &name("b")).as_deref(),
            Ok("[temporary_profiles]\nroles = [\n  \"a\",\n  \"b\",\n]\n")
        );
        assert!(with_temporary_profile("temporary_profiles = 1\n", "", &name("b")).is_err());
    }

    #[test]
    fn a_role_without_a_policy_leaves_the_file_unchanged() {
        assert_eq!(
            with_consent("[aws]\n", "", &role("prod"), None).as_deref(),
            Ok("[aws]\n")
        );
        let edited = with_consent(FILE, "", &role("prod"), None).expect("valid");
        assert_eq!(consent_in(&edited, &role("prod")), Consent::Allow);
        assert!(FILE.starts_with(edited.trim_end()), "{edited}");
    }
}
