//! The grammar of `Resource` entries: `*`, or an ARN that IAM accepts.
//!
//! The rules are those that IAM's messages of a `MalformedPolicyDocument` name. An ARN may be incomplete, but not skip
//! a segment.

use super::document::PolicyAge;
use super::element::{Parsed, shape};
use super::pattern::text_matches;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-eusc",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
];

/// What the resource of an IAM ARN can start with.
const IAM_TYPES: [&str; 14] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "u2f/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// The resources of Amazon S3 that are in a region. A bucket's ARN has no region.
const S3_REGIONAL: [&str; 6] = [
    "accesspoint/",
    "accesspoint:",
    "storage-lens/",
    "storage-lens-group/",
    "access-grants/",
    "job/",
];

/// The resources of Amazon S3 that are in an account. A bucket's ARN has none.
const S3_OF_ACCOUNT: [&str; 7] = [
    "accesspoint/",
    "accesspoint:",
    "async-request/",
    "storage-lens/",
    "storage-lens-group/",
    "access-grants/",
    "job/",
];

/// Checks one entry of `Resource` or `NotResource`. `services` are the services whose actions the statement names.
pub(super) fn check(entry: &str, path: &str, age: PolicyAge, services: &[&str]) -> Parsed<()> {
    if entry == "*" {
        return Ok(());
    }
    let text = without_variables(entry);
    let segments: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, rest @ ..] = segments.as_slice() else {
        return shape(path, "must be \"*\" or an ARN");
    };
    if !PARTITIONS
        .iter()
        .any(|known| text_matches(partition, known))
    {
        return shape(path, "must be in a partition of AWS, such as arn:aws:…");
    }
    let [service, rest @ ..] = rest else {
        return shape(path, "must name a service");
    };
    if service.is_empty() || service.contains(['*', '?']) {
        return shape(path, "must name a service without wildcards");
    }
    if segments.len() < 6 && text.contains("::") {
        return shape(path, "must have six parts, as in arn:aws:s3:::bucket");
    }
    let region = rest.first().copied().unwrap_or_default();
    let resource = rest.get(2).copied();
    let has_region = !region.is_empty() && !region.contains(['*', '?']);
    let account = rest.get(1).copied().unwrap_or_default();
    let has_account = !account.is_empty() && !account.contains(['*', '?']);
    match *service {
        // IAM's rule is newer than some stored policies. In those, an ARN with a region matches nothing.
        "iam" if has_region && (age == PolicyAge::New || services.contains(&"iam")) => {
            shape(path, "must not have a region: IAM is global")
        }
        "iam" if !resource.is_none_or(|resource| may_start(resource, &IAM_TYPES)) => {
            shape(path, "must name a type of IAM, such as role/ or user/")
        }
        "s3" if !has_resource(&segments) => {
            shape(path, "must name a resource, as in arn:aws:s3:::bucket")
        }
        "s3" if has_account && !resource.is_some_and(|it| may_start(it, &S3_OF_ACCOUNT)) => {
            shape(path, "must not have an account: a bucket's ARN has none")
        }
        "s3" if has_region && !resource.is_some_and(|it| may_start(it, &S3_REGIONAL)) => {
            shape(path, "must not have a region: a bucket's ARN has none")
        }
        _ => Ok(()),
    }
}

/// Returns whether an ARN names a resource. A wildcard at the end of an incomplete one covers the rest.
fn has_resource(segments: &[&str]) -> bool {
    let last = segments.last().copied().unwrap_or_default();
    match segments.len() {
        6 => !last.is_empty(),
        _ => last.ends_with('*'),
    }
}

/// Returns whether a resource with wildcards can start with one of these.
fn may_start(resource: &str, starts: &[&str]) -> bool {
    let literal = resource.split(['*', '?']).next().unwrap_or_default();
    let has_wildcard = literal.len() < resource.len();
    starts
        .iter()
        .any(|start| literal.starts_with(start) || (has_wildcard && start.starts_with(literal)))
}

/// Returns the text with a `*` for each variable. A variable can have colons.
fn without_variables(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((_, after)) = after.split_once('}') else {
            break;
        };
        kept.push_str(before);
        kept.push('*');
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(entry: &str) -> bool {
        check(entry, "Resource", PolicyAge::New, &[]).is_ok()
    }

    #[test]
    fn accepts_arns_complete_or_not() {
        for entry in [
            "*",
            "arn:aws:s3:::bucket/*",
            "arn:aws:iam",
            "arn:aws:iam:*",
            "arn:aws:fdsasf",
            "arn:*:s3:::bucket",
            "arn:aws*:iam::*:role/x",
            "arn:aws-us-gov:iam::111111111111:role/x",
            "arn:aws-eusc:s3:::b",
            "arn:aws:invalid-service:us-east-1::x",
            "arn:aws:rds:region:*:*",
            "arn:aws:iam::*:*",
            "arn:aws:iam::*:r*",
            "arn:aws:iam:::user/x",
            "arn:aws:iam::${aws:PrincipalAccount}:role/x",
            "arn:aws:iam::*:mfa/${aws:username}",
            "arn:aws:s3:us-west-2:123456789012:accesspoint/mine/object/*",
            "arn:aws:s3:us-west-2:123456789012:*",
            "arn:aws:s3::123456789012:accesspoint/mine.mrap",
            "arn:aws:s3:*:*:*",
            "arn:aws:s3:::*",
            "arn:aws:s3:*",
            "arn:aws:s3:::${aws:PrincipalTag/bucket, 'a'}/*",
        ] {
            assert!(is_accepted(entry), "{entry}");
        }
    }

    #[test]
    fn refuses_what_iam_refuses() {
        for entry in [
            "",
            "bucket",
            "invalid resource",
            "bucket/*",
            "**",
            "a:b",
            "a:b:c:d:e:f:g:h",
            "aws:s3:::example_bucket",
            "ARN:aws:s3:::b",
            "arn:error:s3:::b",
            "arn:AWS:s3:::b",
            "arn:${Partition}-x:s3:::b",
            "arn:a*m:s3:::b",
            "arn:aws",
            "arn:*",
            "arn:aws:",
            "arn:aws::::b",
            "arn:aws:*:::b",
            "arn:aws:s?:::b",
            "arn:aws:s3::b",
            "arn:aws::fdsasf",
            "arn:aws:iam:us-east-1::user/x",
            "arn:aws:s3:us-east-1::b",
            "arn:aws:s3:us-east-1:111111111111:b/k",
            "arn:aws:s3",
            "arn:aws:s3:::",
            "arn:aws:s3::111111111111:b",
            "arn:aws:s3::111111111111:b/*",
            "arn:aws:iam:::example_bucket",
            "arn:aws:iam::111111111111:root",
        ] {
            assert!(!is_accepted(entry), "{entry}");
        }
    }

    #[test]
    fn a_stored_policy_of_another_service_may_have_a_region_in_an_iam_arn() {
        let entry = "arn:aws:iam:us-east-1:111111111111:role/dev";
        let check = |age, services: &[&str]| check(entry, "Resource", age, services).is_ok();
        assert!(check(PolicyAge::Stored, &["sts"]));
        assert!(!check(PolicyAge::Stored, &["iam"]));
        assert!(!check(PolicyAge::New, &["sts"]));
    }
}
