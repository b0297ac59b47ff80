//! The role that represents sessions of another one with limits.

use serde_json::{Value, json};

use crate::role::Role;
use crate::role::limits::{AccessLimit, Limited, Limits};
use crate::role::session_policy::{self, PolicyArn, SessionPolicy};
use crate::value::input::InputError;
use crate::value::region::Region;
use crate::value::sanitise::echo;

/// The global services, which run in one region for all of AWS and must be exempt from a limit to another region.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html>
const GLOBAL: [&str; 20] = [
    "account:*",
    "budgets:*",
    "ce:*",
    "cloudfront:*",
    "ec2:DescribeRegions",
    "globalaccelerator:*",
    "health:*",
    "iam:*",
    "networkmanager:*",
    "organizations:*",
    "pricing:*",
    "route53:*",
    "route53domains:*",
    "s3:GetBucketLocation",
    "s3:ListAllMyBuckets",
    "shield:*",
    "sts:*",
    "support:*",
    "trustedadvisor:*",
    "waf:*",
];

impl Limits {
    /// Returns the role that represents sessions of `role` with these limits. It has a name of its own, so that a
    /// request for one never gets the other.
    ///
    /// # Errors
    /// If the region is in another partition, the name is too long, or the role's own session policies make another limit impossible.
    pub fn limit(&self, role: &Role) -> Result<Role, InputError> {
        let mut limited = role.clone();
        limited.name = self.name_of(&role.name)?;
        if let Some(access) = self.access {
            limited.policy_arns = vec![access_policy(role, access)?];
        }
        if let Some(region) = &self.region {
            check_partition(role, region)?;
            limited.policy = Some(self.locked(role, region)?);
            limited.region = Some(region.clone());
        }
        session_policy::check_size(limited.policy.as_ref(), &limited.policy_arns)?;
        limited.limited = Some(Box::new(Limited {
            of: role.name.clone(),
            limits: self.clone(),
        }));
        Ok(limited)
    }

    /// Returns the role's inline policy with a statement that denies every other region. A statement that allows
    /// everything is added only if there is no other session policy, because session policies add up, and a deny by
    /// itself would allow nothing.
    fn locked(&self, role: &Role, region: &Region) -> Result<SessionPolicy, InputError> {
        let deny = json!({
            "Effect": "Deny",
            "NotAction": GLOBAL,
            "Resource": "*",
            "Condition": { "StringNotEquals": { "aws:RequestedRegion": region.as_str() } },
        });
        let allow = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let mut statements = match &role.policy {
            Some(policy) => statements_of(policy),
            None if self.access.is_none() && role.policy_arns.is_empty() => vec![allow],
            None => Vec::new(),
        };
        statements.push(deny);
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        SessionPolicy::parse(&document.to_string())
    }
}

/// Returns the AWS managed policy for a role without session policies of its own.
fn access_policy(role: &Role, access: AccessLimit) -> Result<PolicyArn, InputError> {
    if role.policy.is_some() || !role.policy_arns.is_empty() {
        let what = format!(
            "\"{}\" has its own session policies and cannot also be {access}.",
            echo(role.name.as_str())
        );
        let remedy = "AWS combines session policies, so another one would allow more. Add the limit to the role's own policy.";
        return Err(InputError::new("limits", what, remedy));
    }
    let partition = role.arn.partition().name;
    let arn = format!("arn:{partition}:iam::aws:policy/{}", access.policy());
    PolicyArn::parse(&arn, &role.arn)
}

fn check_partition(role: &Role, region: &Region) -> Result<(), InputError> {
    let partition = role.arn.partition();
    if partition.has(region) {
        return Ok(());
    }
    let what = format!(
        "The region {region} is not in the role's partition \"{}\".",
        partition.name
    );
    let remedy = format!("Use a region such as {}.", partition.home_region);
    Err(InputError::new("region", what, remedy))
}

fn statements_of(policy: &SessionPolicy) -> Vec<Value> {
    let document: Value = serde_json::from_str(policy.as_str()).unwrap_or_default();
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(statement) => vec![statement.clone()],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::RoleDraft;
    use crate::role::limits::LimitsView;
    use rolecall_policy::{Policy, PolicyKind};

    fn role(arn: &str) -> RoleDraft {
        RoleDraft {
            name: "guest".into(),
            arn: arn.into(),
            source: "user".into(),
            ..RoleDraft::default()
        }
    }

    fn guest() -> Role {
        let draft = role("arn:aws:iam::808768216571:role/guest");
        draft.check().expect("valid")
    }

    fn limits(access: Option<AccessLimit>, region: Option<&str>) -> Limits {
        let region = region.map(str::to_owned);
        Limits::check(&LimitsView { access, region }).expect("valid")
    }

    #[test]
    fn read_only_is_the_partitions_own_policy() {
        for (arn, policy) in [
            (
                "arn:aws:iam::808768216571:role/guest",
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
            ),
            (
                "arn:aws-cn:iam::808768216571:role/guest",
                "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
            ),
        ] {
            let role = role(arn).check().expect("valid");
            let limited = limits(Some(AccessLimit::ReadOnly), None)
                .limit(&role)
                .expect("limited");
            assert_eq!(limited.name.as_str(), "guest · read-only");
            assert_eq!(limited.policy_arns[0].as_str(), policy);
            assert_eq!(limited.policy, None);
        }
        let viewer = limits(Some(AccessLimit::ViewOnly), None)
            .limit(&guest())
            .expect("limited");
        assert_eq!(
            viewer.policy_arns[0].as_str(),
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
        );
    }

    #[test]
    fn a_limit_to_a_region_allows_everything_there_and_denies_the_rest() {
        let limited = limits(None, Some("eu-west-1"))
            .limit(&guest())
            .expect("limited");
        assert_eq!(limited.name.as_str(), "guest · only eu-west-1");
        assert_eq!(
            limited.region.as_ref().map(Region::as_str),
            Some("eu-west-1")
        );
        let policy = limited.policy.expect("a policy");
        Policy::parse(PolicyKind::Identity, policy.compact()).expect("a policy");
        assert_eq!(policy.compact().matches("\"Effect\"").count(), 2);
        assert!(
            policy
                .compact()
                .contains("\"aws:RequestedRegion\":\"eu-west-1\"")
        );
    }

    #[test]
    fn session_policies_add_up_so_a_limit_adds_no_allow_to_others() {
        let both = limits(Some(AccessLimit::ReadOnly), Some("eu-west-1"));
        let limited = both.limit(&guest()).expect("limited");
        assert_eq!(limited.name.as_str(), "guest · read-only · only eu-west-1");
        assert!(
            !limited
                .policy
                .expect("a policy")
                .compact()
                .contains("Allow")
        );
        let own = RoleDraft {
            policy: Some("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}".into()),
            ..role("arn:aws:iam::808768216571:role/guest")
        };
        let own = own.check().expect("valid");
        let limited = limits(None, Some("eu-west-1"))
            .limit(&own)
            .expect("limited");
        let policy = limited.policy.expect("a policy");
        assert!(
            policy.compact().contains("\"Action\":\"s3:*\""),
            "{}",
            policy.compact()
        );
        assert_eq!(policy.compact().matches("Allow").count(), 1);
        let error = both.limit(&own).expect_err("would allow more");
        assert!(
            error.remedy.contains("combines session policies"),
            "{}",
            error.remedy
        );
    }

    #[test]
    fn b59_a_limit_is_to_a_region_of_the_roles_partition() {
        let error = limits(None, Some("cn-north-1"))
            .limit(&guest())
            .expect_err("elsewhere");
        assert_eq!(error.field, "region");
    }
}
