//! The header of a section: which profile it is about, or why AWS leaves it out.

use crate::sanitise::echo;

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

impl<'a> Header<'a> {
    /// Reads what stands between the brackets, by the rules of the SDKs.
    ///
    /// # Errors
    /// Says why AWS leaves the section out.
    pub(super) fn parse(text: &'a str, file: AwsFile) -> Result<Self, String> {
        let text = text.trim_matches(WHITE_SPACE);
        let (prefix, name) = match text.split_once(WHITE_SPACE) {
            Some((prefix, name)) => (Some(prefix.trim()), name.trim()),
            None => (None, text.trim()),
        };
        match (file, prefix) {
            (AwsFile::Config, Some(prefix)) => in_config(prefix, name),
            (AwsFile::Config, None) if name == DEFAULT => Ok(bare(name)),
            (AwsFile::Config, None) => Err(left_out(
                name,
                &format!("In this file it must read [profile {}].", echo(name)),
            )),
            (AwsFile::Credentials, Some("profile")) => Err(left_out(
                text,
                &format!("In this file it must read [{}].", echo(name)),
            )),
            (AwsFile::Credentials, Some(_)) => Err(left_out(
                text,
                "A name here has no spaces, and other sections belong in the config file.",
            )),
            (AwsFile::Credentials, None) if is_identifier(name) => Ok(bare(name)),
            (AwsFile::Credentials, None) => Err(left_out(text, ALLOWED)),
        }
    }
}

const ALLOWED: &str = "Allowed in a name: A-Z a-z 0-9 and _ - / . % @ : +.";

fn bare(name: &str) -> Header<'_> {
    Header::Profile {
        name,
        form: Form::Bare,
    }
}

fn in_config<'a>(prefix: &str, name: &'a str) -> Result<Header<'a>, String> {
    match (prefix, unquoted(name)) {
        ("profile", Some(name)) => Ok(Header::Profile {
            name,
            form: Form::Quoted,
        }),
        ("profile", None) if is_identifier(name) => Ok(Header::Profile {
            name,
            form: Form::Prefixed,
        }),
        ("profile", None) => Err(left_out(&format!("{prefix} {name}"), ALLOWED)),
        (_, _) => Ok(Header::Other),
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

fn left_out(header: &str, rule: &str) -> String {
    format!("AWS leaves out the section [{}]. {rule}", echo(header))
}
