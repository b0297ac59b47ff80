//! One line of one of AWS's files, and what it is.

/// One line with its ending.
pub struct Line<'a> {
    /// The line without its ending.
    pub text: &'a str,
    /// `\n`, `\r\n`, or nothing at the end of the file.
    pub ending: &'a str,
    /// What the line is.
    pub kind: LineKind<'a>,
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LineKind<'a> {
    /// Nothing, or white space only.
    Blank,
    /// A line that starts with `#` or `;`.
    Comment,
    /// `[header]`, with the header as it stands between the brackets.
    Section(&'a str),
    /// `key = value`, both trimmed and without an inline comment; the key in its own letter case.
    Property {
        /// The part before the first `=`.
        key: &'a str,
        /// The part after it.
        value: &'a str,
    },
    /// An indented line that continues the value above, trimmed: a line of text or a setting of a nested block.
    Continuation(&'a str),
    /// A line of a section or value whose first line is faulty.
    Lost,
    /// A line that makes the SDKs refuse the whole file.
    Fault(Fault),
}

/// Why the SDKs refuse a line, and with it the whole file.
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
    /// An indented line with no setting above it.
    NothingToContinue,
}
