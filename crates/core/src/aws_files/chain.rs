//! The chain from a role back to the access key that it starts from, resolved as AWS's SDKs do. Nothing in it is
//! executed.

use crate::value::access_key::AccessKeyId;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::sanitise::echo;

use super::keychain_keys::KeychainKeys;
use super::own_process::OwnProcess;
use super::profiles::{Profile, Profiles};

/// The maximum number of profiles between a role and its key, including the role's own.
const CHAIN_MAX: usize = 10;
/// The settings of a long-term or temporary key.
pub(super) const KEY_ID: &str = "aws_access_key_id";
pub(super) const KEY_SECRET: &str = "aws_secret_access_key";

/// The chain of a role.
#[derive(Debug, PartialEq, Eq)]
pub struct Chain<'p> {
    /// What the chain starts from.
    pub start: Start<'p>,
    /// The profiles whose roles are assumed, in order.
    pub role_profiles: Vec<&'p str>,
}

/// What a chain starts from.
#[derive(Debug, PartialEq, Eq)]
pub enum Start<'p> {
    /// The key in plaintext of the profile of this name.
    Plaintext(&'p str),
    /// The key of this name in the keychain.
    Keychain(String),
    /// The role of this name in Rolecall's own catalogue.
    Role(String),
}

impl Start<'_> {
    /// Returns the name of the profile, the key or the role.
    pub fn name(&self) -> &str {
        match self {
            Self::Plaintext(name) => name,
            Self::Keychain(name) | Self::Role(name) => name,
        }
    }
}

impl<'p> Chain<'p> {
    /// Resolves the chain of the profile `name`. A source with a key of its own starts the chain, even if it has a
    /// role. Without `keychain_keys`, the keys in the keychain are not known.
    ///
    /// # Errors
    /// If a profile is missing, the sources form a loop or a chain that is too long, or the first one has no usable key.
    pub fn of(
        profiles: &'p Profiles<'_>,
        name: &'p str,
        keychain_keys: Option<&KeychainKeys<'_>>,
    ) -> Result<Self, Problem> {
        let mut visited: Vec<&str> = Vec::new();
        let mut next = name;
        loop {
            let Some(profile) = profiles.find(next) else {
                return Self::outside_the_files(next, &visited, keychain_keys);
            };
            check_walk(&visited, next)?;
            visited.push(next);
            let is_source = visited.len() > 1;
            if (is_source && has_key(profile)) || !profiles.is_role(profile) {
                return Self::ending_at(profile, &visited[..visited.len() - 1], keychain_keys);
            }
            check_name(next, keychain_keys)?;
            next = match source_of(profiles, profile)? {
                Source::Itself => return Self::ending_at(profile, &visited, keychain_keys),
                Source::Profile(source) => source,
            };
        }
    }

    /// Returns the name of the key or role that the last role is assumed from.
    pub fn source(&self) -> &str {
        match self.role_profiles.as_slice() {
            [.., before, _] => before,
            _ => self.start.name(),
        }
    }

