//! Edits of AWS's files: what is not edited stays byte for byte, and what is written reads back.
//!
//! Input: steps, one a line, and the file.
//!
//! ```text
//! config
//! put guest credential_process=/usr/bin/rolecall credentials guest
//! remove guest
//! ---
//! [default]
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_core::aws_files::{AwsFile, Document, Editor, OwnSection, ProfileName, Profiles};
use rolecall_core::value::secret::Secret;
use rolecall_fuzz::bounds;
use rolecall_fuzz::canary::{self, assert_hidden};
use rolecall_fuzz::parts::texts;

/// The settings that Rolecall writes.
const KEYS: [&str; 5] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "credential_process",
    "region",
    "output",
];
const STEPS_MAX: usize = 16;

fuzz_target!(|input: &[u8]| {
    let Some([steps, file]) = texts(input) else {
        return;
    };
    bounds::within(input.len(), || play(steps, file));
});

fn play(steps: &str, original: &str) {
    let mut lines = steps.lines();
    let file = match lines.next() {
        Some("credentials") => AwsFile::Credentials,
        _ => AwsFile::Config,
    };
    let mut text = original.to_owned();
    let mut added: Vec<ProfileName> = Vec::new();
    let before = owned(file, original);
    for line in lines.take(STEPS_MAX) {
        let mut words = line.splitn(3, ' ');
        let (Some(verb), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        let Ok(name) = ProfileName::parse(name) else {
            continue;
        };
        match verb {
            "put" => {
                let Some(section) = section(&name, words.next().unwrap_or_default()) else {
                    continue;
                };
                if let Some(new) = put(file, &text, &section) {
                    text = new;
                    if !added.contains(&name) && !before.contains(&name.to_string()) {
                        added.push(name);
                    }
                }
            }
            _ if before.contains(&name.to_string()) => {}
            _ => {
                text = removed(file, &text, &name);
                added.retain(|it| *it != name);
            }
        }
    }
    for name in added.iter().rev() {
        text = removed(file, &text, name);
    }
    if !steps_touch(steps, &before) {
        assert_eq!(text, original, "the file is as it was");
    }
}

fn steps_touch(steps: &str, names: &[String]) -> bool {
    let mut named = steps.lines().filter_map(|line| line.split(' ').nth(1));
    named.any(|name| names.iter().any(|it| it == name))
}

fn owned(file: AwsFile, text: &str) -> Vec<String> {
    let editor = Editor::new(file, text);
    editor
        .owned()
        .iter()
        .map(|it| it.profile.to_owned())
        .collect()
}

fn section(name: &ProfileName, settings: &str) -> Option<OwnSection> {
    let mut values: Vec<(&'static str, Secret)> = Vec::new();
    for setting in settings.split('|') {
        let (key, value) = setting.split_once('=')?;
        let key = KEYS.into_iter().find(|it| *it == key)?;
        let is_new = values.iter().all(|(it, _)| *it != key);
        is_new.then(|| values.push((key, Secret::new(value.to_owned()))))?;
    }
    OwnSection::new(name.clone(), None, values).ok()
}

/// Writes a section, and checks that it reads back and that lines of others are as they were.
fn put(file: AwsFile, text: &str, section: &OwnSection) -> Option<String> {
    let mut editor = Editor::new(file, text);
    if editor.put(section).is_err() {
        assert_eq!(
            editor.finish().text.expose(),
            text,
            "a refusal changes nothing"
        );
        return None;
    }
    let edited = editor.finish();
    let is_public = |(key, _): &(String, String)| key != "aws_secret_access_key";
    let mut public = written(section).into_iter().filter(is_public);
    let is_named = canary::is_in(text) || canary::is_in(section.profile().as_str());
    if !is_named && public.all(|(_, value)| !canary::is_in(&value)) {
        assert_hidden(&format!("{:?}", edited.difference));
    }
    let new = edited.text.expose();
    assert_eq!(lines_of_others(file, new), lines_of_others(file, text));
    check_reads_back(file, new, section);
    Some(new.to_owned())
}

fn check_reads_back(file: AwsFile, text: &str, section: &OwnSection) {
    let name = section.profile().as_str();
    let editor = Editor::new(file, text);
    let ours: Vec<_> = editor
        .owned()
        .into_iter()
        .filter(|it| it.profile == name)
        .collect();
    assert_eq!(ours.len(), 1, "one section of {name}");
    let (config, credentials) = match file {
        AwsFile::Config => (text, ""),
        AwsFile::Credentials => ("", text),
    };
    let documents = (Document::parse(config), Document::parse(credentials));
    let (profiles, _) = Profiles::merge(&documents.0, &documents.1);
    let profile = profiles.find(name).expect("the profile that was written");
    for (key, value) in written(section) {
        assert_eq!(profile.get(&key), Some(value.as_str()), "{key}");
    }
}

/// Returns the settings of a section, from the lines that it is written as into an empty file.
fn written(section: &OwnSection) -> Vec<(String, String)> {
    let mut editor = Editor::new(AwsFile::Credentials, "");
    editor.put(section).expect("an empty file has no sections");
    let edited = editor.finish();
    let lines = edited.text.expose().lines().skip(2);
    let pairs = lines.filter_map(|line| line.split_once(" = "));
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn removed(file: AwsFile, text: &str, name: &ProfileName) -> String {
    let mut editor = Editor::new(file, text);
    editor.remove(|it| it.profile == name.as_str());
    let edited = editor.finish();
    assert_eq!(
        lines_of_others(file, edited.text.expose()),
        lines_of_others(file, text)
    );
    edited.text.expose().to_owned()
}

/// Returns the lines, without their endings, that are in no section of ours and not blank, and those that somebody added
/// to ours.
fn lines_of_others(file: AwsFile, text: &str) -> Vec<String> {
    let mut editor = Editor::new(file, text);
    editor.remove(|_| true);
    let edited = editor.finish();
    let lines = edited.text.expose().lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}
