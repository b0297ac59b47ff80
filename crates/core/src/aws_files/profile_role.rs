//! A profile with a role: how to assume it, or why that is not possible.

use std::sync::Arc;

use serde::Serialize;

use crate::role::session_tags::SessionTag;
use crate::role::{Role, RoleDraft};
use crate::value::duration::SessionDuration;
use crate::value::input::InputError;
use crate::value::output::OutputFormat;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::region::is_global;
use crate::value::sanitise::echo;

use super::chain::{Chain, KEY_ID, OtherSource, Start, quoted, unusable};
use super::file_notice::AwsFile;
use super::keychain_keys::KeychainKeys;
use super::own_process::OwnProcess;
use super::profiles::{Profile, Profiles};
use super::session_tags::{check_source_identity, parse_keys, parse_tags};

/// A role as AWS's files describe it, with its problem if it cannot be assumed. It has no secret.
///
/// The fields contain the file's text, which is only checked if there is no problem. Callers must escape it for
/// display.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProfileRole {
    /// The profile.
    pub name: String,
    /// The file of its first section.
    pub file: AwsFile,
    /// The line of its first section, from 1.
    pub line: usize,
    /// `role_arn`.
    pub arn: String,
    /// `source_profile`.
    pub source_profile: Option<String>,
    /// The access key or role that it is assumed from, by its name in Rolecall, if known.
    #[serde(skip)]
    pub source: Option<String>,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `mfa_serial`.
    pub mfa_serial: Option<String>,
    /// `role_session_name`.
    pub role_session_name: Option<String>,
    /// `duration_seconds`, also absent if it is not a number.
    pub duration_seconds: Option<u64>,
    /// `region`.
    pub region: Option<String>,
    /// `output`.
    pub output: Option<String>,
    /// aws-vault's `session_tags`, in the file's order.
    pub session_tags: Vec<SessionTag>,
    /// aws-vault's `transitive_session_tags`: the keys that the next role in a chain inherits.
    pub transitive_session_tags: Vec<String>,
    /// aws-vault's `source_identity`.
    pub source_identity: Option<String>,
    /// `credential_source`, which is not supported.
    pub credential_source: Option<String>,
    /// Why it cannot be assumed.
    pub problem: Option<Problem>,
    /// The role for the catalogue, if all fields are right.
    #[serde(skip)]
    checked: Option<Arc<Role>>,
}

impl ProfileRole {
    /// Returns the role of a profile, or `None` if the profile has no `role_arn`.
    pub(super) fn of(
        profiles: &Profiles<'_>,
        profile: &Profile<'_>,
        keychain_keys: Option<&KeychainKeys<'_>>,
    ) -> Option<Self> {
        let setting = |key| profiles.setting(profile, key).map(str::to_owned);
        let mut role = Self {
            name: profile.name().to_owned(),
            file: profile.position.file,
            line: profile.position.line,
            arn: setting("role_arn")?,
            source_profile: setting("source_profile"),
            external_id: setting("external_id"),
            mfa_serial: setting("mfa_serial"),
            role_session_name: setting("role_session_name"),
            region: setting("region").filter(|region| !is_global(region)),
            output: setting("output"),
            source_identity: setting("source_identity"),
            credential_source: setting("credential_source"),
            ..Self::default()
        };
        let checked = role
            .set_checked(profiles, profile)
            .map_err(Problem::from)
            .and_then(|()| profiles.check_includes(profile))
            .and_then(|()| check_mix(profile))
            .and_then(|()| Chain::of(profiles, profile.name(), keychain_keys))
            .and_then(|chain| role.set_source(profiles, &chain, keychain_keys));
        role.problem = checked.err().map(|problem| in_profile(problem, &role.name));
        Some(role)
    }

