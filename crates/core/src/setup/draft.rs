//! A kit as typed.

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::caller::{Caller, CallerKind};
use super::grant::Grant;
use super::iam_name::{NAME_MAX, name, path};
use super::kit::{Kit, Profiles};
use super::permission::Permissions;
use super::policies::check_sizes;
use super::requirements::{Requirements, RequirementsDraft};
use super::typed::{check_visible, trimmed};
use crate::value::input::InputError;
use crate::value::role_arn::RoleArn;

/// A kit as typed, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KitDraft {
    /// Who may assume the role: an ARN, an account ID, or `*`.
    pub who: String,
    /// The role's account.
    pub account: String,
    /// The role's name.
    pub role: String,
    /// The role's path; `/` if empty.
    pub path: String,
    /// What its sessions may do, with commas.
    pub allow: String,
    /// A permissions policy.
    pub policy: Option<String>,
    /// How the caller gets its policy; as fits the caller if absent.
    pub grant: Option<String>,
    /// The user that gets it, if the caller is a whole account.
    pub user: Option<String>,
    /// The conditions.
    pub requirements: RequirementsDraft,
    /// The accounts that are known to be the person's own.
    pub own_accounts: Vec<String>,
    /// Profiles of the AWS CLI for the two accounts.
    pub profiles: Profiles,
}

impl KitDraft {
    /// Checks every field, and the size of each policy.
    ///
    /// # Errors
    /// Says what is wrong with the first field that AWS would refuse.
    pub fn check(&self) -> Result<Kit, InputError> {
        let caller = Caller::parse(&self.who)?;
        let account = AccountId::parse("account", &self.account)?;
        let role_name = name("role", "The role's name", &self.role, NAME_MAX)?;
        let path = path(&self.path)?;
        let role = role_arn(&caller, &account, &path, &role_name)?;
        let requirements = self.requirements.check()?;
        check_caller(&caller, &role, &requirements)?;
        let permissions = Permissions::parse(&self.allow, self.policy.as_deref(), &role)?;
        let user = self.user(&caller)?;
        let grant = self.grant(&caller, user.as_deref())?;
        let own = self.own_accounts.iter();
        let kit = Kit {
            caller,
            role,
            path,
            permissions,
            requirements,
            grant,
            user,
            own_accounts: own
                .filter_map(|id| AccountId::parse("account", id).ok())
                .collect(),
            profiles: Profiles {
                role: profile("role_profile", self.profiles.role.as_deref())?,
                caller: profile("caller_profile", self.profiles.caller.as_deref())?,
            },
        };
        check_sizes(&kit)?;
        Ok(kit)
    }

    fn user(&self, caller: &Caller) -> Result<Option<String>, InputError> {
        let Some(text) = self
            .user
            .as_deref()
            .map(trimmed)
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let refuse = |what: &str, remedy: &str| Err(InputError::new("user", what, remedy));
        match &caller.kind {
            CallerKind::Account(_) => name("user", "The user's name", text, NAME_MAX).map(Some),
            CallerKind::User { .. } | CallerKind::Role { .. } => refuse(
                "A user is named although the caller is a single user or role.",
                "Leave it out; it is for a whole account.",
            ),
            CallerKind::Everyone => refuse(
                "A user is named although everyone may assume the role.",
                "Name the user's account as the caller.",
            ),
        }
    }

    /// Returns how the caller gets its policy: as typed, or as fits.
    fn grant(&self, caller: &Caller, user: Option<&str>) -> Result<Grant, InputError> {
        let typed = self
            .grant
            .as_deref()
            .filter(|text| !trimmed(text).is_empty());
        let grant = typed.map(Grant::parse).transpose()?;
        let refuse = |what: &str, remedy: &str| Err(InputError::new("grant", what, remedy));
        let is_reserved = matches!(&caller.kind, CallerKind::Role { arn, .. }
            if arn.contains(":role/aws-reserved/") || arn.contains(":role/aws-service-role/"));
        match (&caller.kind, grant) {
            (CallerKind::Everyone, None) => Ok(Grant::Nothing),
            (CallerKind::Everyone, Some(grant)) if grant != Grant::Nothing => refuse(
                "Nobody in particular is named who could get the policy.",
                "Use none, and give the policy in each caller's account.",
            ),
            (CallerKind::Role { .. }, None) if is_reserved => Ok(Grant::Nothing),
            (CallerKind::Role { .. }, Some(grant)) if is_reserved && grant != Grant::Nothing => {
                refuse(
                    "AWS manages this role, and only its permission set can get a policy.",
                    "Use none, and add the caller's policy to the permission set.",
                )
            }
            (CallerKind::Role { .. }, Some(Grant::Group(_))) => {
                refuse("A role cannot join a group.", "Use inline or managed.")
            }
            (CallerKind::Account(_), Some(Grant::Inline)) if user.is_none() => refuse(
                "An account has no inline policy.",
                "Name the user with --user, or use managed.",
            ),
            (CallerKind::Account(_), None) if user.is_none() => Ok(Grant::Managed),
            (_, grant) => Ok(grant.unwrap_or(Grant::Inline)),
        }
    }
}

