//! What somebody who may change the role or user needs: the permission, or the command for an administrator.

use super::holder::Holder;
use crate::value::shell_word::shell_word;

/// Returns the policy that allows a revocation and its undo.
pub fn permission(holder: &Holder) -> String {
    let kind = match holder {
        Holder::Role(_) => "Role",
        Holder::User(_) => "User",
    };
    let arn = serde_json::Value::from(holder.arn());
    format!(
        r#"{{
    "Version": "2012-10-17",
    "Statement": [
        {{
            "Effect": "Allow",
            "Action": [
                "iam:Get{kind}Policy",
                "iam:Put{kind}Policy",
                "iam:Delete{kind}Policy"
            ],
            "Resource": {arn}
        }}
    ]
}}"#
    )
}

/// Returns the AWS CLI's command with which an administrator does the same.
pub fn command(holder: &Holder, policy_name: &str, document: &str) -> String {
    let (action, flag) = match holder {
        Holder::Role(_) => ("put-role-policy", "--role-name"),
        Holder::User(_) => ("put-user-policy", "--user-name"),
    };
    format!(
        "aws iam {action} {flag} {} --policy-name {} --policy-document {}",
        shell_word(holder.name()),
        shell_word(policy_name),
        shell_word(&compact(document))
    )
}

/// Returns a policy on one line, without white space between its parts. Their order stays.
pub fn compact(document: &str) -> String {
    let (mut compact, mut in_text, mut is_escaped) = (String::new(), false, false);
    for character in document.chars() {
        if in_text || !character.is_ascii_whitespace() {
            compact.push(character);
        }
        in_text ^= character == '"' && !is_escaped;
        is_escaped = in_text && character == '\\' && !is_escaped;
    }
    compact
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revoke::Reach;
    use rolecall_policy::{Policy, PolicyKind};

    #[test]
    fn a_compact_policy_keeps_its_texts_and_their_order() {
        let text = "{\n    \"b\": \"a \\\" b\\\\\",\n \"a\": [ 1 ]\n}";
        assert_eq!(compact(text), r#"{"b":"a \" b\\","a":[1]}"#);
    }

    #[test]
    fn the_permission_and_the_command_are_of_the_holder() {
        for (arn, action, command_start) in [
            (
                "arn:aws:iam::808768216571:role/team/guest",
                "iam:PutRolePolicy",
                "aws iam put-role-policy --role-name guest --policy-name AWSRevokeOlderSessions --policy-document '{",
            ),
            (
                "arn:aws:iam::808768216571:user/ann",
                "iam:PutUserPolicy",
                "aws iam put-user-policy --user-name ann --policy-name AWSRevokeOlderSessions --policy-document '{",
            ),
        ] {
            let holder = Holder::of_arn(arn).expect("a role or user");
            let policy = permission(&holder);
            assert!(Policy::parse(PolicyKind::Identity, &policy).is_ok());
            assert!(policy.contains(action) && policy.contains(arn), "{policy}");
            let reach = Reach::Before("2026-11-21T12:00:00Z".parse().expect("a time"));
            let command = command(&holder, &reach.policy_name(), &reach.document());
            assert!(command.starts_with(command_start), "{command}");
        }
    }
}
