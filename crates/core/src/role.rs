//! Roles that a user can assume, and how.

pub mod call_fields;
pub mod call_template;
pub mod code_use;
pub mod inheritance;
mod limited;
pub mod limits;
pub mod reason;
pub mod renew;
pub mod session_policy;
pub mod session_tags;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::role::call_fields::ExternalId;
use crate::role::call_template::CallTemplate;
use crate::role::code_use::CodeUse;
use crate::role::limits::Limited;
use crate::role::reason::{ReasonRule, ReasonTarget};
use crate::role::renew::Renew;
use crate::role::session_policy::{PolicyArn, SessionPolicy};
use crate::role::session_tags::{SessionTag, SessionTags};
use crate::value::browser::Browser;
use crate::value::duration::SessionDuration;
use crate::value::input::InputError;
use crate::value::lead_times;
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;
use crate::value::output::OutputFormat;
use crate::value::region::{Region, is_global};
use crate::value::role_arn::RoleArn;
use crate::value::sanitise;

/// The maximum number of characters of a group's name.
const GROUP_MAX: usize = 64;

/// A role and how to assume it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Role {
    /// Its name in the catalogue.
    pub name: Name,
    /// Its ARN.
    pub arn: RoleArn,
    /// The access key or role it is assumed from.
    pub source: Name,
    /// The session name. The default is the IAM user's name.
    pub session_name: Option<CallTemplate>,
    /// The duration of a session. The default is one hour.
    pub duration: Option<SessionDuration>,
    /// The external ID that its owner requires.
    pub external_id: Option<ExternalId>,
    /// The MFA device whose code it requires.
    pub mfa_serial: Option<MfaSerial>,
    /// Whether it shares codes with other roles. The default depends on its duration and the other roles.
    pub mfa_code: Option<CodeUse>,
    /// The source identity, which appears in CloudTrail and in every chained session.
    pub source_identity: Option<CallTemplate>,
    /// The session tags.
    pub tags: SessionTags,
    /// The inline session policy.
    pub policy: Option<SessionPolicy>,
    /// The managed session policies.
    pub policy_arns: Vec<PolicyArn>,
    /// The rule for the reason that it requires before it is assumed.
    pub reason: Option<ReasonRule>,
    /// The region of its STS endpoint and of its export blocks.
    pub region: Option<Region>,
    /// The AWS CLI's output format of its connected profile.
    pub output: Option<OutputFormat>,
    /// The browser that opens its console, instead of the one in the settings.
    pub browser: Option<Browser>,
    /// Its group in menus and lists.
    pub group: Option<String>,
    /// What happens when its session comes to its end. The default is to ask.
    pub renew: Option<Renew>,
    /// How long before the end of its session to warn, longest first, instead of as in the settings.
    pub lead_times: Option<Vec<SignedDuration>>,
    /// Set if this role represents limited sessions of another.
    pub limited: Option<Box<Limited>>,
}

impl Role {
    /// Returns whether a session of one hour from a shared code is enough for the role.
    pub fn shares_codes(&self) -> bool {
        match self.mfa_code {
            Some(CodeUse::Own) => false,
            Some(CodeUse::Shared) => true,
            None => self
                .duration
                .is_none_or(|wanted| wanted <= SessionDuration::HOUR),
        }
    }

    /// Returns the name of the role without limits, which may be its own.
    pub fn unlimited_name(&self) -> &Name {
        let limited = self.limited.as_ref();
        limited.map_or(&self.name, |limited| &limited.of)
    }

    /// Returns whether its sessions have this tag, ignoring letter case.
    pub fn sets_tag(&self, key: &str) -> bool {
        let of_reason = match self.reason.as_ref().map(|rule| &rule.target) {
            Some(ReasonTarget::Tag(own)) => own.to_lowercase() == key.to_lowercase(),
            Some(ReasonTarget::SourceIdentity) | None => false,
        };
        of_reason || self.tags.has(key)
    }

