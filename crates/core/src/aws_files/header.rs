//! The header of a section: which profile it is about, or why AWS leaves it out.

use crate::value::sanitise::echo;

use super::file_notice::AwsFile;
use super::line_reader::WHITE_SPACE;

/// The name of the profile that counts when none is named.
pub(super) const DEFAULT: &str = "default";

/// What a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header<'a> {
    /// A profile's section.
    Profile {
        /// The profile.
        name: &'a str,
        /// How its header is written.
        form: Form,
    },
    /// A section of another kind, such as `[sso-session x]` or `[services x]`.
    Other,
}

/// How a profile's header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `[profile name]`.
    Prefixed,
    /// `[name]`.
    Bare,
    /// `[profile "name"]`, which the AWS CLI reads and the SDKs leave out.
    Quoted,
}

/// Why AWS leaves a section out, with the text of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut<'a> {
    /// A section of the config file without `profile`.
    NoPrefix(&'a str),
    /// A section of the credentials file with `profile`.
    Prefix(&'a str),
    /// A section of the credentials file that is of another kind, or has a space in its name.
    OtherKind(&'a str),
    /// A name with a character that AWS does not allow.
    Name(&'a str),
}

impl LeftOut<'_> {
    /// Returns what is told of it.
    pub(super) fn text(self) -> String {
        let (header, rule) = match self {
            Self::NoPrefix(header) => {
                let rule = format!("In this file, write it as [profile {}].", echo(header));
                (header, rule)
            }
            Self::Prefix(header) => (
                header,
                "In this file, write it without \"profile\".".to_owned(),
            ),
            Self::OtherKind(header) => {
                let rule =
                    "Profile names here have no spaces. Other sections belong in the config file.";
                (header, rule.to_owned())
            }
            Self::Name(header) => {
                let rule = "Allowed in a name: A-Z a-z 0-9 and _ - / . % @ : +.";
                (header, rule.to_owned())
            }
        };
        format!("AWS ignores the section [{}]. {rule}", echo(header))
    }
}

impl<'a> Header<'a> {
    /// Reads what stands between the brackets, by the rules of the SDKs.
    ///
    /// # Errors
    /// Says why AWS leaves the section out.
    pub(super) fn parse(text: &'a str, file: AwsFile) -> Result<Self, LeftOut<'a>> {
        let text = text.trim_matches(WHITE_SPACE);
        let (prefix, name) = match text.split_once(WHITE_SPACE) {
            Some((prefix, name)) => (Some(prefix.trim()), name.trim()),
            None => (None, text.trim()),
        };
        let profile = |name, form| Ok(Self::Profile { name, form });
        match (file, prefix) {
            (AwsFile::Config, Some("profile")) => match unquoted(name) {
                Some(name) => profile(name, Form::Quoted),
                None if is_identifier(name) => profile(name, Form::Prefixed),
                None => Err(LeftOut::Name(text)),
            },
            (AwsFile::Config, Some(_)) => Ok(Self::Other),
            (AwsFile::Config, None) if name == DEFAULT => profile(name, Form::Bare),
            (AwsFile::Config, None) => Err(LeftOut::NoPrefix(text)),
            (AwsFile::Credentials, Some("profile")) => Err(LeftOut::Prefix(text)),
            (AwsFile::Credentials, Some(_)) => Err(LeftOut::OtherKind(text)),
            (AwsFile::Credentials, None) if is_identifier(name) => profile(name, Form::Bare),
            (AwsFile::Credentials, None) => Err(LeftOut::Name(text)),
        }
    }
}

fn unquoted(name: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| {
        let inner = name.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    })
}

/// Returns whether AWS takes `text` for a name: `[A-Za-z0-9_\-/.%@:\+]*`.
pub(super) fn is_identifier(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&byte))
}
