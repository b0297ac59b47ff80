//! Errors of AWS as tools print them, and their explanations.

use rolecall_core::explain::pasted::explain_text;
use rolecall_core::value::diagnosis::{Cause, CauseKind, Confidence};
use rolecall_core::value::problem::{Problem, ProblemCode};

fn explained(text: &str) -> Problem {
    explain_text(text).expect(text)
}

fn causes(problem: &Problem) -> &[Cause] {
    &problem.diagnosis.as_ref().expect("a diagnosis").causes
}

fn first(text: &str) -> (CauseKind, Confidence) {
    let problem = explained(text);
    let first = causes(&problem).first().expect("a cause");
    (first.kind, first.confidence)
}

const TERRAFORM: &str = "\
\u{1b}[31m╷\u{1b}[0m\u{1b}[0m
\u{1b}[31m│\u{1b}[0m \u{1b}[0m\u{1b}[1m\u{1b}[31mError: \u{1b}[0mcreating S3 Bucket (logs): operation error S3: CreateBucket, https
│ response error StatusCode: 403, RequestID: 7F0C9A5231D44C1E, HostID: x/y=, api
│ error AccessDenied: User: arn:aws:iam::177634097045:user/team/ann is not
│ authorized to perform: s3:CreateBucket on resource:
│ \"arn:aws:s3:::logs\" because no identity-based policy allows the
│ s3:CreateBucket action
│
│   with aws_s3_bucket.logs,
│   on main.tf line 12, in resource \"aws_s3_bucket\" \"logs\":
│   12: resource \"aws_s3_bucket\" \"logs\" {
╵
";

#[test]
fn terraform_wraps_and_frames_its_errors() {
    let problem = explained(TERRAFORM);
    assert_eq!(problem.code, ProblemCode::AccessDenied);
    assert_eq!(problem.what, "\"ann\" may not call s3:CreateBucket.");
    let cause = &causes(&problem)[0];
    assert_eq!(cause.kind, CauseKind::CallerPermission);
    assert_eq!(cause.confidence, Confidence::Certain);
    assert_eq!(
        cause.what,
        "No policy of \"ann\" allows s3:CreateBucket on arn:aws:s3:::logs."
    );
    assert_eq!(
        cause.check.command.as_deref(),
        Some(
            "aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::177634097045:user/team/ann --action-names s3:CreateBucket --resource-arns arn:aws:s3:::logs"
        )
    );
    let statement = cause.statement.as_ref().expect("a statement");
    assert_eq!(statement.goes_to, "the permissions of ann");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&statement.json).expect("JSON"),
        serde_json::json!({
            "Sid": "AllowAction", "Effect": "Allow",
            "Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::logs",
        })
    );
    let diagnosis = problem.diagnosis.expect("a diagnosis");
    assert_eq!(diagnosis.request_id.as_deref(), Some("7F0C9A5231D44C1E"));
    assert_eq!(diagnosis.code, "AccessDenied");
    assert!(
        diagnosis.words.starts_with("User: arn:") && diagnosis.words.ends_with("action"),
        "{}",
        diagnosis.words
    );
}

const DENIED: &str = "User: arn:aws:sts::177634097045:assumed-role/ops/ann is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:808768216571:table/t";

#[test]
fn the_form_of_each_tool_is_read() {
    let reason = "because no identity-based policy allows the dynamodb:GetItem action";
    for text in [
        format!(
            "An error occurred (AccessDeniedException) when calling the GetItem operation: {DENIED} {reason}"
        ),
        format!(
            "botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetItem operation (reached max retries: 2): {DENIED} {reason}"
        ),
        format!(
            "operation error DynamoDB: GetItem, https response error StatusCode: 400, RequestID: ABC, api error AccessDeniedException: {DENIED} {reason}"
        ),
        format!("AccessDeniedException: {DENIED} {reason}\n\tstatus code: 400, request id: abc-1"),
        format!(
            "Exception in thread \"main\" {DENIED} {reason} (Service: DynamoDb, Status Code: 400, Request ID: ABC)"
        ),
        format!(
            "{DENIED} {reason} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: AccessDeniedException; Request ID: ABC; Proxy: null)"
        ),
        format!(
            "{{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"{DENIED} {reason}\"}}"
        ),
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{DENIED} {reason}</Message></Error><RequestId>x-1</RequestId></ErrorResponse>"
        ),
        format!("{DENIED} {reason}"),
    ] {
        let problem = explained(&text);
        assert_eq!(
            problem.what, "\"ops\" may not call dynamodb:GetItem.",
            "{text}"
        );
        assert_eq!(
            first(&text),
            (CauseKind::CallerPermission, Confidence::Certain),
            "{text}"
        );
        let words = &problem.diagnosis.as_ref().expect("a diagnosis").words;
        assert!(
            words.starts_with("User: ") || text.starts_with("Exception"),
            "{words}"
        );
        assert!(
            !words.contains("Message>") && !words.contains("request id"),
            "{words}"
        );
    }
}

const REASONS: [(&str, CauseKind); 17] = [
    (
        "because no resource-based policy allows the dynamodb:GetItem action",
        CauseKind::ResourcePolicy,
    ),
    (
        "because no resource-based policies allow access",
        CauseKind::ResourcePolicy,
    ),
    (
        "because no permissions boundary allows the dynamodb:GetItem action",
        CauseKind::Boundary,
    ),
    (
        "because no session policy allows the dynamodb:GetItem action",
        CauseKind::CallerSession,
    ),
    (
        "because no service control policy allows the dynamodb:GetItem action",
        CauseKind::ServiceControl,
    ),
    (
        "because no resource control policy allows the dynamodb:GetItem action",
        CauseKind::ResourceControl,
    ),
    (
        "because no VPC endpoint policy allows the dynamodb:GetItem action",
        CauseKind::EndpointPolicy,
    ),
    (
        "with an explicit deny in an identity-based policy",
        CauseKind::ExplicitDeny,
    ),
    (
        "with an explicit deny in a resource-based policy",
        CauseKind::ResourcePolicy,
    ),
    (
        "with an explicit deny in a permissions boundary",
        CauseKind::Boundary,
    ),
    (
        "with an explicit deny in a sessions policy",
        CauseKind::CallerSession,
    ),
    (
        "with an explicit deny in a service control policy",
        CauseKind::ServiceControl,
    ),
    (
        "due to an explicit deny in a Service Control Policy",
        CauseKind::ServiceControl,
    ),
    (
        "with an explicit deny in a resource control policy",
        CauseKind::ResourceControl,
    ),
    (
        "with an explicit deny in a VPC endpoint policy",
        CauseKind::EndpointPolicy,
    ),
    (
        "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        CauseKind::ServiceControl,
    ),
    ("with an explicit deny", CauseKind::ExplicitDeny),
];

#[test]
fn each_reason_of_any_service_is_named() {
    for (reason, kind) in REASONS {
        let text = format!("AccessDenied: {DENIED} {reason}");
        let problem = explained(&text);
        assert_eq!(first(&text), (kind, Confidence::Certain), "{reason}");
        if reason.contains("deny") {
            let sent = causes(&problem).iter().filter(|it| it.statement.is_some());
            assert_eq!(sent.count(), 0, "{reason}");
        }
    }
}

#[test]
fn a_denial_of_assume_role_is_explained_as_rolecalls_own() {
    let text = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::177634097045:user/user is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::808768216571:role/guest";
    let problem = explained(text);
    assert_eq!(
        problem.what,
        "\"user\" may not assume guest in account 808768216571."
    );
    assert_eq!(first(text), (CauseKind::TrustPolicy, Confidence::Likely));
    let statement = causes(&problem)[0].statement.as_ref().expect("a statement");
    assert_eq!(statement.goes_to, "the trust policy of guest");
}

#[test]
fn ec2_and_kms_have_forms_of_their_own() {
    let blob = "aB3-_".repeat(40);
    let ec2 = format!(
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. User: arn:aws:iam::177634097045:user/ann is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:177634097045:instance/* because no identity-based policy allows the ec2:RunInstances action. Encoded authorization failure message: {blob}"
    );
    assert_eq!(
        first(&ec2),
        (CauseKind::CallerPermission, Confidence::Certain)
    );
    let kinds: Vec<_> = causes(&explained(&ec2)).iter().map(|it| it.kind).collect();
    assert!(kinds.contains(&CauseKind::EncodedMessage), "{kinds:?}");
    let old = format!(
        "UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: {blob}"
    );
    for text in [
        old,
        blob.clone(),
        format!("Encoded authorization failure message: {blob}\n"),
    ] {
        let problem = explained(&text);
        let cause = &causes(&problem)[0];
        assert_eq!(cause.kind, CauseKind::EncodedMessage, "{text}");
        let command = cause.check.command.as_deref().expect("a command");
        assert!(
            command.contains(&format!("--encoded-message {blob} ")),
            "{command}"
        );
    }
    let kms = "AccessDeniedException: User: arn:aws:iam::177634097045:user/ann is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access";
    assert_eq!(first(kms), (CauseKind::ResourcePolicy, Confidence::Likely));
    let kinds: Vec<_> = causes(&explained(kms)).iter().map(|it| it.kind).collect();
    assert!(kinds.contains(&CauseKind::NoSuchResource), "{kinds:?}");
    assert!(kinds.contains(&CauseKind::ExplicitDeny), "{kinds:?}");
}

#[test]
fn a_bare_denial_lists_what_may_be_wrong() {
    for text in [
        "Access denied",
        "Access Denied",
        "AccessDenied",
        "AccessDenied: Access Denied\n\tstatus code: 403, request id: 7F0C9A5231D44C1E, host id: x",
        "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>7F0C</RequestId></Error>",
    ] {
        assert_eq!(
            first(text),
            (CauseKind::CallerPermission, Confidence::Likely),
            "{text}"
        );
    }
}

#[test]
fn an_unknown_key_in_an_endpoint_that_must_be_enabled_names_the_region() {
    let text = "Error: validating provider credentials: https://sts.eu-south-1.amazonaws.com: api error InvalidClientTokenId: The security token included in the request is invalid.";
    assert_eq!(first(text), (CauseKind::Region, Confidence::Likely));
    let usual = text.replace("eu-south-1", "eu-west-1");
    assert_eq!(first(&usual), (CauseKind::KeyUnknown, Confidence::Likely));
}

#[test]
fn other_errors_are_explained_too() {
    for (text, code) in [
        (
            "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.",
            ProblemCode::ExpiredCredentials,
        ),
        (
            "SignatureDoesNotMatch: Signature expired: 20261122T120000Z is now earlier than 20261122T121500Z (20261122T123000Z - 15 min.)",
            ProblemCode::ClockSkewed,
        ),
    ] {
        assert_eq!(explained(text).code, code, "{text}");
    }
}

const CLOUDFORMATION: &str = "Resource handler returned message: \"User: arn:aws:iam::177634097045:user/alice is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::177634097045:role/x because no identity-based policy allows the iam:CreateRole action (Service: Iam, Status Code: 403, Request ID: 7f0c-1) (SDK Attempt Count: 1)\" (RequestToken: 1f-2, HandlerErrorCode: CODE)";

#[test]
fn cloudformation_says_the_message_before_its_own_code() {
    for code in ["AccessDenied", "GeneralServiceException", "InvalidRequest"] {
        let problem = explained(&CLOUDFORMATION.replace("CODE", code));
        assert_eq!(problem.what, "\"alice\" may not call iam:CreateRole.");
        let cause = &causes(&problem)[0];
        assert_eq!(
            (cause.kind, cause.confidence),
            (CauseKind::CallerPermission, Confidence::Certain)
        );
        let diagnosis = problem.diagnosis.as_ref().expect("a diagnosis");
        assert_eq!(diagnosis.request_id.as_deref(), Some("7f0c-1"));
        assert!(diagnosis.words.ends_with("action"), "{}", diagnosis.words);
    }
}

#[test]
fn a_denial_is_recognised_by_its_code_and_names_the_operation() {
    for (text, what) in [
        (
            "Error: creating Lambda Function (x): AccessDeniedException: \n\tstatus code: 403, request id: abc",
            "AWS denied the call.",
        ),
        (
            "An error occurred (AccessDeniedException) when calling the Invoke operation: None",
            "AWS denied the call Invoke.",
        ),
        (
            "An error occurred (AccessDeniedException) when calling the Invoke operation: ",
            "AWS denied the call Invoke.",
        ),
        (
            "An error occurred (AccessDenied) when calling the SendMessage operation: Access to the resource https://sqs.eu-west-1.amazonaws.com/ is denied.",
            "AWS denied the call SendMessage.",
        ),
        (
            "An error occurred (AccessDeniedException) when calling the DescribeOrganization operation: You don't have permissions to access this resource.",
            "AWS denied the call DescribeOrganization.",
        ),
        (
            "An error occurred (AccessDeniedException) when calling the InvokeModel operation: You don't have access to the model with the specified model ID.",
            "AWS denied the call InvokeModel.",
        ),
        (
            "operation error Lambda: Invoke, https response error StatusCode: 403, RequestID: X, api error AccessDeniedException: ",
            "AWS denied the call Invoke of Lambda.",
        ),
        (
            "Access Denied. User is not authorized to access this resource",
            "AWS denied the call.",
        ),
    ] {
        let problem = explained(text);
        assert_eq!(problem.code, ProblemCode::AccessDenied, "{text}");
        assert_eq!(problem.what, what, "{text}");
        assert_eq!(
            first(text),
            (CauseKind::CallerPermission, Confidence::Likely),
            "{text}"
        );
    }
}

#[test]
fn a_statement_names_the_policy_that_must_allow() {
    let user = "User: arn:aws:iam::177634097045:user/alice is not authorized to perform:";
    for (action, reason, place) in [
        (
            "s3:GetObject",
            "no permissions boundary allows",
            "the permissions boundary of alice",
        ),
        (
            "s3:GetObject",
            "no session policy allows",
            "the session policy of alice",
        ),
        (
            "s3:GetObject",
            "no VPC endpoint policy allows",
            "the policy of the VPC endpoint",
        ),
        (
            "s3:GetObject",
            "no identity-based policy allows",
            "the permissions of alice",
        ),
        (
            "s3:GetObject",
            "no resource-based policy allows",
            "the resource's policy",
        ),
        (
            "sts:AssumeRole",
            "no permissions boundary allows",
            "the permissions boundary of alice",
        ),
        (
            "sts:AssumeRole",
            "no session policy allows",
            "the session policy of alice",
        ),
        (
            "sts:AssumeRole",
            "no VPC endpoint policy allows",
            "the policy of the VPC endpoint",
        ),
    ] {
        let resource = match action {
            "sts:AssumeRole" => "arn:aws:iam::177634097045:role/dev",
            _ => "arn:aws:s3:::b/k",
        };
        let text =
            format!("{user} {action} on resource: {resource} because {reason} the {action} action");
        let problem = explained(&text);
        let statement = causes(&problem)[0].statement.as_ref().expect(&text);
        assert_eq!(statement.goes_to, place, "{text}");
        let has_principal = statement.json.contains("\"Principal\"");
        let wants = place.contains("endpoint") || place.contains("resource");
        assert_eq!(has_principal, wants, "{text}");
    }
}

#[test]
fn a_call_that_nobody_signs_fails_at_the_trust_policy() {
    for action in ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"] {
        let text = format!(
            "An error occurred (AccessDenied) when calling the AssumeRoleWithX operation: Not authorized to perform {action}"
        );
        let problem = explained(&text);
        assert_eq!(problem.what, format!("AWS denied {action}."));
        assert_eq!(first(&text), (CauseKind::TrustPolicy, Confidence::Likely));
        assert!(
            causes(&problem)
                .iter()
                .all(|it| it.kind != CauseKind::CallerPermission)
        );
    }
}

#[test]
fn the_session_of_a_role_cannot_prove_mfa_and_may_have_been_revoked() {
    for target in [
        "s3:GetObject on resource: arn:aws:s3:::b/k",
        "sts:AssumeRole on resource: arn:aws:iam::177634097045:role/leaf",
    ] {
        let text = format!(
            "User: arn:aws:sts::177634097045:assumed-role/hub/ann is not authorized to perform: {target} with an explicit deny in an identity-based policy"
        );
        let problem = explained(&text);
        let all: Vec<String> = causes(&problem).iter().map(Cause::sentence).collect();
        let all = all.join("\n");
        assert!(all.contains("aws:TokenIssueTime"), "{all}");
        assert!(!all.contains("Set the MFA device"), "{all}");
        let user = text.replace(
            "sts::177634097045:assumed-role/hub/ann",
            "iam::177634097045:user/ann",
        );
        let all: Vec<String> = causes(&explained(&user))
            .iter()
            .map(Cause::sentence)
            .collect();
        assert!(!all.join("\n").contains("aws:TokenIssueTime"), "{all:?}");
    }
}

#[test]
fn a_text_without_an_error_is_refused() {
    for text in [
        "",
        " \n",
        "hello",
        "│ ╷",
        "Error: no such file",
        &"x".repeat(70_000),
    ] {
        let problem = explain_text(text).expect_err(text);
        assert_eq!(problem.code, ProblemCode::InvalidInput);
    }
}

#[test]
fn b55_hostile_text_is_escaped() {
    let text =
        format!("AccessDenied: {DENIED}\u{202e}\u{0} because no \u{1b}]0;x policy allows it");
    let problem = explained(&text);
    let shown = format!("{problem}{:?}", causes(&problem));
    assert!(
        !shown.contains('\u{202e}') && !shown.contains('\u{0}'),
        "{shown}"
    );
}