    /// Returns whether the role sets a source identity.
    pub fn sets_source_identity(&self) -> bool {
        let of_reason = self.reason.as_ref().map(|rule| &rule.target);
        self.source_identity.is_some() || of_reason == Some(&ReasonTarget::SourceIdentity)
    }
}

/// A role as entered or read from a file, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "RoleEntry"))]
pub struct RoleDraft {
    /// See [`Role::name`].
    pub name: String,
    /// See [`Role::arn`].
    pub arn: String,
    /// See [`Role::source`].
    pub source: String,
    /// See [`Role::session_name`].
    pub session_name: Option<String>,
    /// See [`Role::duration`].
    pub duration: Option<String>,
    /// See [`Role::external_id`].
    pub external_id: Option<String>,
    /// See [`Role::mfa_serial`].
    pub mfa_serial: Option<String>,
    /// See [`Role::mfa_code`].
    #[serde(default)]
    pub mfa_code: Option<String>,
    /// See [`Role::source_identity`].
    #[serde(default)]
    pub source_identity: Option<String>,
    /// See [`Role::tags`].
    #[serde(default)]
    pub tags: Vec<SessionTag>,
    /// The keys of the tags that the next role in a chain inherits.
    #[serde(default)]
    pub transitive_tags: Vec<String>,
    /// See [`Role::policy`].
    #[serde(default)]
    pub policy: Option<String>,
    /// See [`Role::policy_arns`].
    #[serde(default)]
    pub policy_arns: Vec<String>,
    /// The target of the reason: `source_identity` or `tag:KEY`; see [`Role::reason`].
    #[serde(default)]
    pub reason: Option<String>,
    /// The pattern of the reason, such as `OPS-#`.
    #[serde(default)]
    pub reason_pattern: Option<String>,
    /// See [`Role::region`].
    pub region: Option<String>,
    /// See [`Role::output`].
    #[serde(default)]
    pub output: Option<String>,
    /// See [`Role::browser`].
    #[serde(default)]
    pub browser: Option<String>,
    /// See [`Role::group`].
    pub group: Option<String>,
    /// See [`Role::renew`].
    #[serde(default)]
    pub renew: Option<String>,
    /// See [`Role::lead_times`].
    #[serde(default)]
    pub lead_times: Vec<String>,
}

impl RoleDraft {
    /// Checks every field. Empty optional fields are treated as absent.
    ///
    /// # Errors
    /// Says what is wrong with the first invalid field.
    pub fn check(&self) -> Result<Role, InputError> {
        let name = Name::parse(&self.name)?;
        let source = Name::parse(&self.source).map_err(|error| InputError {
            field: "source",
            what: error.what.replace("The name", "The source"),
            remedy: "Enter an access key, or the role to assume it from.".into(),
        })?;
        let arn = RoleArn::parse(&self.arn)?;
        let region = given(&self.region)
            .filter(|name| !is_global(name))
            .map(Region::parse)
            .transpose()?;
        if let Some(region) = &region
            && !arn.partition().has(region)
        {
            let what = format!(
                "The region {region} is not in the role's partition \"{}\".",
                arn.partition().name
            );
            let remedy = format!("Use a region such as {}.", arn.partition().home_region);
            return Err(InputError::new("region", what, remedy));
        }
        let policy = optional(&self.policy, SessionPolicy::parse)?;
        let policy_arns = session_policy::parse_arns(&self.policy_arns, &arn)?;
        session_policy::check_size(policy.as_ref(), &policy_arns)?;
        let role = Role {
            name,
            arn,
            source,
            session_name: optional(&self.session_name, session_name)?,
            duration: optional(&self.duration, SessionDuration::parse)?,
            external_id: optional(&self.external_id, ExternalId::parse)?,
            mfa_serial: optional(&self.mfa_serial, MfaSerial::parse)?,
            mfa_code: optional(&self.mfa_code, CodeUse::parse)?,
            source_identity: optional(&self.source_identity, reason::source_identity)?,
            tags: SessionTags::check(&self.tags, &self.transitive_tags)?,
            policy,
            policy_arns,
            reason: ReasonRule::parse(given(&self.reason), given(&self.reason_pattern))?,
            region,
            output: optional(&self.output, OutputFormat::parse)?,
            browser: optional(&self.browser, Browser::parse_known)?,
            group: optional(&self.group, parse_group)?,
            renew: optional(&self.renew, Renew::parse)?,
            lead_times: lead_times::of_role(&self.lead_times)?,
            limited: None,
        };
        check_reason_target(&role).map(|()| role)
    }
}

