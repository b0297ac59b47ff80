//! The grammar of AWS's files, line by line, as in the SDKs' own parser.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use super::line::{Fault, LineKind};

/// The white space of AWS's SDKs. Nothing else is trimmed.
pub(super) const WHITE_SPACE: &[char] = &[' ', '\t'];
const COMMENT_MARKS: &[char] = &['#', ';'];

/// Determines the kind of each line from the state after the line above.
#[derive(Clone, Copy)]
pub(super) enum LineReader {
    Start,
    InSection,
    InProperty,
    InNestedBlock,
    InLostProperty,
    InLostSection,
}

impl LineReader {
    /// Returns the kind of the next line.
    pub(super) fn read<'a>(&mut self, text: &'a str) -> LineKind<'a> {
        if text.trim_matches(WHITE_SPACE).is_empty() {
            LineKind::Blank
        } else if text.starts_with(COMMENT_MARKS) {
            LineKind::Comment
        } else if text.starts_with('[') {
            self.header(text)
        } else if text.starts_with(WHITE_SPACE) {
            self.continuation(text)
        } else {
            self.property(text)
        }
    }

    fn header<'a>(&mut self, text: &'a str) -> LineKind<'a> {
        let bare = without_comment(text, Comments::Anywhere);
        let header = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        *self = header.map_or(Self::InLostSection, |_| Self::InSection);
        header.map_or(LineKind::Fault(Fault::Unclosed), LineKind::Section)
    }

    fn property<'a>(&mut self, text: &'a str) -> LineKind<'a> {
        match self {
            Self::Start => return LineKind::Fault(Fault::OutsideSection),
            Self::InLostSection => return LineKind::Lost,
            Self::InSection | Self::InProperty | Self::InNestedBlock | Self::InLostProperty => {}
        }
        match key_and_value(text) {
            Ok((key, value)) => {
                *self = match value {
                    "" => Self::InNestedBlock,
                    _ => Self::InProperty,
                };
                LineKind::Property { key, value }
            }
            Err(fault) => {
                *self = Self::InLostProperty;
                LineKind::Fault(fault)
            }
        }
    }

    fn continuation<'a>(&self, text: &'a str) -> LineKind<'a> {
        let trimmed = text.trim_matches(WHITE_SPACE);
        match self {
            Self::Start => LineKind::Fault(Fault::OutsideSection),
            Self::InSection => LineKind::Fault(Fault::NothingToContinue),
            Self::InProperty => LineKind::Continuation(trimmed),
            Self::InNestedBlock => match key_and_value(text) {
                Ok(_) => LineKind::Continuation(trimmed),
                Err(fault) => LineKind::Fault(fault),
            },
            Self::InLostProperty | Self::InLostSection => LineKind::Lost,
        }
    }
}

fn key_and_value(text: &str) -> Result<(&str, &str), Fault> {
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
    let mut after_space = comments == Comments::Anywhere;
    for (at, character) in text.char_indices() {
        if after_space && COMMENT_MARKS.contains(&character) {
            return text[..at].trim_matches(WHITE_SPACE);
        }
        after_space = comments == Comments::Anywhere || character.is_whitespace();
    }
    text
}
