//! Changes of single settings from the window, and what the file contains for each.

use serde::{Deserialize, Serialize};
use toml_edit::{Array, Item, Table, TableLike, Value};

use super::edit::appended;
use super::{Settings, known};
use crate::catalogue::{line_and_column, parse_toml, replace_value, written};
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;

/// The value of a setting as the file writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum SettingValue {
    /// `true` or `false`.
    Switch(bool),
    /// Text, also of durations and choices.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// A setting of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SettingView {
    /// Its section, without brackets.
    pub section: String,
    /// Its name.
    pub name: String,
    /// What the file contains; `None` if that is no text, switch or list of texts.
    pub value: Option<SettingValue>,
    /// Its line in the file, from 1.
    pub line: usize,
    /// Why the value does not count.
    pub fault: Option<String>,
}

/// The settings that the window cannot change: what names a program to run, what decides where calls to AWS go and whom
/// they trust, and the tables, which have calls of their own. What takes over the window must not get these.
const NOT_FROM_THE_WINDOW: [(&str, &str); 7] = [
    ("mfa", "process"),
    ("console", "browser"),
    ("aws", "proxy"),
    ("aws", "ca_bundle"),
    ("ask", "roles"),
    ("ask", "keys"),
    ("temporary_profiles", "roles"),
];

/// Returns the file's text with this value of a setting; `None` selects the default.
///
/// # Errors
/// If the file is not TOML, the setting is unknown or cannot be set this way, or the value is not allowed. The detail
/// is the setting, as in `clipboard.clear_after`.
pub fn with_setting(
    text: &str,
    path: &str,
    section: &str,
    name: &str,
    value: Option<&SettingValue>,
) -> Result<String, Problem> {
    if !known::is_setting(section, name) || NOT_FROM_THE_WINDOW.contains(&(section, name)) {
        let shown = sanitise::echo(&format!("[{section}] {name}"));
        let what = format!("The window cannot change {shown}.");
        let remedy = "Change it in settings.toml.";
        return Err(Problem::new(ProblemCode::InvalidInput, what, remedy));
    }
    let refused = |(what, remedy): (String, String)| {
        Problem::new(ProblemCode::InvalidInput, what, remedy)
            .with_detail(format!("{section}.{name}"))
    };
    let item = value.map(item_of);
    if let Some(Err(wrong)) = item
        .as_ref()
        .and_then(|item| known::set(&mut Settings::default(), section, name, item))
    {
        return Err(refused(wrong));
    }
    let mut document = parse_toml(text, path)?.into_mut();
    match (
        item.and_then(|item| item.into_value().ok()),
        document.get_mut(section),
    ) {
        (None, None) => return Ok(text.to_owned()),
        (Some(value), None) => {
            let mut table = Table::new();
            table.insert(name, Item::Value(value));
            return Ok(appended(text, section, &table));
        }
        (value, Some(found)) => {
            let table = found.as_table_like_mut().ok_or_else(|| {
                let what = format!("{path}: \"{section}\" is not a table.");
                let remedy = format!("Write {name} = … below [{section}].");
                Problem::new(ProblemCode::InvalidFile, what, remedy)
            })?;
            put(table, name, value);
        }
    }
    Ok(written(text, &document))
}

fn put(table: &mut dyn TableLike, name: &str, value: Option<Value>) {
    match (value, table.get_mut(name).and_then(Item::as_value_mut)) {
        (None, _) => drop(table.remove(name)),
        (Some(new), Some(value)) => replace_value(value, new),
        (Some(new), None) => drop(table.insert(name, Item::Value(new))),
    }
}

fn item_of(value: &SettingValue) -> Item {
    match value {
        SettingValue::Switch(is_on) => toml_edit::value(*is_on),
        SettingValue::Text(text) => toml_edit::value(text.as_str()),
        SettingValue::List(texts) => {
            toml_edit::value(Array::from_iter(texts.iter().map(String::as_str)))
        }
    }
}

/// Returns the settings that the file contains, in its order. Tables of roles, keys and teams are left out.
///
/// # Errors
/// If the file is not TOML.
pub fn settings_in(text: &str, path: &str) -> Result<Vec<SettingView>, Problem> {
    let document = parse_toml(text, path)?;
    let mut views = Vec::new();
    for (section, item) in document.iter() {
        let Some(table) = item.as_table_like() else {
            continue;
        };
        for (name, item) in table
            .iter()
            .filter(|(name, _)| known::is_setting(section, name))
        {
            if item.is_table_like() {
                continue;
            }
            let fault = known::set(&mut Settings::default(), section, name, item);
            views.push(SettingView {
                section: section.to_owned(),
                name: name.to_owned(),
                value: value_of(item),
                line: line_and_column(text, item.span().map_or(0, |span| span.start)).0,
                fault: fault
                    .and_then(Result::err)
                    .map(|(what, remedy)| format!("{what} {remedy}")),
            });
        }
    }
    Ok(views)
}

