//! Moves a key out of AWS's files: a `credential_process` replaces its two lines, and the move can be undone exactly.
//!
//! The record for the undo does not contain the secret, because it is then in the keychain.

use serde::{Deserialize, Serialize};

use crate::aws_files::key_text::KeyPair;
use crate::value::access_key::AccessKeyId;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise::echo;
use crate::value::secret::Secret;

use super::chain::KEY_ID;
use super::document::Document;
use super::editor::{Edited, Editor};
use super::file_notice::AwsFile;
use super::header::Header;
use super::line::{Fault, LineKind};
use super::line_reader::WHITE_SPACE;
use super::profiles::Profiles;

const SECRET: &str = "aws_secret_access_key";
/// Settings with which a process cannot replace a key, because AWS's tools would then use something else.
const CONFLICTING: [&str; 5] = [
    "credential_process",
    "role_arn",
    "aws_session_token",
    "sso_session",
    "sso_account_id",
];

/// The lines of a key that was moved out of a file, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenKey {
    /// The file.
    pub file: AwsFile,
    /// The profile.
    pub profile: String,
    /// The key ID, under which the secret is stored in the keychain.
    pub key_id: AccessKeyId,
    /// The line in the file that replaces the first line.
    written: String,
    first: String,
    /// The number of lines between the two.
    between: usize,
    second: String,
    secret_in: KeyLine,
    /// The byte offset of the secret in its line.
    secret_at: usize,
}

/// One of the two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeyLine {
    First,
    Second,
}

/// The location of a profile's key.
struct Found {
    file: AwsFile,
    id_at: usize,
    secret_at: usize,
}

/// Returns a profile's key in plaintext and its file, if a process can replace it.
///
/// # Errors
/// If there is none, or it is not the profile's only source of credentials.
pub fn movable_key(
    config: &str,
    credentials: &str,
    profile: &str,
) -> Result<(AwsFile, KeyPair), Problem> {
    let documents = (Document::parse(config), Document::parse(credentials));
    let (profiles, _) = Profiles::merge(&documents.0, &documents.1);
    let refuse = |why: &str, remedy: &str| {
        let what = format!("The profile \"{}\" {why}.", echo(profile));
        Err(Problem::new(ProblemCode::InvalidInput, what, remedy))
    };
    let Some(settings) = profiles.find(profile) else {
        return refuse(
            "is not in AWS's files",
            "List the profiles with: rolecall catalogue",
        );
    };
    let (Some(id), Some(secret)) = (settings.get(KEY_ID), settings.get(SECRET)) else {
        return refuse(
            "has no access key",
            "List those that have one with: rolecall catalogue",
        );
    };
    if let Some(other) = CONFLICTING
        .into_iter()
        .find(|key| settings.get(key).is_some())
    {
        let remedy = format!(
            "Remove \"{other}\" from that profile first, or add the key with: rolecall keys add NAME"
        );
        return refuse(&format!("has both {other} and a key"), &remedy);
    }
    let pair = KeyPair::parse(id, &Secret::new(secret.to_owned()))?;
    match (
        find(AwsFile::Config, &documents.0, profile),
        find(AwsFile::Credentials, &documents.1, profile),
    ) {
        ((Some(found), 2), (None, 0)) | ((None, 0), (Some(found), 2)) => Ok((found.file, pair)),
        _ => refuse(
            "has more than one key, or parts of a key in several places",
            "Keep one ID and one secret there, each on one line, then try again.",
        ),
    }
}

/// Returns the location of a profile's key in a file, if each setting occurs once and on one line, and the number of
/// lines with settings of keys that the profile has there.
fn find(file: AwsFile, document: &Document<'_>, profile: &str) -> (Option<Found>, usize) {
    let (mut ids, mut secrets) = (Vec::new(), Vec::new());
    let (mut inside, mut in_key, mut continued) = (false, false, 0);
    for (at, line) in document.lines().iter().enumerate() {
        match line.kind {
            LineKind::Section(text) => {
                inside = matches!(Header::parse(text, file), Ok(Header::Profile { name, .. }) if name == profile);
                in_key = false;
            }
            LineKind::Property { key, .. } if inside => {
                let (is_id, is_secret) = (
                    key.eq_ignore_ascii_case(KEY_ID),
                    key.eq_ignore_ascii_case(SECRET),
                );
                in_key = is_id || is_secret;
                if is_id {
                    ids.push(at);
                } else if is_secret {
                    secrets.push(at);
                }
            }
            LineKind::Continuation(_) if in_key => continued += 1,
            LineKind::Fault(Fault::Unclosed) => inside = false,
            LineKind::Blank
            | LineKind::Comment
            | LineKind::Property { .. }
            | LineKind::Continuation(_)
            | LineKind::Lost
            | LineKind::Fault(_) => {}
        }
    }
    let count = ids.len() + secrets.len() + continued;
    let found = match (ids.as_slice(), secrets.as_slice()) {
        ([id_at], [secret_at]) if continued == 0 => Some(Found {
            file,
            id_at: *id_at,
            secret_at: *secret_at,
        }),
        _ => None,
    };
    (found, count)
}

