//! Changes one of AWS's files: adds and removes our own sections, and leaves every other byte unchanged.
//!
//! A section is added at the end after one line ending, and removed together with it. So removing it restores the
//! previous file exactly, with its line endings, comments, blocks and faults.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise;
use crate::value::secret::Secret;

use super::carried::{Carried, names_in};
use super::difference::{self, Changed};
use super::document::Document;
use super::file_notice::AwsFile;
use super::header::Header;
use super::line::{Fault, Line, LineKind};
use super::own_section::{OUR_KEYS, OwnSection, expiry_of, is_mark};
use super::profile_name::ProfileName;

/// One of AWS's files while it is edited.
pub struct Editor<'a> {
    file: AwsFile,
    original: &'a str,
    pub(super) document: Document<'a>,
    /// Each line after the edit, with its ending; `None` if it was removed.
    pub(super) lines: Vec<Option<Cow<'a, str>>>,
    sections: HashMap<&'a str, Vec<Section>>,
    added: Vec<String>,
    pub(super) ending: &'a str,
}

/// A section of a profile, as a range of lines.
#[derive(Clone, Copy)]
struct Section {
    header: usize,
    /// The line after its last one.
    end: usize,
    owner: Owner,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Rolecall,
    Somebody,
}

/// One of our own sections in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owned<'a> {
    /// The profile.
    pub profile: &'a str,
    /// The expiry in its marker, if it is a temporary profile.
    pub expiry: Option<&'a str>,
    /// Its `credential_process`.
    pub process: Option<&'a str>,
}

/// A file after the edit. Its text may contain secrets; its difference does not.
#[derive(Debug)]
pub struct Edited {
    /// The new text.
    pub text: Secret,
    /// The differences line by line, or empty if there are none.
    pub difference: Vec<Changed>,
}

impl Edited {
    /// Returns an unchanged file.
    pub fn unchanged(text: &str) -> Self {
        Self {
            text: Secret::new(text.to_owned()),
            difference: Vec::new(),
        }
    }
}

/// A section with the name of the profile that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The profile.
    pub profile: ProfileName,
    /// The line of its header, from 1.
    pub line: usize,
}

impl Foreign {
    /// Returns the problem for the user. `shown` is the path of the file as shown in messages.
    pub fn problem(&self, shown: &str) -> Problem {
        let (name, line) = (sanitise::echo(self.profile.as_str()), self.line);
        let what = format!(
            "{shown}, line {line}: the profile \"{name}\" already exists and was not written by Rolecall."
        );
        let remedy =
            "The profile is unchanged. Choose another name, or rename or remove that section.";
        Problem::new(ProblemCode::NameTaken, what, remedy)
    }
}

impl<'a> Editor<'a> {
    /// Reads a file to edit it. Every text is accepted.
    pub fn new(file: AwsFile, text: &'a str) -> Self {
        let document = Document::parse(text);
        let mut rest = &text[document.byte_order_mark().len()..];
        let mut lines = Vec::with_capacity(document.lines().len());
        for line in document.lines() {
            let (whole, below) = rest.split_at(line.text.len() + line.ending.len());
            lines.push(Some(Cow::Borrowed(whole)));
            rest = below;
        }
        let first = document.lines().first().map_or("", |line| line.ending);
        Self {
            file,
            original: text,
            lines,
            sections: sections_of(&document, file),
            added: Vec::new(),
            ending: match first {
                "" => separator(text, "\n"),
                ending => ending,
            },
            document,
        }
    }

