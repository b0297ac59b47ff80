//! Roles: what a user may assume, and how.

pub mod call_fields;
pub mod call_template;
pub mod code_use;
pub mod inheritance;
mod limited;
pub mod limits;
pub mod reason;
pub mod session_policy;
pub mod session_tags;

use serde::{Deserialize, Serialize};

use crate::role::call_fields::ExternalId;
use crate::role::call_template::CallTemplate;
use crate::role::code_use::CodeUse;
use crate::role::limits::{Limited, Limits};
use crate::role::reason::{ReasonRule, ReasonTarget};
use crate::role::session_policy::{PolicyArn, SessionPolicy};
use crate::role::session_tags::{SessionTag, SessionTags};
use crate::value::duration::SessionDuration;
use crate::value::input::InputError;
use crate::value::mfa::MfaSerial;
use crate::value::name::Name;
use crate::value::output::OutputFormat;
use crate::value::region::Region;
use crate::value::role_arn::RoleArn;
use crate::value::sanitise;

/// The most characters a group's name may have.
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
    /// What its sessions call themselves; by default the IAM user's name.
    pub session_name: Option<CallTemplate>,
    /// How long a session should last; by default one hour.
    pub duration: Option<SessionDuration>,
    /// The identifier its owner asks for.
    pub external_id: Option<ExternalId>,
    /// The MFA device whose code it asks for.
    pub mfa_serial: Option<MfaSerial>,
    /// Whether it takes part in a shared code; by default that follows from its duration and the other roles.
    pub mfa_code: Option<CodeUse>,
    /// Who its sessions act for, in CloudTrail and in every chained session.
    pub source_identity: Option<CallTemplate>,
    /// The tags of its sessions.
    pub tags: SessionTags,
    /// What limits its sessions beyond the role, in its own words.
    pub policy: Option<SessionPolicy>,
    /// The managed policies that limit its sessions beyond the role.
    pub policy_arns: Vec<PolicyArn>,
    /// The reason it wants before it is assumed.
    pub reason: Option<ReasonRule>,
    /// The region of its STS endpoint and of its export blocks.
    pub region: Option<Region>,
    /// The AWS CLI's output format of its connected profile.
    pub output: Option<OutputFormat>,
    /// Its group in menus and lists.
    pub group: Option<String>,
    /// Set if this role stands for limited sessions of another.
    pub limited: Option<Box<Limited>>,
}

impl Role {
    /// Returns whether the role is content with a session of an hour from a code that other roles share.
    pub fn shares_codes(&self) -> bool {
        match self.mfa_code {
            Some(CodeUse::Own) => false,
            Some(CodeUse::Shared) => true,
            None => self
                .duration
                .is_none_or(|wanted| wanted <= SessionDuration::HOUR),
        }
    }

    /// Returns what its sessions are limited to beyond the role.
    pub fn limits(&self) -> Limits {
        let limited = self.limited.as_ref();
        limited.map(|it| it.limits.clone()).unwrap_or_default()
    }

    /// Returns the name of the role that it stands for limited sessions of, else its own.
    pub fn unlimited_name(&self) -> &Name {
        let limited = self.limited.as_ref();
        limited.map_or(&self.name, |limited| &limited.of)
    }

    /// Returns whether its sessions get this tag, ignoring letter case.
    pub fn sets_tag(&self, key: &str) -> bool {
        let of_reason = match self.reason.as_ref().map(|rule| &rule.target) {
            Some(ReasonTarget::Tag(own)) => own.to_lowercase() == key.to_lowercase(),
            Some(ReasonTarget::SourceIdentity) | None => false,
        };
        of_reason || self.tags.has(key)
    }

    /// Returns whether its sessions get a source identity of their own.
    pub fn sets_source_identity(&self) -> bool {
        let of_reason = self.reason.as_ref().map(|rule| &rule.target);
        self.source_identity.is_some() || of_reason == Some(&ReasonTarget::SourceIdentity)
    }
}

/// A role as a person or a file writes it, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Where the reason goes: `source_identity` or `tag:KEY`; see [`Role::reason`].
    #[serde(default)]
    pub reason: Option<String>,
    /// What the reason must look like, such as `OPS-#`.
    #[serde(default)]
    pub reason_pattern: Option<String>,
    /// See [`Role::region`].
    pub region: Option<String>,
    /// See [`Role::output`].
    #[serde(default)]
    pub output: Option<String>,
    /// See [`Role::group`].
    pub group: Option<String>,
}

impl RoleDraft {
    /// Checks every field. Empty optional fields count as absent.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<Role, InputError> {
        let name = Name::parse(&self.name)?;
        let source = Name::parse(&self.source).map_err(|error| InputError {
            field: "source",
            what: error.what.replace("The name", "The source"),
            remedy: "Enter an access key, or the role to assume it from.".into(),
        })?;
        let arn = RoleArn::parse(&self.arn)?;
        let region = optional(&self.region, Region::parse)?;
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
            group: optional(&self.group, parse_group)?,
            limited: None,
        };
        check_reason_place(&role).map(|()| role)
    }
}

/// Refuses a reason that would go where the role puts something else.
fn check_reason_place(role: &Role) -> Result<(), InputError> {
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

/// Returns a group's name, without the white space around it.
///
/// # Errors
/// If it is longer than 64 characters or holds a hidden one.
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
    fn empty_fields_count_as_absent() {
        let role = RoleDraft {
            external_id: Some(" ".into()),
            ..draft()
        }
        .check()
        .expect("valid");
        assert_eq!(role.external_id, None);
    }

    #[test]
    fn b59_refuses_a_region_of_another_partition() {
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
    fn a_reason_does_not_go_where_something_else_is() {
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
