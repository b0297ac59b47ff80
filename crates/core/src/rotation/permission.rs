//! The permission that a user needs to rotate their own keys.

/// Returns the policy statement that lets a user rotate their own access keys, on one line.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_iam_credentials_console.html>
pub fn permission(user_arn: &str) -> String {
    let arn = serde_json::Value::from(user_arn);
    format!(
        "{{\"Effect\":\"Allow\",\"Action\":[\"iam:CreateAccessKey\",\"iam:ListAccessKeys\",\"iam:UpdateAccessKey\",\
         \"iam:DeleteAccessKey\",\"iam:GetAccessKeyLastUsed\",\"iam:ListMFADevices\"],\"Resource\":{arn}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_policy::{Policy, PolicyKind};

    #[test]
    fn the_statement_is_valid_and_about_the_user() {
        let arn = "arn:aws:iam::177634097045:user/team/ann";
        let policy = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}",
            permission(arn)
        );
        assert!(Policy::parse(PolicyKind::Identity, &policy).is_ok());
        assert!(policy.contains(arn));
    }
}