    /// Returns our own sections in the order of the file.
    pub fn owned(&self) -> Vec<Owned<'a>> {
        let own = self.own_sections().into_iter();
        own.map(|(section, profile)| self.owned_section(section, profile))
            .collect()
    }

    fn own_sections(&self) -> Vec<(Section, &'a str)> {
        let mut own: Vec<(Section, &str)> = Vec::new();
        for (profile, sections) in &self.sections {
            let ours = sections.iter().filter(|it| it.owner == Owner::Rolecall);
            own.extend(ours.map(|section| (*section, *profile)));
        }
        own.sort_unstable_by_key(|(section, _)| section.header);
        own
    }

    fn owned_section(&self, section: Section, profile: &'a str) -> Owned<'a> {
        let lines = &self.document.lines()[section.header + 1..section.end];
        let process = lines.iter().rev().find_map(|line| match line.kind {
            LineKind::Property { key, value } => key
                .eq_ignore_ascii_case("credential_process")
                .then_some(value),
            _ => None,
        });
        Owned {
            profile,
            expiry: lines.first().and_then(|mark| expiry_of(mark.text)),
            process,
        }
    }

    /// Returns the line, from 1, of a profile's first section that is not ours, if it has one.
    pub fn foreign(&self, profile: &ProfileName) -> Option<Foreign> {
        let sections = self.sections.get(profile.as_str())?;
        let foreign = sections
            .iter()
            .find(|section| section.owner == Owner::Somebody)?;
        Some(Foreign {
            profile: profile.clone(),
            line: foreign.header + 1,
        })
    }

    /// Writes a section at the end of the file, or in place of an earlier one of ours. Settings that others added to
    /// the earlier one are kept below it.
    ///
    /// # Errors
    /// If the profile has a section that is not ours, or ours begins with an indented line of somebody, which would continue
    /// what is written above it. Nothing is changed then.
    pub fn put(&mut self, section: &OwnSection) -> Result<(), Foreign> {
        if let Some(foreign) = self.foreign(section.profile()) {
            return Err(foreign);
        }
        let found = self
            .sections
            .get(section.profile().as_str())
            .cloned()
            .unwrap_or_default();
        if let Some(first) = found.first()
            && self.begins_indented(*first)
        {
            return Err(Foreign {
                profile: section.profile().clone(),
                line: first.header + 1,
            });
        }
        let carried = self.carried(section);
        let Some((first, others)) = found.split_first() else {
            let body = section.body(self.ending, &carried);
            self.added
                .push(section.header(self.file, self.ending) + &body);
            return Ok(());
        };
        for other in others.iter().rev() {
            self.remove_section(*other);
        }
        self.remove_settings(*first);
        let carried = carried.without(|key| self.has_setting(*first, key));
        self.lines[first.header + 1] = Some(Cow::Owned(section.body(self.ending, &carried)));
        Ok(())
    }

    /// Returns the settings that a section takes over from another profile of this file.
    fn carried(&self, section: &OwnSection) -> Carried<'a> {
        let mut carried = Carried::default();
        let from = section.carries().and_then(|name| self.sections.get(name));
        let foreign = from.into_iter().flatten();
        for section in foreign.filter(|it| it.owner == Owner::Somebody) {
            carried.read(&self.document, section.header + 1..section.end);
        }
        carried
    }

    /// Returns whether a section still has a setting.
    fn has_setting(&self, section: Section, name: &str) -> bool {
        let mut lines = section.header + 2..section.end;
        lines.any(|at| match self.document.lines()[at].kind {
            LineKind::Property { key, .. } => {
                self.lines[at].is_some() && key.eq_ignore_ascii_case(name)
            }
            _ => false,
        })
    }

    /// Removes our own sections that `should_remove` selects, and returns the names of their profiles in the order of
    /// the file. Settings that others added to a section are kept, below its header.
    pub fn remove(&mut self, should_remove: impl Fn(Owned<'a>) -> bool) -> Vec<&'a str> {
        let mut leaving = self.own_sections();
        leaving.retain(|(section, profile)| should_remove(self.owned_section(*section, profile)));
        // From the end, so that each section is removed from the same surroundings in which it was added.
        for (section, _) in leaving.iter().rev() {
            self.remove_section(*section);
        }
        leaving.into_iter().map(|(_, profile)| profile).collect()
    }

    /// Returns the file after the changes, and what differs.
    pub fn finish(self) -> Edited {
        let text = self.text();
        let difference = match text.expose() == self.original {
            true => Vec::new(),
            false => difference::of(&self.document, &self.lines, &self.added),
        };
        Edited { text, difference }
    }

    fn text(&self) -> Secret {
        let mark = self.document.byte_order_mark();
        let kept: usize = self.lines.iter().flatten().map(|line| line.len()).sum();
        let added: usize = self.added.iter().map(|section| section.len() + 2).sum();
        // The capacity is reserved, because a growing string leaves copies of its secrets in memory.
        let mut text = String::with_capacity(mark.len() + kept + added);
        text.push_str(mark);
        self.lines
            .iter()
            .flatten()
            .for_each(|line| text.push_str(line));
        for section in &self.added {
            if text.len() > mark.len() {
                text.push_str(separator(&text, self.ending));
            }
            text.push_str(section);
        }
        Secret::new(text)
    }

    /// Removes one of our own sections, with the line ending before it.
    fn remove_section(&mut self, section: Section) {
        let shared = self.remove_settings(section);
        self.remove_marks(section);
        if shared == Shared::WithSomebody {
            return;
        }
        self.lines[section.header] = None;
        let before = (0..section.header)
            .rev()
            .find(|at| self.lines[*at].is_some());
        let mut behind = (section.header..self.lines.len()).filter(|at| self.lines[*at].is_some());
        let (next, after) = (behind.next(), behind.next());
        let lines = self.document.lines();
        let is_separator =
            |at: usize| lines[at].kind == LineKind::Blank && lines[at].text.is_empty();
        match (before, next) {
            (None, _) => {}
            (Some(before), _) if is_separator(before) => self.lines[before] = None,
            (Some(before), None) => self.lines[before] = Some(Cow::Borrowed(lines[before].text)),
            (Some(_), Some(next)) => {
                // If the file had no final line ending, the next section of ours keeps the one that was added.
                if is_separator(next) && after.is_some_and(|after| self.is_own_header(after)) {
                    self.lines[next] = None;
                }
            }
        }
    }

    /// Removes the mark of one of our own sections, and those right below it, each of which would be the mark without it.
    fn remove_marks(&mut self, section: Section) {
        let behind = section.header + 1..section.end;
        let lines = self.lines[behind.clone()].iter_mut();
        let present = lines
            .zip(&self.document.lines()[behind])
            .filter(|(line, _)| line.is_some());
        present
            .take_while(|(_, before)| is_mark(before))
            .for_each(|(line, _)| *line = None);
    }

    /// Removes our settings from one of our own sections. Returns whether it has others.
    fn remove_settings(&mut self, section: Section) -> Shared {
        let others = self.lines_of_others(section);
        for at in section.header + 2..section.end {
            let is_text = !matches!(
                self.document.lines()[at].kind,
                LineKind::Blank | LineKind::Comment
            );
            if is_text && others.binary_search(&at).is_err() {
                self.lines[at] = None;
            }
        }
        match others.is_empty() {
            true => Shared::Ours,
            false => Shared::WithSomebody,
        }
    }

    /// Returns whether the first line behind our settings in one of our own sections is indented. It may be a comment, or the
    /// line that ends the section: behind a setting, an indented one of either kind continues it.
    fn begins_indented(&self, section: Section) -> bool {
        let others = self.lines_of_others(section);
        let lines = self.document.lines();
        let stays = |at: &usize| match lines[*at].kind {
            LineKind::Blank => false,
            LineKind::Comment => true,
            _ => others.binary_search(at).is_ok(),
        };
        let first = (section.header + 2..section.end).find(stays);
        let behind = lines.get(first.unwrap_or(section.end));
        behind.is_some_and(|line| line.text.starts_with([' ', '\t']))
    }

    /// Returns the lines of one of our own sections that are not ours, without blank ones and comments.
    fn lines_of_others(&self, section: Section) -> Vec<usize> {
        let mut others = Vec::new();
        let mut taking = false;
        let mark = self.document.lines()[section.header + 1].text;
        let carried: Vec<&str> = names_in(mark).collect();
        let is_ours = |key: &str| {
            is_our_key(key) || carried.iter().any(|name| key.eq_ignore_ascii_case(name))
        };
        for at in section.header + 2..section.end {
            match self.document.lines()[at].kind {
                LineKind::Blank | LineKind::Comment => continue,
                LineKind::Property { key, .. } => taking = is_ours(key),
                LineKind::Continuation(_) => {}
                LineKind::Section(_) | LineKind::Lost | LineKind::Fault(_) => taking = false,
            }
            if !taking {
                others.push(at);
            }
        }
        others
    }

    fn is_own_header(&self, at: usize) -> bool {
        let lines = self.document.lines();
        matches!(lines[at].kind, LineKind::Section(_)) && lines.get(at + 1).is_some_and(is_mark)
    }
}

/// Returns the line ending before an added section. A `\n` after a single `\r` would combine with it into one line
/// ending.
fn separator<'a>(text: &str, ending: &'a str) -> &'a str {
    if text.ends_with('\r') { "\r\n" } else { ending }
}

