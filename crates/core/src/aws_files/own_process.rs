//! A `credential_process` that calls Rolecall. The key or role in its command is used as if the profile named it. The
//! command is parsed, never run.

use crate::value::sanitise::echo;

use super::document::Document;
use super::editor::Editor;
use super::file_notice::{AwsFile, FileNotice};
use super::profiles::{Profile, Profiles};

/// The setting that names the command.
pub(super) const PROCESS: &str = "credential_process";

/// The program's name, without its folder.
const PROGRAM: &str = "rolecall";

/// What a `credential_process` of ours returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OwnProcess {
    /// A session of an access key: `rolecall credentials --key NAME`.
    Key(String),
    /// A session of a role: `rolecall credentials NAME`.
    Role(String),
}

impl OwnProcess {
    /// Returns what a profile's `credential_process` returns, if it is ours.
    pub(super) fn of(profile: &Profile<'_>) -> Option<Self> {
        Self::parse(profile.filled(PROCESS)?)
    }

    /// Parses the command of a `credential_process`. Returns `None` if it starts another program, or has more arguments
    /// than we write.
    pub(super) fn parse(command: &str) -> Option<Self> {
        let words = words(command)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let [program, "credentials", arguments @ ..] = words.as_slice() else {
            return None;
        };
        let program = program.rsplit(['/', '\\']).next().unwrap_or_default();
        if program.strip_suffix(".exe").unwrap_or(program) != PROGRAM {
            return None;
        }
        match arguments {
            ["--key", name] => Some(Self::Key((*name).to_owned())),
            ["--", name] => Some(Self::Role((*name).to_owned())),
            [name] if !name.starts_with('-') => Some(Self::Role((*name).to_owned())),
            _ => None,
        }
    }
}

/// Who wrote a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WrittenBy {
    /// Rolecall, which can write it again.
    Rolecall,
    /// The user.
    User,
}

impl OwnProcess {
    /// Returns the text for a profile whose program is gone, and how to write its path again.
    fn missing_program(&self, program: &str, profile: &str, written_by: WrittenBy) -> String {
        let remedy = match (self, written_by) {
            (Self::Role(role), WrittenBy::Rolecall) => {
                format!("Disconnect and connect the role \"{}\" again.", echo(role))
            }
            (Self::Role(_) | Self::Key(_), _) => {
                "Correct the path in its credential_process: it is that of the program rolecall."
                    .to_owned()
            }
        };
        format!(
            "The profile \"{}\" fails: its program \"{}\" does not exist. {remedy}",
            echo(profile),
            echo(program)
        )
    }
}

/// Splits a command as the AWS CLI does, with the quoting of a POSIX shell. Returns `None` if a quote is not closed.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(letters.next()?),
            (None, ' ' | '\t' | '\n') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Returns the role whose session a `credential_process` of ours returns.
pub fn own_role(command: &str) -> Option<String> {
    match OwnProcess::parse(command)? {
        OwnProcess::Role(role) => Some(role),
        OwnProcess::Key(_) => None,
    }
}

/// Returns whether a file may have a `credential_process`, so that it is worth parsing for them.
pub fn has_processes(text: &str) -> bool {
    let mut names = text.as_bytes().windows(PROCESS.len());
    // A file may have a megabyte: most of it is ruled out by one byte.
    let may_be = |name: &&[u8]| {
        name.first()
            .is_some_and(|first| matches!(first, b'c' | b'C'))
    };
    names.any(|name| may_be(&name) && name.eq_ignore_ascii_case(PROCESS.as_bytes()))
}

/// Returns a notice for each profile that calls Rolecall at a path where `exists` finds nothing, as after a version in a
/// folder of its own was removed.
pub fn missing_programs(
    config_text: &str,
    credentials_text: &str,
    exists: impl Fn(&str) -> bool,
) -> Vec<FileNotice> {
    if !has_processes(config_text) && !has_processes(credentials_text) {
        return Vec::new();
    }
    let config = Document::parse(config_text);
    let credentials = Document::parse(credentials_text);
    let (profiles, _) = Profiles::merge(&config, &credentials);
    let written_by = |profile: &Profile<'_>| {
        let is_ours = |file, text| {
            let owned = Editor::new(file, text).owned();
            owned.iter().any(|it| it.profile == profile.name())
        };
        let file = profile.position_of(PROCESS).file;
        match file {
            AwsFile::Config if is_ours(file, config_text) => WrittenBy::Rolecall,
            AwsFile::Credentials if is_ours(file, credentials_text) => WrittenBy::Rolecall,
            AwsFile::Config | AwsFile::Credentials => WrittenBy::User,
        }
    };
    let found = profiles.iter().filter_map(|profile| {
        let command = profile.filled(PROCESS)?;
        let process = OwnProcess::parse(command)?;
        let program = words(command)?.into_iter().next()?;
        let is_path = program.contains(['/', '\\']);
        let position = profile.position_of(PROCESS);
        (is_path && !exists(&program)).then(|| FileNotice {
            file: position.file,
            line: Some(position.line),
            text: process.missing_program(&program, profile.name(), written_by(profile)),
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_we_write_and_nothing_else() {
        let key = |name: &str| Some(OwnProcess::Key(name.to_owned()));
        let role = |name: &str| Some(OwnProcess::Role(name.to_owned()));
        for (command, expected) in [
            ("/usr/bin/rolecall credentials --key user", key("user")),
            ("rolecall credentials --key \"a b\"", key("a b")),
            (
                "'/opt/my apps/rolecall' credentials 'it'\\''s'",
                role("it's"),
            ),
            ("rolecall.exe credentials -- guest", role("guest")),
            ("rolecall credentials --key", None),
            ("rolecall credentials --keys a", None),
            ("rolecall credentials a b", None),
            ("rolecall credentials 'a", None),
            ("rolecall list", None),
            ("norolecall credentials a", None),
            ("sh -c 'rolecall credentials a'", None),
            ("", None),
        ] {
            assert_eq!(OwnProcess::parse(command), expected, "{command}");
        }
    }

    #[test]
    fn a_profile_whose_program_is_gone_has_a_notice_with_its_line() {
        let config = "[profile a]\ncredential_process = /opt/rolecall-1.0/rolecall credentials a\n\
                      [profile b]\ncredential_process = /usr/bin/rolecall credentials b\n\
                      [profile c]\ncredential_process = rolecall credentials c\n\
                      [profile d]\ncredential_process = /opt/gone/other credentials d\n";
        let found = missing_programs(config, "", |path| path.starts_with("/usr/bin/"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, Some(2));
        assert!(
            found[0].text.contains("/opt/rolecall-1.0/rolecall"),
            "{}",
            found[0].text
        );
    }

    #[test]
    fn only_a_profile_that_rolecall_wrote_is_connected_again() {
        let own =
            "[profile own]\ncredential_process = /opt/rolecall-1.0/rolecall credentials guest\n";
        let ours = "[profile ours]\n# managed-by rolecall\ncredential_process = /opt/rolecall-1.0/rolecall credentials guest\n";
        let advice = |config: &str| missing_programs(config, "", |_| false).remove(0).text;
        assert!(
            advice(ours).contains("Disconnect and connect"),
            "{}",
            advice(ours)
        );
        let own = advice(own);
        assert!(own.contains("Correct the path"), "{own}");
        assert!(!own.contains("onnect the role"), "{own}");
    }
}
