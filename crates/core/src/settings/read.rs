//! Reads `settings.toml`. Each setting is read separately, so an invalid one does not affect others.

use toml_edit::{Item, TableLike};

use super::guard::{Guard, close_subject};
use super::known;
use super::value::{self, Wrong};
use super::{Settings, in_settings};
use crate::asker::consent::{Consent, Subject};
use crate::catalogue::{fault, parse_toml};
use crate::value::name::Name;
use crate::value::problem::Problem;
use crate::value::sanitise;

/// The result of reading `settings.toml`. An invalid setting has its default or its strictest value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsReading {
    /// The settings in effect.
    pub settings: Settings,
    /// What is wrong and where, what is allowed, and the consequence.
    pub faults: Vec<Problem>,
}

/// The maximum number of faults to report. Guards apply to further faults too.
const FAULTS_MAX: usize = 20;

/// Reads `settings.toml`. `path` is the file's path as shown in messages.
///
/// # Errors
/// If the file is not TOML. Says file, line, column, what is wrong and how to fix it.
pub fn read(text: &str, path: &str) -> Result<SettingsReading, Problem> {
    let document = parse_toml(text, path).map_err(in_settings)?;
    let mut reader = Reader {
        text,
        path,
        reading: SettingsReading::default(),
        closed: Vec::new(),
    };
    for (section, item) in document.iter() {
        match item.as_table_like() {
            Some(table) if known::is_section(section) => reader.section(section, table),
            Some(table) => reader.unknown_section(document.as_table(), section, table),
            None => reader.outside(document.as_table(), section, item),
        }
    }
    Ok(reader.finish())
}

/// Returns the guards of settings below a team, where they have no effect, such as an endpoint after `[teams.NAME]`.
fn misplaced(key: &str, item: &Item) -> Vec<Guard> {
    let below: Vec<(&str, &Item)> = item
        .as_table_like()
        .map_or_else(|| vec![(key, item)], |table| table.iter().collect());
    let meant = |(key, item): (&str, &Item)| known::guards_meant("", Some(key), item.as_str());
    below.into_iter().flat_map(meant).collect()
}

struct Reader<'a> {
    text: &'a str,
    path: &'a str,
    reading: SettingsReading,
    /// The guards to apply at the end, regardless of other settings.
    closed: Vec<(Guard, Problem)>,
}

impl Reader<'_> {
    fn section(&mut self, section: &str, table: &dyn TableLike) {
        for (key, item) in table.iter() {
            let place = || place_of(table, key, item);
            if let ("ask", "roles" | "keys", Some(policies)) = (section, key, item.as_table_like())
            {
                self.policies(key, policies);
                continue;
            }
            match known::set(&mut self.reading.settings, section, key, item) {
                Some(Ok(())) => {}
                Some(Err(wrong)) if section == "teams" => {
                    self.fault(place(), wrong, &misplaced(key, item));
                }
                Some(Err(wrong)) => self.fault(place(), wrong, &known::guards_of(section, key)),
                None => {
                    let guards = known::guards_meant(section, Some(key), item.as_str());
                    self.fault(place(), unknown(key), &guards);
                }
            }
        }
    }

    fn unknown_section(&mut self, parent: &dyn TableLike, section: &str, table: &dyn TableLike) {
        let mut guards = match table.is_empty() {
            true => known::guards_meant(section, None, None),
            false => Vec::new(),
        };
        for (key, item) in table.iter() {
            let meant = known::guards_meant(section, Some(key), item.as_str());
            let new: Vec<Guard> = meant
                .into_iter()
                .filter(|it| !guards.contains(it))
                .collect();
            guards.extend(new);
        }
        let place = parent.key(section).and_then(toml_edit::Key::span);
        let what = format!("Unknown section \"{}\".", sanitise::echo(section));
        self.fault(place, (what, known::sentence()), &guards);
    }

    fn outside(&mut self, parent: &dyn TableLike, key: &str, item: &Item) {
        let mut guards = known::guards_meant(key, None, None);
        if !known::is_section(key) {
            let meant = known::guards_meant("", Some(key), item.as_str());
            let new: Vec<Guard> = meant
                .into_iter()
                .filter(|it| !guards.contains(it))
                .collect();
            guards.extend(new);
        }
        let place = parent.key(key).and_then(toml_edit::Key::span);
        let what = "A setting is outside a section.".to_owned();
        self.fault(place, (what, known::sentence()), &guards);
    }

    /// Reads `[ask.roles]` or `[ask.keys]`.
    fn policies(&mut self, key: &str, policies: &dyn TableLike) {
        for (name, item) in policies.iter() {
            let place = place_of(policies, name, item);
            let subject = match (Name::parse(name), key) {
                (Ok(name), "keys") => Subject::Key(name),
                (Ok(name), _) => Subject::Role(name),
                (Err(error), _) => {
                    // It is unknown which role or key the policy is for.
                    self.fault(place, (error.what, error.remedy), &[Guard::Policy]);
                    continue;
                }
            };
            match value::policy(item, name, key) {
                Ok(consent) => self.set_policy(&subject, consent),
                Err((what, remedy)) => {
                    let shown = sanitise::echo(subject.name().as_str());
                    let remedy = format!("{remedy} Until then no program gets \"{shown}\".");
                    let problem = self.problem(place, &what, &remedy);
                    close_subject(&mut self.reading.settings, subject, &problem);
                    self.note(problem);
                }
            }
        }
    }

    /// Sets a policy. Names are trimmed, so a name can occur twice.
    fn set_policy(&mut self, subject: &Subject, consent: Consent) {
        let ask = &mut self.reading.settings.ask;
        let consent = ask.own(subject).map_or(consent, |it| it.stricter(consent));
        let policies = match subject {
            Subject::Role(_) => &mut ask.roles,
            Subject::Key(_) => &mut ask.keys,
        };
        policies.insert(subject.name().clone(), consent);
    }

    fn fault(&mut self, place: Option<Place>, (what, remedy): Wrong, guards: &[Guard]) {
        let consequences = match guards {
            [] => "Until then the default applies.".to_owned(),
            some => {
                let each: Vec<&str> = some.iter().map(|it| it.consequence()).collect();
                each.join(" ")
            }
        };
        let problem = self.problem(place, &what, &format!("{remedy} {consequences}"));
        let closed = guards.iter().map(|guard| (*guard, problem.clone()));
        self.closed.extend(closed);
        self.note(problem);
    }

    /// Returns the problem at one position. Counting lines takes time, so after many faults the line is omitted.
    fn problem(&self, place: Option<Place>, what: &str, remedy: &str) -> Problem {
        let place = place.filter(|_| self.reading.faults.len() < FAULTS_MAX);
        in_settings(fault(self.text, self.path, place, what, remedy))
    }

    fn note(&mut self, problem: Problem) {
        if self.reading.faults.len() < FAULTS_MAX {
            self.reading.faults.push(problem);
        }
    }

    fn finish(mut self) -> SettingsReading {
        for (guard, problem) in &self.closed {
            guard.close(&mut self.reading.settings, problem);
        }
        self.reading
    }
}

type Place = std::ops::Range<usize>;

fn place_of(table: &dyn TableLike, key: &str, item: &Item) -> Option<Place> {
    item.span()
        .or_else(|| table.key(key).and_then(|key| key.span()))
}

fn unknown(key: &str) -> Wrong {
    let what = format!("Unknown setting \"{}\".", sanitise::echo(key));
    (what, known::sentence())
}
