//! Settings of a profile that a connected profile takes over, such as `endpoint_url` or a block `s3 =`: everything that
//! does not say whose credentials to use. The marker of the connected profile lists them, so that they leave with it.

use super::document::Document;
use super::line::LineKind;

/// The text before the names in the marker.
const CARRIES: &str = " carries=";

/// Settings that say whose credentials a profile uses, or that a connected profile has of its own.
const IDENTITY: [&str; 30] = [
    "aws_access_key_id",
    "aws_account_id",
    "aws_credential_expiration",
    "aws_secret_access_key",
    "aws_security_token",
    "aws_session_token",
    "credential_process",
    "credential_source",
    "duration_seconds",
    "external_id",
    "include_profile",
    "login_session",
    "mfa_process",
    "mfa_serial",
    "output",
    "parent_profile",
    "region",
    "role_arn",
    "role_session_name",
    "session_tags",
    "source_identity",
    "source_profile",
    "sso_account_id",
    "sso_region",
    "sso_registration_scopes",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
    "transitive_session_tags",
    "web_identity_token_file",
];

/// Settings with their lines, in the order of the file.
#[derive(Default)]
pub(super) struct Carried<'a> {
    settings: Vec<(String, Vec<&'a str>)>,
}

impl<'a> Carried<'a> {
    /// Adds the settings in a range of lines. A later setting replaces an earlier one.
    pub(super) fn read(&mut self, document: &Document<'a>, lines: std::ops::Range<usize>) {
        let mut carrying = false;
        for line in &document.lines()[lines] {
            match line.kind {
                LineKind::Property { key, .. } => {
                    let key = key.to_ascii_lowercase();
                    carrying = is_carried(&key);
                    if carrying {
                        self.settings.retain(|(other, _)| *other != key);
                        // An indented line would continue the setting before it.
                        self.settings.push((key, vec![line.text.trim_start()]));
                    }
                }
                LineKind::Continuation(_) if carrying => {
                    if let Some((_, lines)) = self.settings.last_mut() {
                        lines.push(line.text);
                    }
                }
                LineKind::Continuation(_) | LineKind::Blank | LineKind::Comment => {}
                LineKind::Section(_) | LineKind::Lost | LineKind::Fault(_) => carrying = false,
            }
        }
    }

    /// Leaves out the settings that `is_there` names.
    pub(super) fn without(mut self, is_there: impl Fn(&str) -> bool) -> Self {
        self.settings.retain(|(key, _)| !is_there(key));
        self
    }

    /// Returns what the marker says of them; nothing if there are none.
    pub(super) fn mark(&self) -> String {
        let names: Vec<&str> = self.settings.iter().map(|(key, _)| &**key).collect();
        match names.as_slice() {
            [] => String::new(),
            names => format!("{CARRIES}{}", names.join(",")),
        }
    }

    /// Returns the lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'a str> {
        self.settings
            .iter()
            .flat_map(|(_, lines)| lines.iter().copied())
    }
}

/// Returns the names in a marker.
pub(super) fn names_in(mark: &str) -> impl Iterator<Item = &str> {
    let list = mark.split_once(CARRIES).map_or("", |(_, list)| list);
    list.split(',').filter(|name| !name.is_empty())
}

/// Returns whether a setting is taken over. The marker has no room for other names.
fn is_carried(key: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    key.bytes().all(is_plain) && !IDENTITY.contains(&key)
}
