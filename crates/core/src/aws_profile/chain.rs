//! The way from a role back to the access key that starts it, as AWS's SDKs walk it. Nothing found on it is executed.

use std::collections::HashSet;

use crate::access_key::AccessKeyId;
use crate::problem::{Problem, ProblemCode};
use crate::sanitise::echo;

use super::profiles::{Profile, Profiles};

/// The most profiles between a role and its key, the role's own among them.
const CHAIN_MAX: usize = 10;
/// The settings that hold a long-term or temporary key.
pub(super) const KEY_ID: &str = "aws_access_key_id";
pub(super) const KEY_SECRET: &str = "aws_secret_access_key";

/// The way to a role.
#[derive(Debug, PartialEq, Eq)]
pub struct Chain<'p> {
    /// The profile, or the kept key, that starts it.
    pub key_profile: &'p str,
    /// The profiles whose roles are assumed, in that order.
    pub role_profiles: Vec<&'p str>,
}

impl<'p> Chain<'p> {
    /// Walks from the profile `name` to the key that starts its chain. A source with a key of its own ends the walk,
    /// even if it has a role; so does one of `kept_keys`, whose secret is kept elsewhere than in the files.
    ///
    /// # Errors
    /// If a profile is missing, the sources run in a circle or too deep, or the first one has no key that can be used.
    pub fn of(
        profiles: &'p Profiles<'_>,
        name: &'p str,
        kept_keys: &HashSet<&str>,
    ) -> Result<Self, Problem> {
        let mut visited: Vec<&str> = Vec::new();
        let mut next = name;
        loop {
            let profile = profiles
                .find(next)
                .ok_or_else(|| missing(next, visited.last()))?;
            check_walk(&visited, next)?;
            visited.push(next);
            let is_source = visited.len() > 1;
            if (is_source && has_key(profile)) || !profiles.is_role(profile) {
                return Self::ending(profile, &visited[..visited.len() - 1]);
            }
            let source = source_of(profiles, profile)?;
            let kept = profiles.setting(profile, "source_profile");
            if let Some(key) = kept.filter(|name| kept_keys.contains(name)) {
                return Ok(Self::starting_at(key, &visited));
            }
            next = match source {
                Source::Itself => return Self::ending(profile, &visited),
                Source::Profile(source) => source,
            };
        }
    }

    fn ending(base: &'p Profile<'_>, roles: &[&'p str]) -> Result<Self, Problem> {
        check_key(base)?;
        Ok(Self::starting_at(base.name(), roles))
    }

    fn starting_at(key_profile: &'p str, roles: &[&'p str]) -> Self {
        Self {
            key_profile,
            role_profiles: roles.iter().rev().copied().collect(),
        }
    }
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
            format!(
                "The source profiles run in a circle: {}.",
                circle.join(" -> ")
            ),
            "Let one of them name a profile that has an access key.",
        ));
    }
    if visited.len() >= CHAIN_MAX {
        return Err(unusable(
            format!("The chain of source profiles is longer than {CHAIN_MAX}."),
            "Assume the role from a profile nearer to the access key.",
        ));
    }
    Ok(())
}

pub(super) fn has_key(profile: &Profile<'_>) -> bool {
    profile.filled(KEY_ID).is_some() && profile.filled(KEY_SECRET).is_some()
}

/// Checks that a profile gives credentials that a role can be assumed with: a long-term key in plaintext.
fn check_key(profile: &Profile<'_>) -> Result<(), Problem> {
    if let Some(other) = OtherSource::of(profile) {
        return Err(other.problem(profile));
    }
    let name = quoted(profile.name());
    let incomplete = |key: &str| {
        unusable(
            format!("{name} has no {key}."),
            "Give both values of the key.",
        )
    };
    match (profile.filled(KEY_ID), profile.filled(KEY_SECRET)) {
        (Some(id), Some(_)) if id.starts_with("ASIA") && AccessKeyId::parse(id).is_err() => {
            Err(unusable(
                format!("{name} holds a temporary key."),
                "Let source_profile name a profile with a long-term key (AKIA…).",
            ))
        }
        (Some(_), Some(_)) => Ok(()),
        (Some(_), None) => Err(incomplete(KEY_SECRET)),
        (None, Some(_)) => Err(incomplete(KEY_ID)),
        (None, None) => Err(unusable(
            format!("{name} has no access key and no role."),
            "Give it an access key, or let source_profile name another profile.",
        )),
    }
}

/// A way to credentials that Rolecall does not go.
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

    /// Returns the one that AWS would take, in its order.
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
                    "{name} takes its credentials from {}, which this desktop does not have.",
                    quoted(profile.filled("credential_source").unwrap_or_default())
                ),
                "Let source_profile name a profile with an access key.",
            ),
            Self::WebIdentity => (
                format!("{name} uses a web identity token, which Rolecall does not."),
                "Let source_profile name a profile with an access key.",
            ),
            Self::IdentityCenter => (
                format!(
                    "{name} signs in through IAM Identity Center, which Rolecall does not use as a source."
                ),
                "Let source_profile name a profile with an access key.",
            ),
            Self::SignIn => (
                format!("{name} uses a console sign-in, which Rolecall does not."),
                "Let source_profile name a profile with an access key.",
            ),
            Self::Process => (
                format!(
                    "{name} gets its credentials from a credential_process, which Rolecall never runs."
                ),
                "Let source_profile name a profile with an access key.",
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
