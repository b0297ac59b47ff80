//! The pages of services in the console.

use crate::value::input::InputError;
use crate::value::nearest::nearest;
use crate::value::sanitise;

/// Services whose page is not `/NAME/home`, and short names. What is not here is its own path.
const PATHS: [(&str, &str); 40] = [
    ("acm", "acm/home"),
    ("apigateway", "apigateway/main"),
    ("apigw", "apigateway/main"),
    ("asg", "ec2/home#AutoScalingGroups:"),
    ("bill", "billing/home"),
    ("billing", "billing/home"),
    ("cfn", "cloudformation/home"),
    ("cloudtrail", "cloudtrailv2/home"),
    ("cloudwatch", "cloudwatch/home"),
    ("codebuild", "codesuite/codebuild/projects"),
    ("codecommit", "codesuite/codecommit/repositories"),
    ("codedeploy", "codesuite/codedeploy/applications"),
    ("codepipeline", "codesuite/codepipeline/pipelines"),
    ("cost", "costmanagement/home"),
    ("cw", "cloudwatch/home"),
    ("ddb", "dynamodbv2/home"),
    ("dynamodb", "dynamodbv2/home"),
    ("ecs", "ecs/v2/clusters"),
    ("elb", "ec2/home#LoadBalancers:"),
    ("eventbridge", "events/home"),
    ("home", "console/home"),
    ("iam", "iam/home"),
    ("l", "lambda/home"),
    ("logs", "cloudwatch/home#logsV2:log-groups"),
    ("msk", "msk/home"),
    ("mwaa", "mwaa/home"),
    ("opensearch", "aos/home"),
    ("org", "organizations/v2/home"),
    ("organizations", "organizations/v2/home"),
    ("param", "systems-manager/parameters"),
    ("r53", "route53/v2/home"),
    ("route53", "route53/v2/home"),
    ("sfn", "states/home"),
    ("sns", "sns/v3/home"),
    ("sqs", "sqs/v3/home"),
    ("ssm", "systems-manager/home"),
    ("sso", "singlesignon/home"),
    ("stepfunctions", "states/home"),
    ("vpc", "vpcconsole/home"),
    ("waf", "wafv2/homev2"),
];

/// The services that completions offer.
pub const SUGGESTED: [&str; 24] = [
    "billing",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "iam",
    "kms",
    "lambda",
    "logs",
    "organizations",
    "rds",
    "route53",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sso",
    "stepfunctions",
    "vpc",
];

/// Returns the path of a service's page, without a slash before it, and its fragment.
///
/// # Errors
/// If the name has other characters than those of services.
pub fn page_of(service: &str) -> Result<(String, &'static str), InputError> {
    let name = service.trim().to_ascii_lowercase();
    let is_name = (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_name {
        let what = format!(
            "\"{}\" is not the name of a service.",
            sanitise::echo(service)
        );
        let remedy = match nearest(&name, SUGGESTED) {
            Some(near) => format!("Did you mean {near}?"),
            None => {
                "Names are those in the console's addresses, such as s3 or cloudformation.".into()
            }
        };
        return Err(InputError::new("service", what, remedy));
    }
    let known = PATHS.iter().find(|(own, _)| *own == name);
    Ok(match known.and_then(|(_, path)| path.split_once('#')) {
        Some((path, fragment)) => (path.to_owned(), fragment),
        None => (
            known.map_or_else(|| format!("{name}/home"), |(_, path)| (*path).to_owned()),
            "",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_its_page() {
        let page = |service| page_of(service).expect("a service");
        assert_eq!(page("s3"), ("s3/home".into(), ""));
        assert_eq!(page("EC2"), ("ec2/home".into(), ""));
        assert_eq!(page("r53"), ("route53/v2/home".into(), ""));
        assert_eq!(
            page("logs"),
            ("cloudwatch/home".into(), "logsV2:log-groups")
        );
        assert!(PATHS.is_sorted(), "so that nobody adds one twice");
    }

    #[test]
    fn t24_a_service_adds_nothing_but_a_path() {
        for wrong in [
            "",
            "s3/../x",
            "s3?x=y",
            "s3&SigninToken=x",
            "//evil",
            "s 3",
            "é",
        ] {
            assert!(page_of(wrong).is_err(), "{wrong}");
        }
    }
}
