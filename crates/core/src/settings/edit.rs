//! Edits of `settings.toml` that leave every other byte as it is.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::catalogue::parse_toml;
use crate::consent::Consent;
use crate::name::Name;
use crate::problem::{Problem, ProblemCode};

/// Returns the file's text with this policy for a role; `None` leaves the role to the default.
///
/// # Errors
/// If the file is wrong.
pub fn with_consent(
    text: &str,
    path: &str,
    role: &Name,
    consent: Option<Consent>,
) -> Result<String, Problem> {
    let mut document = parse_toml(text, path)?.into_mut();
    if consent.is_none() && roles_of(&mut document).is_none() {
        return Ok(text.to_owned());
    }
    if let Some(consent) = consent.filter(|_| !document.contains_key("ask")) {
        return Ok(appended(text, role, consent));
    }
    let roles = roles_table(&mut document, path)?;
    match consent {
        None => drop(roles.remove(role.as_str())),
        Some(consent) => match roles.get_mut(role.as_str()).and_then(Item::as_value_mut) {
            Some(value) => set_text(value, consent.word()),
            None => drop(roles.insert(role.as_str(), toml_edit::value(consent.word()))),
        },
    }
    Ok(document.to_string())
}

/// Returns the text with the first policy of all behind it, and behind any comment at its end.
fn appended(text: &str, role: &Name, consent: Consent) -> String {
    let mut roles = Table::new();
    roles.insert(role.as_str(), toml_edit::value(consent.word()));
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}[ask.roles]\n{roles}")
}

fn roles_of(document: &mut DocumentMut) -> Option<&mut dyn TableLike> {
    document
        .get_mut("ask")?
        .as_table_like_mut()?
        .get_mut("roles")?
        .as_table_like_mut()
}

/// Returns `[ask.roles]`, behind `[ask]` if there is none yet.
fn roles_table<'a>(
    document: &'a mut DocumentMut,
    path: &str,
) -> Result<&'a mut dyn TableLike, Problem> {
    let not_a_table = |name: &str| {
        let what = format!("{path}: \"{name}\" is not a table.");
        let remedy = "Write each role as NAME = \"once\" below [ask.roles].";
        Problem::new(ProblemCode::InvalidFile, what, remedy)
    };
    let ask = document
        .entry("ask")
        .or_insert_with(|| Item::Table(Table::new()));
    let ask = ask.as_table_like_mut().ok_or_else(|| not_a_table("ask"))?;
    let roles = ask
        .entry("roles")
        .or_insert_with(|| Item::Table(Table::new()));
    roles
        .as_table_like_mut()
        .ok_or_else(|| not_a_table("roles"))
}

fn set_text(value: &mut Value, text: &str) {
    let decor = value.decor().clone();
    *value = Value::from(text);
    *value.decor_mut() = decor;
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const FILE: &str = "# mine\n[export]\nshell = 'fish' # always\n\n[ask]\ndefault = \"allow\"\n\n[ask.roles]\nprod = \"once\" # careful\n";

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn consent_in(text: &str, role: &str) -> Consent {
        read(text, "settings.toml")
            .expect("valid")
            .ask
            .of(&name(role))
    }

    #[test]
    fn changing_a_policy_keeps_every_other_byte() {
        let edited = with_consent(FILE, "", &name("prod"), Some(Consent::Ask)).expect("valid");
        assert_eq!(edited, FILE.replace("prod = \"once\"", "prod = \"ask\""));
        let added = with_consent(FILE, "", &name("a role"), Some(Consent::Never)).expect("valid");
        assert_eq!(added, format!("{FILE}\"a role\" = \"never\"\n"));
    }

    #[test]
    fn the_first_policy_begins_a_table_at_the_end() {
        for before in [
            "",
            "# only this",
            "# only this\n",
            "[export]\nshell = \"fish\"\n",
            "[ask]\ndefault = \"ask\"\n",
        ] {
            let edited =
                with_consent(before, "", &name("prod"), Some(Consent::Never)).expect("valid");
            assert!(edited.starts_with(before), "{edited}");
            assert_eq!(consent_in(&edited, "prod"), Consent::Never, "{edited}");
        }
    }

    #[test]
    fn a_role_without_a_policy_leaves_the_file_alone() {
        assert_eq!(
            with_consent("[aws]\n", "", &name("prod"), None).as_deref(),
            Ok("[aws]\n")
        );
        let edited = with_consent(FILE, "", &name("prod"), None).expect("valid");
        assert_eq!(consent_in(&edited, "prod"), Consent::Allow);
        assert!(FILE.starts_with(edited.trim_end()), "{edited}");
    }
}