fn value_of(item: &Item) -> Option<SettingValue> {
    match item.as_value()? {
        Value::Boolean(is_on) => Some(SettingValue::Switch(*is_on.value())),
        Value::String(text) => Some(SettingValue::Text(text.value().clone())),
        Value::Array(texts) => texts
            .iter()
            .map(|text| text.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(SettingValue::List),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn text(value: &str) -> Option<SettingValue> {
        Some(SettingValue::Text(value.to_owned()))
    }

    fn changed(
        file: &str,
        section: &str,
        name: &str,
        value: Option<&SettingValue>,
    ) -> Result<String, Problem> {
        with_setting(file, "settings.toml", section, name, value)
    }

    #[test]
    fn a_change_keeps_every_other_byte() {
        let file = "# mine\r\n[clipboard]\r\nclear_after = '30s' # soon\r\n\r\n[ask.roles]\r\nprod = \"once\"\r\n";
        let after = changed(file, "clipboard", "clear_after", text("2m").as_ref()).expect("valid");
        assert_eq!(after, file.replace("'30s'", "\"2m\""));
        let on = Some(SettingValue::Switch(true));
        let added = changed(file, "production", "confirm", on.as_ref()).expect("valid");
        assert_eq!(
            added,
            format!("{file}\r\n[production]\r\nconfirm = true\r\n")
        );
        let second = changed(&added, "clipboard", "clear_after", None).expect("valid");
        assert!(
            !second.contains("clear_after") && second.contains("confirm = true"),
            "{second}"
        );
        assert_eq!(changed("", "aws", "region", None).as_deref(), Ok(""));
    }

    #[test]
    fn a_change_counts_when_the_file_is_read() {
        let leads = Some(SettingValue::List(vec!["15m".into(), "1m".into()]));
        let mut file = String::new();
        for (section, name, value) in [
            ("notifications", "lead_times", leads),
            ("export", "shell", text("fish")),
            ("aws", "region", text("eu-west-1")),
            ("aws", "fips", Some(SettingValue::Switch(true))),
            ("ask", "default", text("once")),
            ("mfa", "session", text("1h")),
            ("agent", "start", text("never")),
        ] {
            file = changed(&file, section, name, value.as_ref()).expect("valid");
        }
        let reading = read(&file, "").expect("TOML");
        assert_eq!(reading.faults, Vec::new(), "{file}");
        assert!(reading.settings.fips);
        assert_eq!(reading.settings.lead_times.len(), 2);
        let views = settings_in(&file, "").expect("TOML");
        assert_eq!(views.len(), 7);
        assert_eq!(
            (views[1].name.as_str(), &views[1].value),
            ("shell", &text("fish"))
        );
        assert_eq!(
            file.lines().nth(views[1].line - 1),
            Some("shell = \"fish\"")
        );
    }

    #[test]
    fn a_value_that_is_not_allowed_is_refused_with_what_is() {
        for (section, name, value) in [
            ("clipboard", "clear_after", text("soon")),
            ("clipboard", "clear_after", Some(SettingValue::Switch(true))),
            ("aws", "region", text("eu west")),
            ("aws", "endpoint_url", text("https://evil.example")),
            ("aws", "fips", text("yes")),
            ("notifications", "lead_times", text("10m")),
            ("export", "shell", text("basic")),
        ] {
            let problem = changed("", section, name, value.as_ref()).expect_err("not allowed");
            assert_eq!(problem.code, ProblemCode::InvalidInput);
            assert_eq!(problem.detail, Some(format!("{section}.{name}")));
            assert!(!problem.remedy.is_empty(), "{problem:?}");
        }
    }

    #[test]
    fn t19_the_window_sets_no_program_and_nothing_unknown() {
        let program = Some(SettingValue::List(vec!["sh".into()]));
        for (section, name) in [
            ("mfa", "process"),
            ("console", "browser"),
            ("aws", "proxy"),
            ("aws", "ca_bundle"),
            ("ask", "roles"),
            ("teams", "x"),
            ("aws", "no"),
            ("no", "region"),
        ] {
            let problem = changed("", section, name, program.as_ref()).expect_err("refused");
            assert!(problem.what.contains("cannot change"), "{problem:?}");
        }
        for hostile in ["\u{1b}]52;c;x\u{7}", "a\u{202e}b"] {
            let problem = changed("", hostile, hostile, None).expect_err("refused");
            let shown = format!("{} {} {:?}", problem.what, problem.remedy, problem.detail);
            assert!(
                !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn what_the_file_contains_is_shown_with_its_line_and_fault() {
        let file = "[clipboard]\nclear_after = 30\n[aws]\nregion = \"eu-west-1\"\nunknown = 1\n[ask.roles]\na = \"ask\"\n";
        let views = settings_in(file, "").expect("TOML");
        let shown: Vec<_> = views
            .iter()
            .map(|it| (it.name.as_str(), it.line, it.fault.is_some()))
            .collect();
        assert_eq!(shown, [("clear_after", 2, true), ("region", 4, false)]);
        assert!(settings_in("[aws\n", "").is_err());
    }
}
