//! Roles: what a user may assume, and how.

use serde::{Deserialize, Serialize};

use crate::call_fields::{ExternalId, MfaSerial, SessionName};
use crate::duration::SessionDuration;
use crate::input::InputError;
use crate::name::Name;
use crate::region::Region;
use crate::role_arn::RoleArn;
use crate::sanitise;

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
    pub session_name: Option<SessionName>,
    /// How long a session shall live; by default one hour.
    pub duration: Option<SessionDuration>,
    /// The identifier its owner asks for.
    pub external_id: Option<ExternalId>,
    /// The MFA device whose code it asks for.
    pub mfa_serial: Option<MfaSerial>,
    /// The region of its STS endpoint and of its export blocks.
    pub region: Option<Region>,
    /// Its group in menus and lists.
    pub group: Option<String>,
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
    /// See [`Role::region`].
    pub region: Option<String>,
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
            remedy: "Name an access key, or the role it is assumed from.".into(),
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
        Ok(Role {
            name,
            arn,
            source,
            session_name: optional(&self.session_name, SessionName::parse)?,
            duration: optional(&self.duration, SessionDuration::parse)?,
            external_id: optional(&self.external_id, ExternalId::parse)?,
            mfa_serial: optional(&self.mfa_serial, MfaSerial::parse)?,
            region,
            group: optional(&self.group, parse_group)?,
        })
    }
}

fn optional<T>(
    text: &Option<String>,
    parse: impl Fn(&str) -> Result<T, InputError>,
) -> Result<Option<T>, InputError> {
    text.as_deref()
        .filter(|text| !text.trim().is_empty())
        .map(parse)
        .transpose()
}

fn parse_group(text: &str) -> Result<String, InputError> {
    let text = text.trim();
    if text.chars().any(sanitise::is_hidden) {
        return Err(InputError::new(
            "group",
            "The group holds a hidden character.",
            "Type it anew.",
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