/// Whether one of our own sections also has settings of others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shared {
    Ours,
    WithSomebody,
}

fn is_our_key(key: &str) -> bool {
    OUR_KEYS.iter().any(|ours| key.eq_ignore_ascii_case(ours))
}

fn sections_of<'a>(document: &Document<'a>, file: AwsFile) -> HashMap<&'a str, Vec<Section>> {
    let lines = document.lines();
    let mut headers = (0..lines.len())
        .filter(|at| is_header(&lines[*at]))
        .peekable();
    let mut sections: HashMap<&str, Vec<Section>> = HashMap::new();
    while let Some(header) = headers.next() {
        let LineKind::Section(text) = lines[header].kind else {
            continue;
        };
        let Ok(Header::Profile { name, .. }) = Header::parse(text, file) else {
            continue;
        };
        let owner = match lines.get(header + 1).is_some_and(is_mark) {
            true => Owner::Rolecall,
            false => Owner::Somebody,
        };
        let end = headers.peek().copied().unwrap_or(lines.len());
        let section = Section { header, end, owner };
        sections.entry(name).or_default().push(section);
    }
    sections
}

/// Returns whether a section starts here, even a faulty one.
fn is_header(line: &Line<'_>) -> bool {
    match line.kind {
        LineKind::Section(_) => true,
        LineKind::Fault(fault) => fault == Fault::Unclosed,
        LineKind::Blank
        | LineKind::Comment
        | LineKind::Property { .. }
        | LineKind::Continuation(_)
        | LineKind::Lost => false,
    }
}