fn role_arn(
    caller: &Caller,
    account: &AccountId,
    path: &str,
    name: &str,
) -> Result<RoleArn, InputError> {
    let partition = caller.partition.name;
    RoleArn::parse(&format!("arn:{partition}:iam::{account}:role{path}{name}"))
}

/// Rejects conditions that this caller can never meet.
fn check_caller(
    caller: &Caller,
    role: &RoleArn,
    requirements: &Requirements,
) -> Result<(), InputError> {
    let CallerKind::Role { arn, .. } = &caller.kind else {
        return Ok(());
    };
    if arn == role.as_str() {
        let what = "The role would be assumed by itself.";
        return Err(InputError::new("who", what, "Name who assumes it first."));
    }
    if requirements.mfa.is_some() {
        let what = "A role cannot send an MFA code, so it could never assume this one.";
        return Err(InputError::new(
            "mfa",
            what,
            "Leave MFA out, or require it where a user assumes the first role.",
        ));
    }
    if requirements.names_the_user() {
        let what = "A role has no user name, so ${aws:username} is empty for it.";
        return Err(InputError::new(
            "session_name",
            what,
            "Use fixed text or *.",
        ));
    }
    Ok(())
}

fn profile(field: &'static str, text: Option<&str>) -> Result<Option<String>, InputError> {
    let Some(text) = text.map(trimmed).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    check_visible(field, "The profile's name", text)?;
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> KitDraft {
        KitDraft {
            who: "arn:aws:iam::177634097045:user/bob".into(),
            account: "8087-6821-6571".into(),
            role: "guest".into(),
            allow: "s3-read".into(),
            ..KitDraft::default()
        }
    }

    fn refused(draft: &KitDraft) -> InputError {
        draft.check().expect_err("must be refused")
    }

    #[test]
    fn the_policy_goes_to_whom_it_fits() {
        let grant = |who: &str, user: Option<&str>| {
            let draft = KitDraft {
                who: who.into(),
                user: user.map(str::to_owned),
                ..draft()
            };
            draft.check().expect(who).grant
        };
        assert_eq!(
            grant("arn:aws:iam::177634097045:user/bob", None),
            Grant::Inline
        );
        assert_eq!(
            grant("arn:aws:iam::177634097045:role/ci", None),
            Grant::Inline
        );
        assert_eq!(grant("177634097045", None), Grant::Managed);
        assert_eq!(grant("177634097045", Some("bob")), Grant::Inline);
        assert_eq!(grant("*", None), Grant::Nothing);
        let reserved = "arn:aws:iam::177634097045:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef";
        assert_eq!(grant(reserved, None), Grant::Nothing);
    }

    #[test]
    fn what_does_not_fit_the_caller_is_explained() {
        let with = |who: &str, grant: &str, user: Option<&str>| KitDraft {
            who: who.into(),
            grant: Some(grant.into()),
            user: user.map(str::to_owned),
            ..draft()
        };
        for (draft, field, part) in [
            (
                with("177634097045", "inline", None),
                "grant",
                "no inline policy",
            ),
            (
                with("arn:aws:iam::177634097045:role/ci", "group:g", None),
                "grant",
                "cannot join a group",
            ),
            (with("*", "managed", None), "grant", "Nobody in particular"),
            (
                with("arn:aws:iam::177634097045:user/bob", "", Some("eve")),
                "user",
                "a single user",
            ),
            (
                with("arn:aws:iam::808768216571:role/guest", "", None),
                "who",
                "by itself",
            ),
            (
                with(
                    "arn:aws:iam::177634097045:role/aws-reserved/sso.amazonaws.com/x",
                    "inline",
                    None,
                ),
                "grant",
                "permission set",
            ),
        ] {
            let error = refused(&draft);
            assert_eq!(error.field, field);
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn a_role_cannot_meet_every_condition() {
        let with = |requirements| KitDraft {
            who: "arn:aws:iam::177634097045:role/ci".into(),
            requirements,
            ..draft()
        };
        let mfa = RequirementsDraft {
            mfa: true,
            ..RequirementsDraft::default()
        };
        assert!(refused(&with(mfa)).what.contains("cannot send an MFA code"));
        let named = RequirementsDraft {
            session_name: Some("${aws:username}".into()),
            ..RequirementsDraft::default()
        };
        assert!(refused(&with(named)).what.contains("no user name"));
    }

    #[test]
    fn b58_a_policy_over_iams_limit_is_refused_before_it_is_sent() {
        let long = KitDraft {
            requirements: RequirementsDraft {
                external_id: Some("x".repeat(1224)),
                source_ip: Some(vec!["203.0.113.0/24"; 60].join(",")),
                ..RequirementsDraft::default()
            },
            ..draft()
        };
        let error = refused(&long);
        assert!(error.to_string().contains("2,048"), "{error}");
        let statement = |sid: usize| {
            format!(
                "{{\"Sid\":\"S{sid}\",\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::bucket-{sid}/*\"}}"
            )
        };
        let statements: Vec<String> = (0..120).map(statement).collect();
        let policy = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}",
            statements.join(", ")
        );
        let error = refused(&KitDraft {
            policy: Some(policy),
            ..draft()
        });
        assert!(error.to_string().contains("10,240"), "{error}");
    }
}