    /// Ends the chain at a name that no profile has. It must be the name of a key in the keychain.
    fn outside_the_files(
        name: &str,
        visited: &[&'p str],
        keychain_keys: Option<&KeychainKeys<'_>>,
    ) -> Result<Self, Problem> {
        match keychain_keys.and_then(|keys| keys.named(name)) {
            Some(key) => Ok(Self::from_start(Start::Keychain(key.to_string()), visited)),
            None => Err(missing(name, visited.last())),
        }
    }

    fn ending_at(
        base: &'p Profile<'_>,
        roles: &[&'p str],
        keychain_keys: Option<&KeychainKeys<'_>>,
    ) -> Result<Self, Problem> {
        let start = match OwnProcess::of(base) {
            Some(OwnProcess::Key(name)) => keychain_key(name, base, keychain_keys)?,
            Some(OwnProcess::Role(name)) => Start::Role(name),
            None => start_of(base, keychain_keys)?,
        };
        Ok(Self::from_start(start, roles))
    }

    fn from_start(start: Start<'p>, roles: &[&'p str]) -> Self {
        Self {
            start,
            role_profiles: roles.iter().rev().copied().collect(),
        }
    }
}

/// Returns the key that a profile refers to: the key in the keychain with the same ID, or with the same name if the
/// profile has no settings for credentials, or otherwise its own.
fn start_of<'p>(
    base: &'p Profile<'_>,
    keychain_keys: Option<&KeychainKeys<'_>>,
) -> Result<Start<'p>, Problem> {
    if let Some(other) = OtherSource::of(base) {
        return Err(other.problem(base));
    }
    let found = keychain_keys.and_then(|keychain_keys| match base.filled(KEY_ID) {
        Some(id) => keychain_keys.with_id(id),
        None => keychain_keys.named(base.name()),
    });
    match found {
        Some(key) => Ok(Start::Keychain(key.to_string())),
        None => check_key(base).map(|()| Start::Plaintext(base.name())),
    }
}

/// Returns the key that a `credential_process` of ours names.
fn keychain_key<'p>(
    name: String,
    base: &Profile<'_>,
    keychain_keys: Option<&KeychainKeys<'_>>,
) -> Result<Start<'p>, Problem> {
    if keychain_keys.is_none_or(|keys| keys.named(&name).is_some()) {
        return Ok(Start::Keychain(name));
    }
    Err(unusable(
        format!(
            "{} gets its credentials from the access key {}, which is not in the keychain.",
            quoted(base.name()),
            quoted(&name)
        ),
        "Add an access key with that name.",
    ))
}

/// Rejects a role with the same name as an access key, because a source could mean either.
fn check_name(name: &str, keychain_keys: Option<&KeychainKeys<'_>>) -> Result<(), Problem> {
    if keychain_keys.is_none_or(|keys| keys.named(name).is_none()) {
        return Ok(());
    }
    Err(unusable(
        format!(
            "The role {0} and the access key {0} have the same name.",
            quoted(name)
        ),
        "Rename the access key.",
    ))
}

enum Source<'p> {
    Itself,
    Profile(&'p str),
}

fn source_of<'p>(
    profiles: &'p Profiles<'_>,
    profile: &'p Profile<'_>,
) -> Result<Source<'p>, Problem> {
    let setting = |key| profiles.setting(profile, key);
    match (setting("source_profile"), setting("credential_source")) {
        (Some(_), Some(_)) => Err(unusable(
            format!(
                "{} has both source_profile and credential_source.",
                quoted(profile.name())
            ),
            "Keep one of them.",
        )),
        (None, None) => Err(unusable(
            format!(
                "{} has a role_arn but no source_profile.",
                quoted(profile.name())
            ),
            "Add source_profile with the profile whose key assumes the role.",
        )),
        (None, Some(_)) => Ok(Source::Itself),
        (Some(source), None) if source == profile.name() => Ok(Source::Itself),
        (Some(source), None) => Ok(Source::Profile(source)),
    }
}

fn check_walk(visited: &[&str], next: &str) -> Result<(), Problem> {
    if let Some(start) = visited.iter().position(|seen| *seen == next) {
        let circle: Vec<String> = visited[start..]
            .iter()
            .chain([&next])
            .map(|n| echo(n))
            .collect();
        return Err(unusable(
            format!("The source profiles form a loop: {}.", circle.join(" -> ")),
            "Set one source_profile to a profile with an access key.",
        ));
    }
    if visited.len() >= CHAIN_MAX {
        return Err(unusable(
            format!("The chain of source profiles is longer than {CHAIN_MAX}."),
            "Use a source profile closer to the access key.",
        ));
    }
    Ok(())
}

pub(super) fn has_key(profile: &Profile<'_>) -> bool {
    profile.filled(KEY_ID).is_some() && profile.filled(KEY_SECRET).is_some()
}

