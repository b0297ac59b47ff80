//! A section of AWS's files that Rolecall writes, and the marker by which it recognizes its own sections.

use jiff::Timestamp;

use crate::value::credentials::instant_text;
use crate::value::sanitise;
use crate::value::secret::Secret;

use super::carried::Carried;
use super::file_notice::AwsFile;
use super::line::{Line, LineKind};
use super::profile_name::ProfileName;

/// The start of the comment below the header of our own sections.
const MARK: &str = "# managed-by rolecall";
/// The text before the expiry in the marker of a temporary profile.
const EXPIRES: &str = " expires=";
/// The settings that Rolecall writes. Other settings in our own sections are kept.
pub(super) const OUR_KEYS: [&str; 6] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "credential_process",
    "region",
    "output",
];

/// A section that Rolecall writes. Its values may be secret.
#[derive(Debug)]
pub struct OwnSection {
    profile: ProfileName,
    expires_at: Option<Timestamp>,
    settings: Vec<(&'static str, Secret)>,
    carries: Option<String>,
}

/// A value that would not be read back unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value of {0} cannot be written to an AWS file")]
pub struct UnsafeSetting(pub &'static str);

impl OwnSection {
    /// Returns the section of a profile. With an expiry, it is a temporary profile.
    ///
    /// # Errors
    /// If a value is empty, has a line break or another hidden character, has white space at an end, or contains text that AWS's SDKs read as a comment.
    pub fn new(
        profile: ProfileName,
        expires_at: Option<Timestamp>,
        settings: Vec<(&'static str, Secret)>,
    ) -> Result<Self, UnsafeSetting> {
        match settings.iter().find(|(_, value)| !is_safe(value.expose())) {
            Some((key, _)) => Err(UnsafeSetting(key)),
            None => Ok(Self {
                profile,
                expires_at,
                settings,
                carries: None,
            }),
        }
    }

    /// Returns the section with the settings of another profile of the file that do not say whose credentials to use.
    #[must_use]
    pub fn carrying(mut self, profile: impl Into<String>) -> Self {
        self.carries = Some(profile.into());
        self
    }

    /// Returns the profile whose settings it takes over.
    pub(super) fn carries(&self) -> Option<&str> {
        self.carries.as_deref()
    }

    /// Returns the profile.
    pub fn profile(&self) -> &ProfileName {
        &self.profile
    }

    /// Returns the header's line.
    pub(super) fn header(&self, file: AwsFile, ending: &str) -> String {
        let name = &self.profile;
        match file {
            AwsFile::Config if !name.is_default() => format!("[profile {name}]{ending}"),
            AwsFile::Config | AwsFile::Credentials => format!("[{name}]{ending}"),
        }
    }

    /// Returns the lines below the header, starting with the marker.
    pub(super) fn body(&self, ending: &str, carried: &Carried<'_>) -> String {
        let mark = match self.expires_at {
            Some(expires_at) => format!("{MARK}{EXPIRES}{}", instant_text(expires_at)),
            None => format!("{MARK}{}", carried.mark()),
        };
        let values = self.settings.iter();
        let length: usize = values
            .map(|(key, value)| key.len() + value.expose().len() + ending.len() + 3)
            .sum();
        let mut body = String::with_capacity(mark.len() + ending.len() + length);
        body.push_str(&mark);
        body.push_str(ending);
        for (key, value) in &self.settings {
            for part in [key, " = ", value.expose(), ending] {
                body.push_str(part);
            }
        }
        for line in carried.lines() {
            body.push_str(line);
            body.push_str(ending);
        }
        body
    }
}

/// Returns whether a value is read back unchanged by the SDKs, for which ` #` starts a comment, and by Python's reader.
pub(super) fn is_safe(value: &str) -> bool {
    let comment = |mark: char| {
        value
            .match_indices(mark)
            .any(|(at, _)| at == 0 || value[..at].ends_with(char::is_whitespace))
    };
    !value.is_empty()
        && value.trim() == value
        && !value.chars().any(sanitise::is_hidden)
        && !comment('#')
        && !comment(';')
}

/// Returns whether a line below a header marks the section as ours.
pub(super) fn is_mark(line: &Line<'_>) -> bool {
    let rest = line.text.strip_prefix(MARK);
    line.kind == LineKind::Comment && rest.is_some_and(|it| it.is_empty() || it.starts_with(' '))
}

/// Returns the expiry in the marker of a temporary profile, or `None` for the marker of another section.
pub(super) fn expiry_of(mark: &str) -> Option<&str> {
    let rest = mark.strip_prefix(MARK)?.strip_prefix(EXPIRES)?;
    rest.split(' ').next()
}