impl TakenKey {
    /// Removes a key from the file that [`movable_key`] returned, and puts `process` in its place.
    ///
    /// # Errors
    /// If the key is no longer there, or its secret is also in a comment on its lines, which the record would keep.
    pub fn take(
        file: AwsFile,
        text: &str,
        profile: &str,
        pair: &KeyPair,
        process: &str,
    ) -> Result<(Self, Edited), Problem> {
        let mut editor = Editor::new(file, text);
        let lines = editor.document.lines();
        let (Some(found), 2) = find(file, &editor.document, profile) else {
            return Err(changed(profile));
        };
        let (first_at, second_at) = (
            found.id_at.min(found.secret_at),
            found.id_at.max(found.secret_at),
        );
        let value = |at: usize| match lines[at].kind {
            LineKind::Property { value, .. } => value,
            _ => "",
        };
        if value(found.id_at) != pair.id.as_str() || value(found.secret_at) != pair.secret.expose()
        {
            return Err(changed(profile));
        }
        let secret = pair.secret.expose();
        let line = lines[found.secret_at].text;
        let equals = line.find(['=', ':']).unwrap_or_default();
        let secret_at = line[equals..]
            .find(secret)
            .map(|at| at + equals)
            .ok_or_else(|| changed(profile))?;
        let ending = lines[first_at].ending;
        // With another indentation, the settings below would continue this one.
        let bare = lines[first_at].text.trim_start_matches(WHITE_SPACE);
        let indent = &lines[first_at].text[..lines[first_at].text.len() - bare.len()];
        // The whole line is never copied, because the copy would leave the secret in memory.
        let without = |at: usize| match at == found.secret_at {
            true => [
                &line[..secret_at],
                &line[secret_at + secret.len()..],
                lines[at].ending,
            ]
            .concat(),
            false => [lines[at].text, lines[at].ending].concat(),
        };
        let taken = Self {
            file,
            profile: profile.to_owned(),
            key_id: pair.id.clone(),
            written: replacement_lines(profile, process, indent, ending),
            first: without(first_at),
            between: second_at - first_at - 1,
            second: without(second_at),
            secret_in: if found.secret_at == first_at {
                KeyLine::First
            } else {
                KeyLine::Second
            },
            secret_at,
        };
        if taken.has(secret) {
            return Err(repeated(profile));
        }
        editor.lines[first_at] = Some(taken.written.clone().into());
        editor.lines[second_at] = None;
        Ok((taken, editor.finish()))
    }

    /// Returns whether the secret is in one of the texts that are recorded.
    fn has(&self, secret: &str) -> bool {
        let texts = [&self.profile, &self.written, &self.first, &self.second];
        texts.iter().any(|text| text.contains(secret))
    }

    /// Returns whether this profile's key is still moved out of the file.
    pub fn is_out(&self, text: &str) -> bool {
        let document = Document::parse(text);
        find(self.file, &document, &self.profile).1 == 0 && self.replacement(text).is_some()
    }

    /// Returns the record with another key of the same user, which a later undo then puts back.
    #[must_use]
    pub fn with_key(&self, id: &AccessKeyId) -> Self {
        let line = |text: &str| text.replace(self.key_id.as_str(), id.as_str());
        Self {
            first: line(&self.first),
            second: line(&self.second),
            key_id: id.clone(),
            ..self.clone()
        }
    }

