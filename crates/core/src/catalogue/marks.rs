//! Labels of roles from any source: favourites, colours, production, groups, and names of accounts. They are in
//! `marks.toml`, which the user or Rolecall edits. Comments are kept.

mod edit;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use toml_edit::{Item, TableLike};

use crate::catalogue::{fault, parse_toml};
use crate::role::parse_group;
use crate::role::renew::Renew;
use crate::value::lead_times;
use crate::value::nearest::may_be_misspelled;
use crate::value::problem::Problem;
use crate::value::sanitise::{self, echo};

pub use edit::{with_account, with_renew, with_role, with_role_renamed};

/// The maximum number of characters of an account's name.
const ALIAS_MAX: usize = 64;

/// The user's labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    roles: HashMap<String, RoleMarks>,
    accounts: HashMap<String, AccountMarks>,
    endings: HashMap<String, Ending>,
    /// Whether an entry that cannot be read may label any role or account as production.
    may_miss_production: bool,
}

/// The labels of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleMarks {
    /// Whether it is listed before the others.
    #[serde(default)]
    pub favourite: bool,
    /// Its colour. The default is its account's.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// Whether it acts on production. The default is its account's.
    #[serde(default)]
    pub production: Option<bool>,
    /// Its group. The default is the group in the file that defines the role.
    #[serde(default)]
    pub group: Option<String>,
}

/// What happens at the end of a role's session, for roles that other files define.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// Whether it is renewed. The default is what defines the role.
    pub renew: Option<Renew>,
    /// How long before to warn, longest first. The default is what defines the role.
    pub lead_times: Option<Vec<SignedDuration>>,
}

/// The labels of an account, which apply to its roles unless they have their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountMarks {
    /// Its name in Rolecall.
    #[serde(default)]
    pub alias: Option<String>,
    /// Its colour.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// Whether it is production.
    #[serde(default)]
    pub production: bool,
}

/// The colours: few enough to distinguish, and always shown with their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Colour {
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Purple.
    Purple,
    /// Grey.
    Grey,
}

impl Colour {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Red,
        Self::Orange,
        Self::Green,
        Self::Blue,
        Self::Purple,
        Self::Grey,
    ];

    /// Returns its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Grey => "grey",
        }
    }
}

/// The labels that apply to one role: its own, or otherwise its account's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// Whether it is listed before the others.
    pub favourite: bool,
    /// Its colour.
    pub colour: Option<Colour>,
    /// Whether it acts on production.
    pub production: bool,
    /// The group in its labels.
    pub group: Option<String>,
    /// The name of its account in Rolecall.
    pub account_alias: Option<String>,
}

impl Marks {
    /// Returns the labels in effect if the file cannot be read and was never read before: any role may act on
    /// production.
    pub fn unreadable() -> Self {
        Self {
            may_miss_production: true,
            ..Self::default()
        }
    }

    /// Returns the labels of an account.
    pub fn account(&self, account_id: &str) -> AccountMarks {
        self.accounts.get(account_id).cloned().unwrap_or_default()
    }

    /// Returns the groups in the labels of roles.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.roles.values().filter_map(|it| it.group.as_deref())
    }

    /// Returns the names of accounts.
    pub fn account_names(&self) -> impl Iterator<Item = &str> {
        self.accounts.values().filter_map(|it| it.alias.as_deref())
    }

    /// Returns what is set for the end of a role's session.
    pub fn ending(&self, role: &str) -> Ending {
        self.endings.get(role).cloned().unwrap_or_default()
    }

    /// Returns the labels that apply to a role of an account.
    pub fn of(&self, role: &str, account_id: &str) -> Marked {
        let own = self.roles.get(role).cloned().unwrap_or_default();
        let account = self.account(account_id);
        Marked {
            favourite: own.favourite,
            colour: own.colour.or(account.colour),
            production: own
                .production
                .unwrap_or(account.production || self.may_miss_production),
            group: own.group,
            account_alias: account.alias,
        }
    }
}

/// The result of reading `marks.toml`: the valid labels, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct MarksReading {
    /// The valid labels.
    pub marks: Marks,
    /// What is wrong.
    pub faults: Vec<Problem>,
}

/// Reads `marks.toml`. `path` is what messages call the file.
///
/// # Errors
/// If it is not TOML at all: says file, line, column, what is wrong and how to fix it.
pub fn read(text: &str, path: &str) -> Result<MarksReading, Problem> {
    let document = parse_toml(text, path)?;
    let mut reading = MarksReading::default();
    for (section, item) in document.iter() {
        let result = match (section, item.as_table_like()) {
            ("roles", Some(roles)) => {
                for (name, item) in roles.iter() {
                    let (marks, ending, wrong) = read_role(item);
                    reading.marks.roles.insert(name.to_owned(), marks);
                    if ending != Ending::default() {
                        reading.marks.endings.insert(name.to_owned(), ending);
                    }
                    for what in wrong {
                        reading.fault(text, path, roles, name, &what);
                    }
                }
                Ok(())
            }
            ("accounts", Some(accounts)) => {
                for (id, item) in accounts.iter() {
                    let (marks, mut wrong) = read_account(item);
                    match check_account(id) {
                        Ok(()) => drop(reading.marks.accounts.insert(id.to_owned(), marks)),
                        Err(what) => {
                            // It is unknown which account this is.
                            reading.marks.may_miss_production |= marks.production;
                            wrong = vec![what];
                        }
                    }
                    for what in wrong {
                        reading.fault(text, path, accounts, id, &what);
                    }
                }
                Ok(())
            }
            _ => {
                reading.marks.may_miss_production |= may_mark_production(section, item);
                Err(format!("\"{}\" is not a table of labels.", echo(section)))
            }
        };
        if let Err(what) = result {
            reading.fault(text, path, document.as_table(), section, &what);
        }
    }
    Ok(reading)
}

