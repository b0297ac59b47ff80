//! The header of a section: the profile that it belongs to, or why AWS ignores it.

use crate::value::sanitise::echo;

use super::file_notice::AwsFile;
use super::line_reader::WHITE_SPACE;
use super::name_rule::is_identifier;

/// The name of the profile that AWS uses by default.
pub(super) const DEFAULT: &str = "default";
/// The name of the section whose settings apply to every section, by the rules of Python's `configparser`.
const DEFAULTS: &str = "DEFAULT";

/// Sections of the AWS CLI's own settings, which are no profiles.
const OF_CLI: [&str; 2] = ["plugins", "preview"];

/// What a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header<'a> {
    /// A profile's section.
    Profile {
        /// The profile.
        name: &'a str,
        /// The form of its header.
        form: Form,
    },
    /// `[DEFAULT]`, whose settings the AWS CLI applies to every section of the file.
    Defaults,
    /// A section of another kind, such as `[sso-session x]` or `[services x]`.
    Other,
}

/// The form of a profile's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `[profile name]`.
    Prefixed,
    /// `[name]`.
    Bare,
    /// `[profile "name"]`, which the AWS CLI reads and the SDKs ignore.
    Quoted,
    /// `[my name]` in the credentials file, which the AWS CLI reads and the SDKs ignore.
    Spaced,
}

/// Why AWS ignores a section, with the text of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ignored<'a> {
    /// A profile's section without a name.
    NoName(&'a str),
    /// `profile` in another case.
    PrefixCase(&'a str, &'a str),
    /// A section of the config file without `profile`.
    NoPrefix(&'a str),
    /// A section of the credentials file with `profile`.
    Prefix(&'a str),
    /// A section of the credentials file that is of another kind.
    OtherKind(&'a str),
    /// A name with a character that AWS does not allow.
    Name(&'a str),
}

impl Ignored<'_> {
    /// Returns the text of the notice.
    pub(super) fn text(self) -> String {
        let (header, rule) = match self {
            Self::NoName(header) => {
                let rule = "It has no name. Write it as in [profile dev].";
                (header, rule.to_owned())
            }
            Self::PrefixCase(header, name) => {
                let rule = format!("Write it in lower case: [profile {}].", echo(name));
                (header, rule)
            }
            Self::NoPrefix(header) => {
                let rule = format!("In this file, write it as [profile {}].", echo(header));
                (header, rule)
            }
            Self::Prefix(header) => (
                header,
                "In this file, write it without \"profile\".".to_owned(),
            ),
            Self::OtherKind(header) => (header, "It belongs in the config file.".to_owned()),
            Self::Name(header) => {
                let rule = "Allowed in a name: A-Z a-z 0-9 and _ - / . % @ : +.";
                (header, rule.to_owned())
            }
        };
        format!("AWS ignores the section [{}]. {rule}", echo(header))
    }
}

impl<'a> Header<'a> {
    /// Parses the text between the brackets by the rules of the SDKs.
    ///
    /// # Errors
    /// Says why AWS ignores the section.
    pub(super) fn parse(text: &'a str, file: AwsFile) -> Result<Self, Ignored<'a>> {
        let text = text.trim_matches(WHITE_SPACE);
        let (prefix, name) = match text.split_once(WHITE_SPACE) {
            Some((prefix, name)) => (Some(prefix.trim()), name.trim()),
            None => (None, text.trim()),
        };
        let profile = |name, form| Ok(Self::Profile { name, form });
        match (file, prefix) {
            (AwsFile::Config, Some("profile")) => match unquoted(name) {
                Some("") => Err(Ignored::NoName(text)),
                Some(name) => profile(name, Form::Quoted),
                None if is_identifier(name) => profile(name, Form::Prefixed),
                None => Err(Ignored::Name(text)),
            },
            (AwsFile::Config, Some(prefix)) if prefix.eq_ignore_ascii_case("profile") => {
                Err(Ignored::PrefixCase(text, name))
            }
            (AwsFile::Config, Some(_)) => Ok(Self::Other),
            (_, None) if name == DEFAULTS => Ok(Self::Defaults),
            (AwsFile::Config, None) if name == DEFAULT => profile(name, Form::Bare),
            (AwsFile::Config, None) if OF_CLI.contains(&name) => Ok(Self::Other),
            (AwsFile::Config, None) if matches!(name, "" | "profile") => Err(Ignored::NoName(text)),
            (AwsFile::Config, None) => Err(Ignored::NoPrefix(text)),
            (AwsFile::Credentials, Some("profile")) => Err(Ignored::Prefix(text)),
            (AwsFile::Credentials, Some("sso-session" | "services")) => {
                Err(Ignored::OtherKind(text))
            }
            (AwsFile::Credentials, Some(_)) if text.split(WHITE_SPACE).all(is_identifier) => {
                profile(text, Form::Spaced)
            }
            (AwsFile::Credentials, Some(_)) => Err(Ignored::Name(text)),
            (AwsFile::Credentials, None) if is_identifier(name) => profile(name, Form::Bare),
            (AwsFile::Credentials, None) => Err(Ignored::Name(text)),
        }
    }
}

fn unquoted(name: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| {
        let inner = name.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    })
}