    /// Puts the key back in its original location, in place of the process.
    ///
    /// # Errors
    /// If the lines that replaced it were changed or separated, so that something would be lost.
    pub fn put_back(&self, text: &str, secret: &Secret) -> Result<Edited, Problem> {
        let mut editor = Editor::new(self.file, text);
        let note_at = self
            .line(text)
            .filter(|_| find(self.file, &editor.document, &self.profile).1 == 0);
        let note_at = note_at.ok_or_else(|| not_as_left(&self.profile))?;
        let second_behind = note_at + 1 + self.between;
        if second_behind >= editor.lines.len() {
            return Err(not_as_left(&self.profile));
        }
        let line = |text: &str, key_line: KeyLine| {
            let mut line = text.to_owned();
            if key_line == self.secret_in {
                line.insert_str(self.secret_at.min(line.len()), secret.expose());
            }
            line
        };
        let mut second = line(&self.second, KeyLine::Second);
        let is_last = second_behind + 1 == editor.lines.len();
        if !is_last && !second.ends_with('\n') {
            second.push_str(editor.ending);
        }
        editor.lines[note_at] = Some(line(&self.first, KeyLine::First).into());
        match self.between {
            0 => editor.lines[note_at + 1] = Some(second.into()),
            _ => {
                editor.lines[note_at + 1] = None;
                let last = editor.lines[second_behind].take().unwrap_or_default();
                let between = if last.ends_with('\n') {
                    ""
                } else {
                    editor.ending
                };
                editor.lines[second_behind] = Some(format!("{last}{between}{second}").into());
            }
        }
        let edited = editor.finish();
        self.check(&edited, secret)?;
        Ok(edited)
    }

    /// Returns the text without the lines that replaced the key, which is not put back; `None` if they are not there.
    pub fn without_process(&self, text: &str) -> Option<String> {
        let at = self.replacement(text)?;
        let (before, rest) = text.split_at(at);
        Some([before, &rest[self.written.len()..]].concat())
    }

    /// Checks that the key is in its profile again.
    fn check(&self, edited: &Edited, secret: &Secret) -> Result<(), Problem> {
        match self.is_back(edited.text.expose(), secret) {
            true => Ok(()),
            false => Err(not_as_left(&self.profile)),
        }
    }

    /// Returns whether the key is in its profile in plaintext, with this secret.
    pub fn is_back(&self, text: &str, secret: &Secret) -> bool {
        let document = Document::parse(text);
        let (found, _) = find(self.file, &document, &self.profile);
        let value = |at: usize| match document.lines()[at].kind {
            LineKind::Property { value, .. } => value,
            _ => "",
        };
        found.is_some_and(|found| {
            value(found.id_at) == self.key_id.as_str() && value(found.secret_at) == secret.expose()
        })
    }

    /// Returns the position of the replacement line, if it occurs once and at the start of a line.
    fn replacement(&self, text: &str) -> Option<usize> {
        let mut places = text.match_indices(&self.written);
        let at = places.next().filter(|_| places.next().is_none())?.0;
        let before = text[..at].trim_start_matches('\u{feff}');
        (before.is_empty() || before.ends_with('\n')).then_some(at)
    }

    fn line(&self, text: &str) -> Option<usize> {
        let at = self.replacement(text)?;
        Some(text[..at].matches('\n').count())
    }
}

/// Returns the lines that replace the key: a note, and the process.
fn replacement_lines(profile: &str, process: &str, indent: &str, ending: &str) -> String {
    let note = format!(
        "# rolecall moved this profile's key to the keychain; back with: rolecall keys undo-import {profile}"
    );
    format!("{indent}{note}{ending}{indent}credential_process = {process}{ending}")
}

fn changed(profile: &str) -> Problem {
    let what = format!(
        "The key of the profile \"{}\" was changed by another program. Rolecall did not move it.",
        echo(profile)
    );
    Problem::new(
        ProblemCode::StorageFailed,
        what,
        "Check the file, then try again.",
    )
}

fn repeated(profile: &str) -> Problem {
    let what = format!(
        "The secret of the profile \"{}\" is also in a comment on the lines of its key. Rolecall did not move it.",
        echo(profile)
    );
    Problem::new(
        ProblemCode::InvalidFile,
        what,
        "Remove the comment from the file, then try again.",
    )
}

fn not_as_left(profile: &str) -> Problem {
    let what = format!(
        "The lines of the profile \"{}\" were changed since Rolecall wrote them.",
        echo(profile)
    );
    let remedy = "Nothing was changed. Remove the profile's credential_process by hand, or leave the key in the keychain.";
    Problem::new(ProblemCode::StorageFailed, what, remedy)
}
