//! Session policies, which limit a session. A session can do only what both the role and these policies allow.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>

use std::collections::HashSet;
use std::fmt;

use crate::value::arn::Arn;
use crate::value::input::InputError;
use crate::value::role_arn::RoleArn;
use crate::value::sanitise::{describe, echo};
use rolecall_policy::{Policy, PolicyError, PolicyKind};

/// The maximum number of managed policies of one call.
const ARNS_MAX: usize = 10;
/// The maximum number of characters of the inline policy and the ARNs together.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
const PLAINTEXT_MAX: usize = 2048;
/// The minimum and maximum length of the ARN of a policy.
const ARN_LENGTH: std::ops::RangeInclusive<usize> = 20..=2048;

/// An inline session policy that IAM would accept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionPolicy {
    text: String,
    compact: String,
}

impl SessionPolicy {
    /// Parses a policy document.
    ///
    /// # Errors
    /// Says the position and what IAM expects there, or the character that STS does not accept.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        // What JSON counts as white space; AWS takes no other.
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let refuse = |what: String, remedy: &str| Err(InputError::new("policy", what, remedy));
        // AWS's own pattern: [\u0009\u000A\u000D\u0020-\u00FF]+
        let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        if let Some((at, stranger)) = text.char_indices().find(|(_, c)| !allowed(c)) {
            let line = text[..at].matches('\n').count() + 1;
            let what = format!(
                "Line {line} of the session policy has {}.",
                describe(stranger)
            );
            return refuse(
                what,
                "Only Latin-1 characters are allowed. Write others as \\uXXXX.",
            );
        }
        match Policy::parse_new(PolicyKind::Identity, text) {
            Ok(_) => Ok(Self {
                text: text.to_owned(),
                compact: compact(text),
            }),
            Err(PolicyError::Syntax { line, column }) => refuse(
                format!("Line {line}, column {column} of the session policy is not JSON."),
                "Check quotes, commas and brackets there.",
            ),
            Err(PolicyError::Shape { path, problem }) => refuse(
                format!("The session policy's {} {}.", echo(&path), echo(&problem)),
                "See the policy grammar in the IAM user guide.",
            ),
        }
    }

    /// Returns the document as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the document without white space, as sent.
    pub fn compact(&self) -> &str {
        &self.compact
    }
}

/// Removes the white space between the tokens of a JSON text.
fn compact(json: &str) -> String {
    let mut kept = String::with_capacity(json.len());
    let mut is_text = false;
    let mut is_escaped = false;
    for c in json.chars() {
        if is_text || !c.is_ascii_whitespace() {
            kept.push(c);
        }
        if c == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && c == '\\' && !is_escaped;
    }
    kept
}

/// The ARN of an AWS managed policy, or of a managed policy in the role's account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PolicyArn(String);

impl PolicyArn {
    /// Parses the ARN of a policy that can limit a session of `role`.
    ///
    /// # Errors
    /// Says which part is wrong, or that the policy is in another partition or account.
    pub fn parse(text: &str, role: &RoleArn) -> Result<Self, InputError> {
        let text = text.trim();
        let (partition, account) = (role.partition().name, role.account_id());
        let example = format!("Example: arn:{partition}:iam::aws:policy/ReadOnlyAccess.");
        let refuse =
            |what: String, remedy: String| Err(InputError::new("policy_arns", what, remedy));
        let shown = echo(text);
        if let Some(stranger) = text.chars().find(|c| !c.is_ascii_graphic()) {
            let what = format!("The policy ARN \"{shown}\" has {}.", describe(stranger));
            return refuse(what, example);
        }
        let Some(arn) = Arn::split(text).filter(|arn| (arn.service, arn.region) == ("iam", ""))
        else {
            return refuse(
                format!("\"{shown}\" is not the ARN of an IAM policy."),
                example,
            );
        };
        if !arn.resource.starts_with("policy/") || arn.resource.ends_with('/') {
            return refuse(format!("\"{shown}\" is not the ARN of a policy."), example);
        }
        if arn.partition != partition {
            let what = format!("The policy \"{shown}\" is not in the role's partition.");
            return refuse(
                what,
                format!("Use a policy in the partition \"{partition}\"."),
            );
        }
        if arn.account != "aws" && arn.account != account {
            let what = format!("The policy \"{shown}\" belongs to another account than the role.");
            return refuse(
                what,
                format!("Use an AWS managed policy, or one of account {account}."),
            );
        }
        match text.len() {
            length if ARN_LENGTH.contains(&length) => Ok(Self(text.to_owned())),
            length => refuse(
                format!("The policy ARN \"{shown}\" has {length} characters."),
                "Use 20 to 2048 characters.".to_owned(),
            ),
        }
    }