impl MarksReading {
    fn fault(&mut self, text: &str, path: &str, table: &dyn TableLike, key: &str, what: &str) {
        let item = table.get(key);
        let span = table
            .key(key)
            .and_then(toml_edit::Key::span)
            .or_else(|| item.and_then(Item::span));
        let what = format!("\"{}\": {what}", echo(key));
        self.faults.push(fault(text, path, span, &what, KNOWN));
    }
}

const KNOWN: &str = "Known: [roles.NAME] favourite = true, colour = \"red\", production = true, group = \"…\", renew = \"automatic\", \
                     lead_times = [\"10m\"]; \
                     [accounts] \"111122223333\" = \"NAME\", or a table of alias, colour, production.";

/// Reads each label of a role separately, and says what is wrong with invalid ones. An invalid label that may have
/// meant production counts as production.
fn read_role(item: &Item) -> (RoleMarks, Ending, Vec<String>) {
    let mut marks = RoleMarks::default();
    let mut ending = Ending::default();
    let Some(table) = item.as_table_like() else {
        marks.production = Some(true);
        return (marks, ending, vec!["not a table.".to_owned()]);
    };
    let mut wrong = Vec::new();
    for (field, item) in table.iter() {
        let read = match field {
            "favourite" => flag(item, field).map(|it| marks.favourite = it),
            "colour" => colour(item).map(|it| marks.colour = Some(it)),
            "production" => flag(item, field).map(|it| marks.production = Some(it)),
            "group" => text(item, field)
                .and_then(group)
                .map(|it| marks.group = Some(it)),
            "renew" => text(item, field)
                .and_then(renew)
                .map(|it| ending.renew = Some(it)),
            "lead_times" => leads(item).map(|it| ending.lead_times = Some(it)),
            _ => Err(format!("unknown label \"{}\".", echo(field))),
        };
        if let Err(what) = read {
            if may_mark_production(field, item) {
                marks.production = Some(true);
            }
            wrong.push(what);
        }
    }
    (marks, ending, wrong)
}

/// Reads the labels of an account like [`read_role`].
fn read_account(item: &Item) -> (AccountMarks, Vec<String>) {
    let mut marks = AccountMarks::default();
    let mut wrong = Vec::new();
    let name = |marks: &mut AccountMarks, text: &str| {
        check_alias(text).map(|alias| marks.alias = Some(alias))
    };
    if let Some(text) = item.as_str() {
        wrong.extend(name(&mut marks, text).err());
        return (marks, wrong);
    }
    let Some(table) = item.as_table_like() else {
        marks.production = true;
        return (marks, vec!["neither a name nor a table.".to_owned()]);
    };
    for (field, item) in table.iter() {
        let read = match field {
            "alias" => text(item, field).and_then(|text| name(&mut marks, text)),
            "colour" => colour(item).map(|it| marks.colour = Some(it)),
            "production" => flag(item, field).map(|it| marks.production = it),
            _ => Err(format!("unknown label \"{}\".", echo(field))),
        };
        if let Err(what) = read {
            marks.production |= may_mark_production(field, item);
            wrong.push(what);
        }
    }
    (marks, wrong)
}

/// Returns whether an entry that cannot be read may be meant to label something as production.
fn may_mark_production(key: &str, item: &Item) -> bool {
    let below = item.as_table_like();
    let mut below = below.into_iter().flat_map(TableLike::iter);
    may_be_misspelled(key, "production") || below.any(|(key, item)| may_mark_production(key, item))
}

fn check_account(id: &str) -> Result<(), String> {
    let is_account = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    if is_account {
        Ok(())
    } else {
        Err("write the account ID as 12 digits in quotes.".to_owned())
    }
}

/// Returns an account's name, trimmed.
///
/// # Errors
/// If it is empty, longer than 64 characters, or has a hidden character.
fn check_alias(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("the name is empty.".to_owned()),
        _ if text.chars().any(sanitise::is_hidden) => {
            Err("the name has a hidden character.".to_owned())
        }
        1..=ALIAS_MAX => Ok(text.to_owned()),
        count => Err(format!("the name has {count} characters; at most 64.")),
    }
}

fn group(text: &str) -> Result<String, String> {
    parse_group(text).map_err(|error| error.what)
}

fn renew(text: &str) -> Result<Renew, String> {
    Renew::parse(text).map_err(|error| format!("{} {}", error.what, error.remedy))
}

fn leads(item: &Item) -> Result<Vec<SignedDuration>, String> {
    let texts = item.as_array().map(|texts| texts.iter());
    let texts = texts.map(|texts| texts.map(|text| text.as_str().unwrap_or_default()));
    texts.and_then(lead_times::parse).ok_or_else(|| {
        format!(
            "\"lead_times\" is not a list of durations. {}",
            lead_times::FORM
        )
    })
}

fn colour(item: &Item) -> Result<Colour, String> {
    let given = text(item, "colour")?;
    let found = Colour::ALL.into_iter().find(|it| it.name() == given);
    found.ok_or_else(|| {
        let names = Colour::ALL.map(Colour::name).join(", ");
        format!("the colour \"{}\" is not one of {names}.", echo(given))
    })
}

fn text<'a>(item: &'a Item, field: &str) -> Result<&'a str, String> {
    item.as_str()
        .ok_or_else(|| format!("\"{field}\" must be text in quotes."))
}

fn flag(item: &Item, field: &str) -> Result<bool, String> {
    item.as_bool()
        .ok_or_else(|| format!("\"{field}\" must be true or false."))
}
