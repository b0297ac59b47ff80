//! One line of one of AWS's files, and its kind.

/// One line with its ending.
pub struct Line<'a> {
    /// The line without its ending.
    pub text: &'a str,
    /// `\n`, `\r\n`, or nothing at the end of the file.
    pub ending: &'a str,
    /// The kind of the line.
    pub kind: LineKind<'a>,
}

/// The kind of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LineKind<'a> {
    /// Nothing, or white space only.
    Blank,
    /// A line that starts with `#` or `;`.
    Comment,
    /// `[header]`, with the text between the brackets.
    Section(&'a str),
    /// `key = value`, both trimmed and without an inline comment. The key keeps its letter case.
    Property {
        /// The part before the first `=`.
        key: &'a str,
        /// The part after the first `=`.
        value: &'a str,
    },
    /// An indented line, trimmed, that continues the value above: a line of text or a setting of a nested block.
    Continuation(&'a str),
    /// A line of a section or value whose first line is faulty.
    Lost,
    /// A line because of which the SDKs reject the whole file.
    Fault(Fault),
}

/// Why the SDKs reject a line, and with it the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The file starts with a byte order mark.
    ByteOrderMark,
    /// A setting before the first section.
    OutsideSection,
    /// A section's header without `]` at its end.
    Unclosed,
    /// A setting without `=`.
    NoEquals,
    /// A setting without a name before `=`.
    NoName,
    /// An indented line without a setting above it.
    NothingToContinue,
}

/// How a line is written that the AWS CLI and boto3 read, and other SDKs may reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variant {
    /// A header, a setting or a comment that is indented and continues nothing.
    Indented,
    /// A setting with `:` in place of `=`.
    Colon,
}

impl Line<'_> {
    /// Returns how the line differs from what every SDK reads, if it does.
    pub(super) fn variant(&self) -> Option<Variant> {
        let is_indented = self.text.starts_with([' ', '\t']);
        match self.kind {
            LineKind::Section(_) | LineKind::Comment if is_indented => Some(Variant::Indented),
            LineKind::Property { .. } if is_indented => Some(Variant::Indented),
            LineKind::Property { key, .. } => {
                let rest = self.text.strip_prefix(key)?.trim_start_matches([' ', '\t']);
                rest.starts_with(':').then_some(Variant::Colon)
            }
            LineKind::Blank
            | LineKind::Comment
            | LineKind::Section(_)
            | LineKind::Continuation(_)
            | LineKind::Lost
            | LineKind::Fault(_) => None,
        }
    }
}
