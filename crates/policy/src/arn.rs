//! The parts of an ARN.

/// The parts of an ARN, unchecked: `arn:<partition>:<service>:<region>:<account>:<resource>`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition, such as `aws`.
    pub partition: &'a str,
    /// The service, such as `iam`.
    pub service: &'a str,
    /// The region; empty for IAM.
    pub region: &'a str,
    /// The account ID, or `aws` for AWS managed policies.
    pub account: &'a str,
    /// The rest, which may contain colons.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Returns the parts of a text; `None` if it is not an ARN.
    pub fn split(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return None;
        };
        Some(Self {
            partition,
            service,
            region,
            account,
            resource,
        })
    }

    /// Returns the account in a text; `None` if it is not an ARN.
    pub fn account_of(text: &'a str) -> Option<&'a str> {
        Self::split(text).map(|arn| arn.account)
    }

    /// Returns the partition in a text; `None` if it is not an ARN.
    pub fn partition_of(text: &'a str) -> Option<&'a str> {
        Self::split(text).map(|arn| arn.partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_colons_of_a_resource() {
        let arn = Arn::split("arn:aws-cn:rds:cn-north-1:123456789012:db:one").expect("an ARN");
        assert_eq!(
            (arn.partition, arn.service, arn.region),
            ("aws-cn", "rds", "cn-north-1")
        );
        assert_eq!((arn.account, arn.resource), ("123456789012", "db:one"));
    }

    #[test]
    fn other_texts_have_no_account() {
        for text in [
            "",
            "GAHT12345678",
            "arn:aws:iam::123456789012",
            "urn:a:b:c:d:e",
        ] {
            assert_eq!(Arn::account_of(text), None, "{text}");
        }
    }
}