    /// Returns the role for the catalogue.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn role(&self) -> Result<Role, Problem> {
        Ok(self.draft().check()?)
    }

    /// Returns the role that was checked when the files were read; `None` if it has a problem.
    pub fn usable(&self) -> Option<&Arc<Role>> {
        self.checked.as_ref().filter(|_| self.problem.is_none())
    }

    /// Returns the role as an unchecked draft, for a form or for `roles.toml`.
    pub fn draft(&self) -> RoleDraft {
        RoleDraft {
            name: self.name.clone(),
            arn: self.arn.clone(),
            source: self
                .source
                .clone()
                .or_else(|| self.source_profile.clone())
                .unwrap_or_default(),
            session_name: self.role_session_name.clone(),
            duration: self.duration_seconds.map(|seconds| seconds.to_string()),
            external_id: self.external_id.clone(),
            mfa_serial: self.mfa_serial.clone(),
            source_identity: self.source_identity.clone(),
            tags: self.session_tags.clone(),
            transitive_tags: self.transitive_session_tags.clone(),
            region: self.region.clone(),
            // The role can be assumed even if the AWS CLI does not know the output format.
            output: self
                .output
                .clone()
                .filter(|output| OutputFormat::parse(output).is_ok()),
            ..RoleDraft::default()
        }
    }

    /// Sets the source from the chain, then checks the whole role.
    fn set_source(
        &mut self,
        profiles: &Profiles<'_>,
        chain: &Chain<'_>,
        keychain_keys: Option<&KeychainKeys<'_>>,
    ) -> Result<(), Problem> {
        self.source = Some(chain.source().to_owned());
        self.checked = Some(Arc::new(self.role()?));
        match (&chain.start, keychain_keys) {
            (Start::Plaintext(profile), Some(keychain_keys))
                if keychain_keys.refuses_plaintext() =>
            {
                Err(in_plaintext(profiles, profile, keychain_keys))
            }
            _ => Ok(()),
        }
    }

    /// Sets the fields that are not plain text, as far as they can be parsed.
    fn set_checked(
        &mut self,
        profiles: &Profiles<'_>,
        profile: &Profile<'_>,
    ) -> Result<(), InputError> {
        let setting = |key| profiles.setting(profile, key);
        let duration = setting("duration_seconds").map(parse_seconds).transpose();
        let tags = setting("session_tags").map(parse_tags).transpose();
        let keys = setting("transitive_session_tags")
            .map(parse_keys)
            .transpose();
        let identity = setting("source_identity").map(check_source_identity);
        self.duration_seconds = duration.as_ref().ok().copied().flatten();
        if let Ok(Some(tags)) = &tags {
            let tag = |(key, value): &(String, String)| SessionTag {
                key: key.clone(),
                value: value.clone(),
            };
            self.session_tags = tags.iter().map(tag).collect();
        }
        if let Ok(Some(keys)) = &keys {
            self.transitive_session_tags.clone_from(keys);
        }
        identity.unwrap_or(Ok(()))?;
        duration?;
        tags?;
        keys.map(drop)
    }
}

fn parse_seconds(text: &str) -> Result<u64, InputError> {
    let seconds = text.parse().map_err(|_| {
        let what = format!(
            "duration_seconds \"{}\" is not a number of seconds.",
            echo(text)
        );
        let remedy = "Allowed: 900 to 43200 seconds (15 minutes to 12 hours).";
        InputError::new("duration", what, remedy)
    })?;
    SessionDuration::from_seconds(seconds)?;
    Ok(seconds)
}

/// Rejects a role whose profile also has a source of credentials that Rolecall does not support.
fn check_mix(profile: &Profile<'_>) -> Result<(), Problem> {
    let others: Vec<&str> = OtherSource::keys_of(profile)
        .filter(|(_, source)| match source {
            OtherSource::CredentialSource => false,
            OtherSource::Process => OwnProcess::of(profile).is_none(),
            OtherSource::WebIdentity | OtherSource::IdentityCenter | OtherSource::SignIn => true,
        })
        .map(|(key, _)| key)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    Err(unusable(
        format!(
            "{} has both role_arn and {}, which Rolecall does not use.",
            quoted(profile.name()),
            others.join(" and ")
        ),
        "Put the role in its own profile, with source_profile.",
    ))
}

/// Returns the problem of a role whose key is in a file. Its detail is the profile with the key.
fn in_plaintext(profiles: &Profiles<'_>, name: &str, keychain_keys: &KeychainKeys<'_>) -> Problem {
    let file = profiles.find(name).map_or(AwsFile::Credentials, |profile| {
        profile.position_of(KEY_ID).file
    });
    Problem::new(
        ProblemCode::PlaintextKey,
        format!(
            "The role's key is in plaintext in {}, profile {}.",
            keychain_keys.shown(file),
            quoted(name)
        ),
        "Move the key to the keychain. The profile keeps working.",
    )
    .with_detail(name)
}

/// Adds the name of the profile to a problem, unless its text already contains it.
fn in_profile(mut problem: Problem, name: &str) -> Problem {
    if problem.code == ProblemCode::InvalidInput {
        problem.what = format!("The profile {}: {}", quoted(name), problem.what);
    }
    problem
}
