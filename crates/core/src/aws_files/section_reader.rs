//! Merges the sections of one file into the profiles, as the SDKs' own parser does.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::value::sanitise::echo;

use super::document::Document;
use super::file_notice::{AwsFile, FileNotice, Notices};
use super::header::{DEFAULT, Form, Header};
use super::line::{Fault, LineKind};
use super::line_reader::WHITE_SPACE;
use super::name_rule::is_identifier;
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
    /// The section and the setting that are being read.
    section: Current,
    key: Option<Cow<'a, str>>,
    /// The settings of `[DEFAULT]`.
    defaults: BTreeMap<Cow<'a, str>, Setting<'a>>,
}

/// The section that is being read.
#[derive(Clone, Copy)]
enum Current {
    /// A section that is ignored, or none.
    Ignored,
    /// A section of the profile with this index.
    Profile(usize),
    /// `[DEFAULT]`.
    Defaults,
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
            Header::Defaults | Header::Other => None,
        });
        Self {
            file,
            profiles,
            notices,
            prefixed: prefixed.collect(),
            sections: HashMap::new(),
            section: Current::Ignored,
            key: None,
            defaults: BTreeMap::new(),
        }
    }

    /// Merges the file's sections into the profiles, and adds notices about what AWS ignores or rejects.
    pub(super) fn read(mut self, document: &Document<'a>) {
        for (line, fault) in document.faults() {
            self.notices
                .add(self.file, line, || fault.text().to_owned());
        }
        let mut noted = HashSet::new();
        for (line, variant) in document.variants() {
            if noted.insert(variant) {
                self.notices
                    .add(self.file, line, || variant.text().to_owned());
            }
        }
        for (index, line) in document.lines().iter().enumerate() {
            let number = index + 1;
            match line.kind {
                LineKind::Section(text) => self.section(text, number),
                LineKind::Property { key, value } => self.property(key, value, number),
                LineKind::Continuation(text) => self.continuation(text, number),
                LineKind::Fault(fault) => self.fault(fault),
                LineKind::Blank | LineKind::Comment | LineKind::Lost => {}
            }
        }
        self.apply_defaults();
    }

    fn fault(&mut self, fault: Fault) {
        self.key = None;
        if fault == Fault::Unclosed {
            self.section = Current::Ignored;
        }
    }

    fn section(&mut self, text: &'a str, line: usize) {
        (self.section, self.key) = (Current::Ignored, None);
        match Header::parse(text, self.file) {
            Ok(Header::Profile { name, form }) => {
                if is_padded(text, self.file, form) {
                    let is_read = self.note_padded(name, line);
                    if !is_read {
                        return;
                    }
                }
                self.profile_section(name, form, line);
            }
            Ok(Header::Defaults) => self.default_section(line),
            Ok(Header::Other) => {}
            Err(why) => self.notices.add(self.file, line, || why.text()),
        }
    }

    /// Adds a notice about spaces inside the brackets, because of which the AWS CLI does not know the profile. Returns whether
    /// it is read all the same: a key in plaintext is one for every program that looks for it.
    fn note_padded(&mut self, name: &str, line: usize) -> bool {
        let (who, is_read) = match self.file {
            AwsFile::Config => ("Rolecall does not either. Other SDKs do.", false),
            AwsFile::Credentials => ("Other SDKs and Rolecall do.", true),
        };
        self.notices.add(self.file, line, || {
            format!(
                "The AWS CLI and boto3 do not read the profile \"{}\" because of the spaces inside the brackets. {who} Remove the spaces.",
                echo(name)
            )
        });
        is_read
    }

    fn default_section(&mut self, line: usize) {
        self.section = Current::Defaults;
        self.notices.add(self.file, line, || {
            "The AWS CLI, boto3 and Rolecall apply the settings of [DEFAULT] to every profile of this file; other SDKs do not. To set them for one profile, use [default]."
                .to_owned()
        });
    }

    /// Gives the profiles of this file the settings of `[DEFAULT]` that they do not have in it.
    fn apply_defaults(&mut self) {
        let names: Vec<&'a str> = self.sections.keys().map(|(name, _)| *name).collect();
        for name in names {
            let position = Position {
                file: self.file,
                line: 1,
            };
            let at = self.profiles.entry(name, position);
            for (key, default) in &self.defaults {
                let settings = &mut self.profiles.list[at].settings;
                let own = settings.get(key);
                if own.is_none_or(|own| own.position.file != self.file) {
                    settings.insert(key.clone(), default.clone());
                }
            }
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
            Form::Spaced => self.notices.add(self.file, line, || {
                format!(
                    "AWS's SDKs ignore the profile \"{}\" because its name has spaces. The AWS CLI and Rolecall read it. Use a name without spaces.",
                    echo(name)
                )
            }),
            Form::Bare | Form::Prefixed => {}
        }
        let quoted = matches!(form, Form::Quoted | Form::Spaced);
        if let Some(earlier) = self.sections.insert((name, quoted), line) {
            let text = format!(
                "The profile \"{}\" also has a section at line {earlier}, so the AWS CLI and boto3 reject the whole file. Other SDKs merge the sections. Combine them into one.",
                echo(name)
            );
            self.notices.add_repeated(file, line, text);
        }
        let at = self.profiles.entry(name, Position { file, line });
        self.section = Current::Profile(at);
    }

    fn property(&mut self, key: &'a str, value: &'a str, line: usize) {
        self.key = None;
        if matches!(self.section, Current::Ignored) {
            return;
        }
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
        let Some(settings) = self.settings() else {
            return;
        };
        let replaced = settings.insert(key.clone(), Setting { value, position });
        if let Some(earlier) = replaced.filter(|earlier| earlier.position.file == self.file) {
            let text = format!(
                "\"{}\" is also at line {}, so the AWS CLI and boto3 reject the whole file. In other SDKs the last one applies. Remove one of them.",
                echo(&key),
                earlier.position.line
            );
            self.notices.add_repeated(self.file, line, text);
        }
        self.key = Some(key);
    }

    /// Returns the settings of the section that is being read.
    fn settings(&mut self) -> Option<&mut BTreeMap<Cow<'a, str>, Setting<'a>>> {
        match self.section {
            Current::Ignored => None,
            Current::Profile(at) => Some(&mut self.profiles.list[at].settings),
            Current::Defaults => Some(&mut self.defaults),
        }
    }

    fn continuation(&mut self, text: &str, line: usize) {
        let Some(key) = self.key.clone() else {
            return;
        };
        if let Some(setting) = self.settings().and_then(|settings| settings.get_mut(&key)) {
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

/// Returns whether the header has spaces inside its brackets because of which the AWS CLI knows no profile of this name.
fn is_padded(header: &str, file: AwsFile, form: Form) -> bool {
    let is_padded_behind = file == AwsFile::Credentials || form == Form::Bare;
    header.starts_with(WHITE_SPACE) || is_padded_behind && header.ends_with(WHITE_SPACE)
}

fn lower_case(key: &str) -> Cow<'_, str> {
    if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(key.to_ascii_lowercase())
    } else {
        Cow::Borrowed(key)
    }
}