    /// Returns the ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PolicyArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Parses the ARNs of a role's session policies.
///
/// # Errors
/// The same as [`PolicyArn::parse`], and if one is repeated or there are more than ten.
pub fn parse_arns(texts: &[String], role: &RoleArn) -> Result<Vec<PolicyArn>, InputError> {
    let mut seen = HashSet::new();
    let mut arns = Vec::new();
    for text in texts {
        let arn = PolicyArn::parse(text, role)?;
        if !seen.insert(arn.clone()) {
            let what = format!("The policy \"{}\" is listed twice.", echo(arn.as_str()));
            return Err(InputError::new("policy_arns", what, "Remove one."));
        }
        arns.push(arn);
    }
    match arns.len() {
        0..=ARNS_MAX => Ok(arns),
        count => {
            let what = format!("There are {count} session policies.");
            Err(InputError::new("policy_arns", what, "Use at most 10."))
        }
    }
}

/// Checks the total size of the policy and the ARNs.
///
/// # Errors
/// If it is over 2,048 characters.
pub fn check_size(policy: Option<&SessionPolicy>, arns: &[PolicyArn]) -> Result<(), InputError> {
    let inline = policy.map_or(0, |policy| policy.compact.chars().count());
    let size = inline + arns.iter().map(|arn| arn.0.len()).sum::<usize>();
    if size <= PLAINTEXT_MAX {
        return Ok(());
    }
    let what = format!("The session policies have {size} characters in total.");
    let remedy =
        "AWS allows at most 2,048, without white space. Use fewer policies, or a managed policy.";
    Err(InputError::new("policy", what, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Resource\": \"*\", \"Sid\": \"a\"}]\n}";

    fn role() -> RoleArn {
        RoleArn::parse("arn:aws:iam::808768216571:role/guest").expect("an ARN")
    }

    #[test]
    fn b58_says_the_position_of_what_is_wrong() {
        for (text, what) in [
            ("{", "Line 1, column 1 of the session policy is not JSON."),
            (
                "{\"Version\":\"2012-10-17\",\n\"Statement\":[{\"Effect\":\"Alow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
                "The session policy's Statement[0].Effect",
            ),
            ("{\"Statement\":\"ж\"}", "Line 1 of the session policy has"),
            (
                &format!("\u{b}{POLICY}"),
                "Line 1 of the session policy has",
            ),
            (
                &format!("{POLICY}\u{a0}"),
                "Line 4, column 2 of the session policy is not JSON.",
            ),
        ] {
            let error = SessionPolicy::parse(text).expect_err(text);
            assert!(error.what.starts_with(what), "{}", error.what);
        }
    }

    #[test]
    fn b58_what_iam_refuses_is_refused_before_the_call() {
        let document = |statement: &str| {
            format!(
                "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",{statement}}}]}}"
            )
        };
        for (statement, what) in [
            (
                r#""Action":"GetObject","Resource":"*""#,
                "Action must have a service",
            ),
            (
                r#""Action":"*:Get*","Resource":"*""#,
                "Action must not have a wildcard",
            ),
            (
                r#""Action":"s3:Get:Object","Resource":"*""#,
                "Action must have only one colon",
            ),
            (r#""Action":[],"Resource":"*""#, "Action must not be empty"),
            (
                r#""Action":"s3:*","Resource":"bucket/*""#,
                "Resource must be \"*\" or an ARN",
            ),
            (
                r#""Action":"s3:*","Resource":"arn:amazon:s3:::b""#,
                "Resource must be in a partition",
            ),
            (
                r#""Action":"s3:*","Resource":"arn:aws:s3:eu-west-1::b""#,
                "Resource must not have a region",
            ),
            (
                r#""Action":"sts:*","Resource":"arn:aws:iam:us-east-1:111111111111:role/r""#,
                "Resource must not have a region",
            ),
            (
                r#""Sid":"two words","Action":"s3:*","Resource":"*""#,
                "Sid must have only letters",
            ),
            (
                r#""Action":"s3:*","Resource":"*","Condition":{"StringEquals":{}}"#,
                "Condition.StringEquals must not be empty",
            ),
            (
                r#""Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"soon"}}"#,
                "aws:CurrentTime must be a date",
            ),
        ] {
            let error = SessionPolicy::parse(&document(statement)).expect_err(statement);
            assert!(error.what.contains(what), "{statement}: {}", error.what);
        }
    }

    #[test]
    fn white_space_is_not_sent_but_kept_in_texts() {
        let policy = SessionPolicy::parse(&format!("\r\n\t {POLICY}\n")).expect("a policy");
        assert_eq!(policy.as_str(), POLICY);
        assert_eq!(
            policy.compact(),
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\",\"Sid\":\"a\"}]}"
        );
        assert_eq!(
            compact(r#"{ "a b" : "c \" d" , "e\\" : 1 }"#),
            r#"{"a b":"c \" d","e\\":1}"#
        );
    }

    #[test]
    fn policies_are_of_aws_or_of_the_roles_account() {
        for good in [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
            "arn:aws:iam::808768216571:policy/mine",
        ] {
            assert!(PolicyArn::parse(good, &role()).is_ok(), "{good}");
        }
        for (bad, what) in [
            ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "partition"),
            ("arn:aws:iam::177634097045:policy/x", "another account"),
            (
                "arn:aws:iam::aws:role/ReadOnlyAccess",
                "not the ARN of a policy",
            ),
            ("ReadOnlyAccess", "not the ARN of an IAM policy"),
            ("", "not the ARN"),
        ] {
            let error = PolicyArn::parse(bad, &role()).expect_err(bad);
            assert!(error.what.contains(what), "{}", error.what);
        }
    }

    #[test]
    fn b58_ten_policies_and_2048_characters_are_the_most() {
        let arns: Vec<String> = (0..11)
            .map(|n| format!("arn:aws:iam::aws:policy/P{n}"))
            .collect();
        assert!(parse_arns(&arns[..10], &role()).is_ok());
        assert!(parse_arns(&arns, &role()).is_err());
        assert!(parse_arns(&[arns[0].clone(), arns[0].clone()], &role()).is_err());
        let long = POLICY.replace("\"a\"", &format!("\"{}\"", "a".repeat(2000)));
        let policy = SessionPolicy::parse(&long).expect("a policy");
        let error = check_size(Some(&policy), &[]).expect_err("too large");
        assert!(
            error.what.starts_with("The session policies have 2"),
            "{}",
            error.what
        );
    }
}
