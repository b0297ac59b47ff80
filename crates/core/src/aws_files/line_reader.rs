//! The grammar of AWS's files, line by line, as in the SDKs' own parser. What that rejects and the AWS CLI and boto3 read,
//! by the rules of Python's `configparser`, is read like them: indented settings, and `:` in place of `=`.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use super::line::{Fault, LineKind};
use super::name_rule::is_identifier;

/// The white space of AWS's SDKs. Nothing else is trimmed.
pub(super) const WHITE_SPACE: &[char] = &[' ', '\t'];
const COMMENT_MARKS: &[char] = &['#', ';'];
const DELIMITERS: &[char] = &['=', ':'];

/// Determines the kind of each line from the lines above.
#[derive(Clone, Copy)]
pub(super) struct LineReader {
    state: State,
    /// The indentation of the setting or header above. A line with more continues the setting.
    indent: usize,
}

#[derive(Clone, Copy)]
enum State {
    Start,
    InSection,
    InProperty,
    InNestedBlock,
    InLostProperty,
    InLostSection,
}

impl LineReader {
    /// Returns the reader at the start of a file.
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            indent: 0,
        }
    }

    /// Returns the kind of the next line.
    pub(super) fn read<'a>(&mut self, text: &'a str) -> LineKind<'a> {
        let trimmed = text.trim_start_matches(WHITE_SPACE);
        let indent = text.len() - trimmed.len();
        if trimmed.is_empty() {
            return LineKind::Blank;
        }
        if text.starts_with(COMMENT_MARKS) {
            return LineKind::Comment;
        }
        if self.is_continued_by(indent) {
            return self.continuation(text);
        }
        if trimmed.starts_with(COMMENT_MARKS) {
            return LineKind::Comment;
        }
        if trimmed.starts_with('[') {
            self.indent = indent;
            return self.header(text);
        }
        self.property(text, indent)
    }

    fn is_continued_by(self, indent: usize) -> bool {
        match self.state {
            State::InProperty | State::InNestedBlock | State::InLostProperty => {
                indent > self.indent
            }
            State::Start | State::InSection | State::InLostSection => false,
        }
    }

    fn header<'a>(&mut self, text: &'a str) -> LineKind<'a> {
        let bare = without_comment(text, Comments::Anywhere);
        let header = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        self.state = header.map_or(State::InLostSection, |_| State::InSection);
        header.map_or(LineKind::Fault(Fault::Unclosed), LineKind::Section)
    }

    fn property<'a>(&mut self, text: &'a str, indent: usize) -> LineKind<'a> {
        match self.state {
            State::Start => return LineKind::Fault(Fault::OutsideSection),
            State::InLostSection => return LineKind::Lost,
            State::InSection if indent > 0 && !text.contains(DELIMITERS) => {
                return LineKind::Fault(Fault::NothingToContinue);
            }
            State::InSection | State::InProperty | State::InNestedBlock | State::InLostProperty => {
            }
        }
        self.indent = indent;
        match key_and_value(text) {
            Ok((key, value)) => {
                self.state = match value {
                    "" => State::InNestedBlock,
                    _ => State::InProperty,
                };
                LineKind::Property { key, value }
            }
            Err(fault) => {
                self.state = State::InLostProperty;
                LineKind::Fault(fault)
            }
        }
    }

    fn continuation<'a>(&self, text: &'a str) -> LineKind<'a> {
        let trimmed = text.trim_matches(WHITE_SPACE);
        match self.state {
            State::InNestedBlock => match nested_key_and_value(text) {
                Ok(_) => LineKind::Continuation(trimmed),
                Err(fault) => LineKind::Fault(fault),
            },
            State::InLostProperty => LineKind::Lost,
            State::Start | State::InSection | State::InProperty | State::InLostSection => {
                LineKind::Continuation(trimmed)
            }
        }
    }
}

/// Returns the setting of a line: what is before and after the `=`, or before and after the `:` if there is no name
/// before the `=` otherwise.
fn key_and_value(text: &str) -> Result<(&str, &str), Fault> {
    match nested_key_and_value(text) {
        Ok((key, _)) if !is_identifier(key) => {}
        Err(Fault::NoEquals) => {}
        result => return result,
    }
    let bare = without_comment(text, Comments::AfterWhiteSpace);
    match bare.split_once(':') {
        Some((key, value)) if is_named(key) => Ok((
            key.trim_matches(WHITE_SPACE),
            value.trim_matches(WHITE_SPACE),
        )),
        Some(_) | None => nested_key_and_value(text),
    }
}

fn is_named(key: &str) -> bool {
    let key = key.trim_matches(WHITE_SPACE);
    !key.is_empty() && is_identifier(key)
}

fn nested_key_and_value(text: &str) -> Result<(&str, &str), Fault> {
    let bare = without_comment(text, Comments::AfterWhiteSpace);
    let (key, value) = bare.split_once('=').ok_or(Fault::NoEquals)?;
    let key = key.trim_matches(WHITE_SPACE);
    if key.is_empty() {
        return Err(Fault::NoName);
    }
    Ok((key, value.trim_matches(WHITE_SPACE)))
}

/// Where an inline comment can start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    Anywhere,
    AfterWhiteSpace,
}

fn without_comment(text: &str, comments: Comments) -> &str {
    let text = text.trim_matches(WHITE_SPACE);
    if !text.bytes().any(|byte| matches!(byte, b'#' | b';')) {
        return text;
    }
    let mut after_space = comments == Comments::Anywhere;
    for (at, character) in text.char_indices() {
        if after_space && COMMENT_MARKS.contains(&character) {
            return text[..at].trim_matches(WHITE_SPACE);
        }
        after_space = comments == Comments::Anywhere || character.is_whitespace();
    }
    text
}
