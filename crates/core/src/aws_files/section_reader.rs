//! Merges the sections of one file into the profiles, as the SDKs' own parser does.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::value::sanitise::echo;

use super::document::Document;
use super::file_notice::{AwsFile, FileNotice, Notices};
use super::header::{DEFAULT, Form, Header, is_identifier};
use super::line::LineKind;
use super::profiles::{Position, Profiles, Setting};

impl<'a> Profiles<'a> {
    /// Merges the profiles of both files. Returns notices about what AWS ignores or rejects.
    pub fn merge(config: &Document<'a>, credentials: &Document<'a>) -> (Self, Vec<FileNotice>) {
        let mut notices = Notices::default();
        let profiles = Self::merge_noting(config, credentials, &mut notices);
        (profiles, notices.finish())
    }

    pub(super) fn merge_noting(
        config: &Document<'a>,
        credentials: &Document<'a>,
        notices: &mut Notices,
    ) -> Self {
        let mut profiles = Self::default();
        for (file, document) in [
            (AwsFile::Config, config),
            (AwsFile::Credentials, credentials),
        ] {
            SectionReader::new(file, document, &mut profiles, notices).read(document);
        }
        profiles
    }
}

/// Reads one file into the profiles.
pub(super) struct SectionReader<'r, 'a> {
    file: AwsFile,
    profiles: &'r mut Profiles<'a>,
    notices: &'r mut Notices,
    /// The profiles that have a `[profile name]` section in this file.
    prefixed: HashSet<&'a str>,
    /// The line of each profile's last section in this file.
    sections: HashMap<(&'a str, bool), usize>,
    /// The profile and the setting that are being read.
    profile: Option<usize>,
    key: Option<Cow<'a, str>>,
}

impl<'r, 'a> SectionReader<'r, 'a> {
    /// Returns the reader of a file.
    pub(super) fn new(
        file: AwsFile,
        document: &Document<'a>,
        profiles: &'r mut Profiles<'a>,
        notices: &'r mut Notices,
    ) -> Self {
        let headers = document.lines().iter().filter_map(|line| match line.kind {
            LineKind::Section(text) => Header::parse(text, file).ok(),
            _ => None,
        });
        let prefixed = headers.filter_map(|header| match header {
            Header::Profile { name, form } => (form == Form::Prefixed).then_some(name),
            Header::Other => None,
        });
        Self {
            file,
            profiles,
            notices,
            prefixed: prefixed.collect(),
            sections: HashMap::new(),
            profile: None,
            key: None,
        }
    }

    /// Merges the file's sections into the profiles, and adds notices about what AWS ignores or rejects.
    pub(super) fn read(mut self, document: &Document<'a>) {
        for (line, fault) in document.faults() {
            self.notices
                .add(self.file, line, || fault.text().to_owned());
        }
        for (index, line) in document.lines().iter().enumerate() {
            let number = index + 1;
            match line.kind {
                LineKind::Section(text) => self.section(text, number),
                LineKind::Property { key, value } => self.property(key, value, number),
                LineKind::Continuation(text) => self.continuation(text, number),
                LineKind::Fault(_) => self.fault(line.text),
                LineKind::Blank | LineKind::Comment | LineKind::Lost => {}
            }
        }
    }

    fn fault(&mut self, text: &str) {
        self.key = None;
        if text.starts_with('[') {
            self.profile = None;
        }
    }

    fn section(&mut self, text: &'a str, line: usize) {
        (self.profile, self.key) = (None, None);
        match Header::parse(text, self.file) {
            Ok(Header::Profile { name, form }) => self.profile_section(name, form, line),
            Ok(Header::Other) => {}
            Err(why) => self.notices.add(self.file, line, || why.text()),
        }
    }

    fn profile_section(&mut self, name: &'a str, form: Form, line: usize) {
        let file = self.file;
        let prefixed = self.prefixed.contains(name);
        match form {
            Form::Bare if file == AwsFile::Config && name == DEFAULT && prefixed => {
                let text = "AWS ignores [default] because [profile default] exists. Remove one of the two.";
                return self.notices.add(file, line, || text.to_owned());
            }
            Form::Quoted if prefixed => {
                let text = || format!("[profile {}] without quotes takes precedence. Remove one of the two.", echo(name));
                return self.notices.add(file, line, text);
            }
            Form::Quoted => self.notices.add(file, line, || {
                format!(
                    "AWS's SDKs ignore the profile \"{}\" because its name is quoted. The AWS CLI and Rolecall read it. Use a name without quotes and spaces.",
                    echo(name)
                )
            }),
            Form::Bare | Form::Prefixed => {}
        }
        let quoted = form == Form::Quoted;
        if let Some(earlier) = self.sections.insert((name, quoted), line) {
            self.notices.add(file, line, || {
                format!(
                    "The profile \"{}\" also has a section at line {earlier}. AWS merges them, and the last value of a setting applies. Combine them into one section.",
                    echo(name)
                )
            });
        }
        let at = self.profiles.entry(name, Position { file, line });
        self.profiles.list[at].quoted |= quoted;
        self.profile = Some(at);
    }

    fn property(&mut self, key: &'a str, value: &'a str, line: usize) {
        self.key = None;
        let Some(at) = self.profile else { return };
        if !is_identifier(key) {
            let text = || format!("AWS ignores \"{}\" because of its name.", echo(key));
            return self.notices.add(self.file, line, text);
        }
        let key = lower_case(key);
        let position = Position {
            file: self.file,
            line,
        };
        let value = Cow::Borrowed(value);
        let settings = &mut self.profiles.list[at].settings;
        let replaced = settings.insert(key.clone(), Setting { value, position });
        if let Some(earlier) = replaced.filter(|earlier| earlier.position.file == self.file) {
            self.notices.add(self.file, line, || {
                let (key, line) = (echo(&key), earlier.position.line);
                format!(
                    "\"{key}\" is also at line {line}; the last one applies. Remove one of them."
                )
            });
        }
        self.key = Some(key);
    }

    fn continuation(&mut self, text: &str, line: usize) {
        let (Some(at), Some(key)) = (self.profile, &self.key) else {
            return;
        };
        if let Some(setting) = self.profiles.list[at].settings.get_mut(key) {
            let value = setting.value.to_mut();
            value.push('\n');
            value.push_str(text);
        }
        if text.starts_with(['#', ';']) {
            let text = "AWS's SDKs read this indented comment as part of the value above. Start it in the first column.";
            self.notices.add(self.file, line, || text.to_owned());
        }
    }
}

fn lower_case(key: &str) -> Cow<'_, str> {
    if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(key.to_ascii_lowercase())
    } else {
        Cow::Borrowed(key)
    }
}