/// Checks that a profile has credentials with which a role can be assumed: a long-term key in plaintext.
fn check_key(profile: &Profile<'_>) -> Result<(), Problem> {
    let name = quoted(profile.name());
    let incomplete = |key: &str| {
        unusable(
            format!("{name} has no {key}."),
            "Set both the ID and the secret.",
        )
    };
    match (profile.filled(KEY_ID), profile.filled(KEY_SECRET)) {
        (Some(id), Some(_)) if id.starts_with("ASIA") && AccessKeyId::parse(id).is_err() => {
            Err(unusable(
                format!("{name} holds a temporary key."),
                "Set source_profile to a profile with a long-term key (AKIA…).",
            ))
        }
        (Some(_), Some(_)) => Ok(()),
        (Some(_), None) => Err(incomplete(KEY_SECRET)),
        (None, Some(_)) => Err(incomplete(KEY_ID)),
        (None, None) => Err(unusable(
            format!("{name} has no access key and no role."),
            "Add an access key, or set source_profile to another profile.",
        )),
    }
}

/// A source of credentials that Rolecall does not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OtherSource {
    CredentialSource,
    WebIdentity,
    IdentityCenter,
    SignIn,
    Process,
}

impl OtherSource {
    const ALL: [(&'static str, Self); 7] = [
        ("credential_source", Self::CredentialSource),
        ("web_identity_token_file", Self::WebIdentity),
        ("sso_session", Self::IdentityCenter),
        ("sso_start_url", Self::IdentityCenter),
        ("sso_account_id", Self::IdentityCenter),
        ("login_session", Self::SignIn),
        ("credential_process", Self::Process),
    ];

    /// Returns the source that AWS would use, according to its order.
    pub(super) fn of(profile: &Profile<'_>) -> Option<Self> {
        Self::keys_of(profile).next().map(|(_, source)| source)
    }

    /// Returns the settings of this kind that a profile has.
    pub(super) fn keys_of(profile: &Profile<'_>) -> impl Iterator<Item = (&'static str, Self)> {
        let given = |(key, _): &(&str, Self)| profile.filled(key).is_some();
        Self::ALL.into_iter().filter(given)
    }

    pub(super) fn problem(self, profile: &Profile<'_>) -> Problem {
        let name = quoted(profile.name());
        let (what, remedy) = match self {
            Self::CredentialSource => (
                format!(
                    "{name} gets its credentials from {}, which is not available on this computer.",
                    quoted(profile.filled("credential_source").unwrap_or_default())
                ),
                "Set source_profile to a profile with an access key.",
            ),
            Self::WebIdentity => (
                format!("{name} uses a web identity token, which Rolecall does not support."),
                "Set source_profile to a profile with an access key.",
            ),
            Self::IdentityCenter => (
                format!(
                    "{name} signs in through IAM Identity Center, which Rolecall does not support as a source."
                ),
                "Set source_profile to a profile with an access key.",
            ),
            Self::SignIn => (
                format!("{name} uses a console sign-in, which Rolecall does not support."),
                "Set source_profile to a profile with an access key.",
            ),
            Self::Process => (
                format!(
                    "{name} gets its credentials from a credential_process, which Rolecall never runs."
                ),
                "Set source_profile to a profile with an access key.",
            ),
        };
        unusable(what, remedy)
    }
}

fn missing(name: &str, referrer: Option<&&str>) -> Problem {
    let what = match referrer {
        Some(referrer) => format!(
            "The source profile {} of {} does not exist.",
            quoted(name),
            quoted(referrer)
        ),
        None => format!("The profile {} does not exist.", quoted(name)),
    };
    unusable(what, "Add it, or correct source_profile.")
}

pub(super) fn unusable(what: String, remedy: &str) -> Problem {
    Problem::new(ProblemCode::UnusableSource, what, remedy)
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", echo(name))
}
