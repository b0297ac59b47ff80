//! The role or user that gets the policy.

use crate::calls::iam_call::PolicyHolder;
use crate::value::access_key::AccessKey;
use crate::value::arn::Arn;
use crate::value::problem::{Problem, ProblemCode};
use crate::value::region::{PARTITIONS, Partition};
use crate::value::role_arn::RoleArn;
use crate::value::sanitise::echo;

/// The role or user whose sessions are revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A role.
    Role(RoleArn),
    /// A user, by its ARN.
    User(String),
}

impl Holder {
    /// Returns the user of an access key.
    pub fn user_of(key: &AccessKey) -> Self {
        Self::User(key.user_arn.clone())
    }

    /// Returns the role or user with this ARN, or `None` if it is neither.
    pub fn of_arn(arn: &str) -> Option<Self> {
        if let Ok(role) = RoleArn::parse(arn) {
            return Some(Self::Role(role));
        }
        let is_user = Arn::split(arn).is_some_and(|it| it.resource.starts_with("user/"));
        is_user.then(|| Self::User(arn.to_owned()))
    }

    /// Returns its ARN.
    pub fn arn(&self) -> &str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::User(arn) => arn,
        }
    }

    /// Returns its name in IAM, without the path.
    pub fn name(&self) -> &str {
        match self {
            Self::Role(role) => role.role_name(),
            Self::User(arn) => arn.rsplit('/').next().unwrap_or_default(),
        }
    }

    /// Returns it as calls of IAM name it.
    pub fn in_iam(&self) -> PolicyHolder {
        let name = self.name().to_owned();
        match self {
            Self::Role(_) => PolicyHolder::Role(name),
            Self::User(_) => PolicyHolder::User(name),
        }
    }

    /// Returns its account.
    pub fn account_id(&self) -> &str {
        match self {
            Self::Role(role) => role.account_id(),
            Self::User(arn) => Arn::account_of(arn).unwrap_or_default(),
        }
    }

    /// Returns its partition.
    pub fn partition(&self) -> Partition {
        match self {
            Self::Role(role) => role.partition(),
            Self::User(arn) => Arn::partition_of(arn)
                .and_then(Partition::named)
                .unwrap_or(PARTITIONS[0]),
        }
    }

    /// Checks that IAM lets somebody give it a policy.
    ///
    /// # Errors
    /// If it is a service-linked role or a role of IAM Identity Center, with what to do there instead.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
    pub fn check(&self) -> Result<(), Problem> {
        let Self::Role(role) = self else {
            return Ok(());
        };
        let name = echo(role.role_name());
        if role.role_name().starts_with("AWSServiceRoleFor") || has_path(role, "/aws-service-role/")
        {
            return Err(Problem::new(
                ProblemCode::InvalidRequest,
                format!(
                    "\"{name}\" is a service-linked role. Only its AWS service can change it, so nobody can revoke its \
                     sessions. Nothing was sent."
                ),
                "To stop its sessions, turn off the feature in that service.",
            ));
        }
        if role.role_name().starts_with("AWSReservedSSO_") || has_path(role, "/aws-reserved/") {
            return Err(Problem::new(
                ProblemCode::InvalidRequest,
                format!(
                    "\"{name}\" belongs to IAM Identity Center. IAM does not change its policies, so its sessions \
                     cannot be revoked here. Nothing was sent."
                ),
                "Ask an administrator of IAM Identity Center to end the user's sessions, and to remove the assignment \
                 or to deny older sessions in the permission set.",
            ));
        }
        Ok(())
    }
}

fn has_path(role: &RoleArn, path: &str) -> bool {
    let resource = Arn::split(role.as_str()).map(|arn| arn.resource);
    resource.is_some_and(|it| {
        it.strip_prefix("role")
            .is_some_and(|rest| rest.starts_with(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(resource: &str) -> Holder {
        let arn = format!("arn:aws:iam::808768216571:role/{resource}");
        Holder::of_arn(&arn).expect("a role")
    }

    #[test]
    fn b87_roles_that_iam_does_not_change_are_refused() {
        for (resource, reason) in [
            (
                "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
                "service-linked",
            ),
            ("AWSServiceRoleForECS", "service-linked"),
            ("aws-service-role/x.amazonaws.com/Other", "service-linked"),
            (
                "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
                "Identity Center",
            ),
            ("AWSReservedSSO_Admin_0123456789abcdef", "Identity Center"),
            ("aws-reserved/Other", "Identity Center"),
        ] {
            let problem = role(resource).check().expect_err(resource);
            assert!(problem.what.contains(reason), "{}", problem.what);
            assert!(problem.what.ends_with("Nothing was sent."));
        }
        for resource in [
            "guest",
            "team/aws-reserved/guest",
            "MyAWSReservedSSO_",
            "service-role/x",
        ] {
            assert_eq!(role(resource).check(), Ok(()), "{resource}");
        }
    }

    #[test]
    fn a_user_is_no_role() {
        let arn = "arn:aws-cn:iam::177634097045:user/team/ann";
        let user = Holder::of_arn(arn).expect("a user");
        assert_eq!(
            (user.name(), user.account_id(), user.partition().name),
            ("ann", "177634097045", "aws-cn")
        );
        assert_eq!(user.check(), Ok(()));
        assert_eq!(Holder::of_arn("arn:aws:iam::177634097045:root"), None);
    }
}
