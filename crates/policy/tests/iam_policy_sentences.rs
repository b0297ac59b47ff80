//! Policies in sentences.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rolecall_policy::sentences;

fn said(statement: &str) -> String {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    sentences(&text).unwrap().join(" ")
}

#[test]
fn says_who_may_do_what_where_and_when() {
    for (statement, sentence) in [
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
            "Allows every action on every resource.",
        ),
        (
            r#"{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}"#,
            "Read: Allows s3:GetObject and s3:ListBucket on arn:aws:s3:::b and arn:aws:s3:::b/*.",
        ),
        (
            r#"{"Effect":"Deny","NotAction":"iam:*","NotResource":"arn:aws:s3:::b"}"#,
            "Denies every action except iam:* on every resource except arn:aws:s3:::b.",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"AWS":["111111111111","arn:aws:iam::222222222222:root","arn:aws:iam::111111111111:user/a"]},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":["x","y"]},"Bool":{"aws:MultiFactorAuthPresent":true}}}"#,
            "Allows account 111111111111, account 222222222222 and arn:aws:iam::111111111111:user/a sts:AssumeRole, if sts:ExternalId is x or y, and aws:MultiFactorAuthPresent is true.",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#,
            "Allows the service ec2.amazonaws.com sts:AssumeRole.",
        ),
        (
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
            "Denies everyone s3:* on arn:aws:s3:::b/*, if aws:SecureTransport is false.",
        ),
        (
            r#"{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/a"},"Action":"s3:*","Resource":"arn:aws:s3:::b"}"#,
            "Denies everyone except arn:aws:iam::111111111111:user/a s3:* on arn:aws:s3:::b.",
        ),
    ] {
        assert_eq!(said(statement), sentence);
    }
}

#[test]
fn says_each_operator() {
    for (condition, clause) in [
        (r#"{"StringNotEquals":{"aws:k":"a"}}"#, "aws:k is not a"),
        (
            r#"{"StringNotEquals":{"aws:k":["a","b"]}}"#,
            "aws:k is neither a nor b",
        ),
        (
            r#"{"StringNotLike":{"aws:k":"a*"}}"#,
            "aws:k does not match a*",
        ),
        (
            r#"{"StringLike":{"aws:k":["","a*"]}}"#,
            "aws:k matches \"\" or a*",
        ),
        (
            r#"{"ArnLikeIfExists":{"aws:k":"arn:aws:iam::*:role/x"}}"#,
            "aws:k matches arn:aws:iam::*:role/x or aws:k is absent",
        ),
        (
            r#"{"NumericLessThan":{"aws:k":3600}}"#,
            "aws:k is less than 3600",
        ),
        (r#"{"NumericNotEquals":{"aws:k":"1"}}"#, "aws:k is not 1"),
        (
            r#"{"DateGreaterThanEquals":{"aws:k":"2026"}}"#,
            "aws:k is 2026 or later",
        ),
        (
            r#"{"NotIpAddress":{"aws:k":"10.0.0.0/8"}}"#,
            "aws:k is not in 10.0.0.0/8",
        ),
        (r#"{"Null":{"aws:k":"true"}}"#, "aws:k is absent"),
        (r#"{"Null":{"aws:k":"false"}}"#, "aws:k is present"),
        (
            r#"{"ForAllValues:StringEquals":{"aws:k":["a"]}}"#,
            "every value of aws:k is a",
        ),
        (
            r#"{"ForAnyValue:StringLike":{"aws:k":"a*"}}"#,
            "at least one value of aws:k matches a*",
        ),
    ] {
        let statement =
            format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#);
        assert_eq!(
            said(&statement),
            format!("Allows every action on every resource, if {clause}.")
        );
    }
}

#[test]
fn a_policy_that_iam_refuses_has_no_sentences() {
    for text in [
        "",
        "{}",
        r#"{"Statement":[]}"#,
        r#"{"Statement":{"Effect":"Allow","Action":"x","Resource":"*"}}"#,
    ] {
        assert!(sentences(text).is_err(), "{text}");
    }
}