/// Rejects a reason whose target already has a value in the role.
fn check_reason_target(role: &Role) -> Result<(), InputError> {
    let what = match role.reason.as_ref().map(|rule| &rule.target) {
        Some(ReasonTarget::SourceIdentity) if role.source_identity.is_some() => {
            "The reason is sent as the source identity, but the role already sets one.".to_owned()
        }
        Some(ReasonTarget::Tag(key)) if role.tags.has(key) => {
            let key = sanitise::echo(key);
            format!("The reason is sent as the tag \"{key}\", but the role already sets that tag.")
        }
        Some(_) | None => return Ok(()),
    };
    Err(InputError::new("reason", what, "Remove one of the two."))
}

fn session_name(text: &str) -> Result<CallTemplate, InputError> {
    CallTemplate::name("session_name", "The session name", text)
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

fn optional<T>(
    text: &Option<String>,
    parse: impl Fn(&str) -> Result<T, InputError>,
) -> Result<Option<T>, InputError> {
    given(text).map(parse).transpose()
}

/// Returns a group's name, trimmed.
///
/// # Errors
/// If it is longer than 64 characters or has a hidden character.
pub(crate) fn parse_group(text: &str) -> Result<String, InputError> {
    let text = text.trim();
    if text.chars().any(sanitise::is_hidden) {
        return Err(InputError::new(
            "group",
            "The group has a hidden character.",
            "Retype it.",
        ));
    }
    match text.chars().count() {
        count if count > GROUP_MAX => Err(InputError::new(
            "group",
            format!("The group has {count} characters."),
            "Use at most 64.",
        )),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> RoleDraft {
        RoleDraft {
            name: "guest".into(),
            arn: "arn:aws:iam::808768216571:role/guest".into(),
            source: "user".into(),
            ..RoleDraft::default()
        }
    }

    #[test]
    fn empty_fields_are_treated_as_absent() {
        let role = RoleDraft {
            external_id: Some(" ".into()),
            ..draft()
        }
        .check()
        .expect("valid");
        assert_eq!(role.external_id, None);
    }

    #[test]
    fn b59_rejects_a_region_of_another_partition() {
        let error = RoleDraft {
            region: Some("cn-north-1".into()),
            ..draft()
        }
        .check()
        .expect_err("other partition");
        assert_eq!(
            (error.field, error.remedy.as_str()),
            ("region", "Use a region such as us-east-1.")
        );
    }

    #[test]
    fn a_reason_needs_a_target_without_a_value() {
        let tag = SessionTag {
            key: "Reason".into(),
            value: "x".into(),
        };
        for (reason, other) in [
            (
                "source_identity",
                RoleDraft {
                    source_identity: Some("ann".into()),
                    ..draft()
                },
            ),
            (
                "tag:reason",
                RoleDraft {
                    tags: vec![tag],
                    ..draft()
                },
            ),
        ] {
            let reason = Some(reason.to_owned());
            let error = RoleDraft { reason, ..other }.check().expect_err("twice");
            assert_eq!(error.field, "reason");
        }
    }

    #[test]
    fn an_error_names_its_field() {
        let error = RoleDraft {
            source: String::new(),
            ..draft()
        }
        .check()
        .expect_err("no source");
        assert_eq!(
            (error.field, error.what.as_str()),
            ("source", "The source is empty.")
        );
    }
}
