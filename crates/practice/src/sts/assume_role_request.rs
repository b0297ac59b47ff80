//! The request of an AssumeRole call.

use rolecall_core::value::arn::Arn;

use super::constraint::{Constraints, duration, is_name_char};
use super::parameters::Parameters;
use super::session_tags::{self, SessionTags};
use super::session_token::check_mfa_syntax;
use crate::caller::Caller;
use crate::failure::Failure;

/// The default and the limits of AssumeRole's duration, in seconds.
const DURATION_S: i64 = 3600;
const DURATION_LIMITS_S: [i64; 2] = [900, 43_200];

/// A call with valid syntax.
pub(super) struct AssumeRoleRequest<'a> {
    pub(super) role_arn: &'a str,
    pub(super) session_name: &'a str,
    pub(super) external_id: Option<&'a str>,
    pub(super) source_identity: Option<String>,
    pub(super) duration_s: i64,
    pub(super) tags: SessionTags,
}

impl<'a> AssumeRoleRequest<'a> {
    /// Reads the parameters of a call.
    ///
    /// # Errors
    /// All syntax errors of the parameters.
    pub(super) fn read(parameters: &'a Parameters, caller: &Caller) -> Result<Self, Failure> {
        let mut constraints = Constraints::default();
        let role_arn = parameters.optional("RoleArn");
        constraints.required("roleArn", role_arn, [20, 2048]);
        let session_name = parameters.optional("RoleSessionName");
        constraints.required("roleSessionName", session_name, [2, 64]);
        let session_name = session_name.unwrap_or_default();
        constraints.characters(
            "roleSessionName",
            session_name,
            r"[\w+=,.@-]*",
            is_name_char,
        );
        let duration_s = duration(parameters.optional("DurationSeconds"), DURATION_S)?;
        constraints.range("durationSeconds", duration_s, DURATION_LIMITS_S);
        let external_id = parameters.optional("ExternalId");
        if let Some(external_id) = external_id {
            constraints.length("externalId", external_id, [2, 1224]);
            constraints.characters("externalId", external_id, r"[\w+=,.@:\/-]*", |c| {
                is_name_char(c) || ":/".contains(c)
            });
        }
        let source_identity = parameters.optional("SourceIdentity");
        if let Some(source_identity) = source_identity {
            check_source_identity(&mut constraints, source_identity);
        }
        check_policies(&mut constraints, parameters);
        check_mfa_syntax(&mut constraints, parameters);
        let tags = session_tags::read(&mut constraints, parameters, caller)?;
        constraints.check()?;
        let role_arn = role_arn.unwrap_or_default();
        if !is_valid(role_arn) {
            return Err(Failure::new(
                400,
                "ValidationError",
                format!("{role_arn} is invalid"),
            ));
        }
        let inherited = caller
            .session
            .as_ref()
            .and_then(|s| s.source_identity.clone());
        let source_identity = source_identity.map(str::to_owned).or(inherited);
        Ok(Self {
            role_arn,
            session_name,
            external_id,
            source_identity,
            duration_s,
            tags,
        })
    }
}

/// Returns whether a text is an ARN of IAM with an account. Whether it is that of a role is not checked: STS denies
/// others.
fn is_valid(arn: &str) -> bool {
    Arn::split(arn).is_some_and(|arn| {
        let is_account = arn.account.len() == 12 && arn.account.bytes().all(|b| b.is_ascii_digit());
        is_account
            && arn.service == "iam"
            && arn.region.is_empty()
            && !arn.partition.is_empty()
            && !arn.resource.is_empty()
    })
}

fn check_source_identity(constraints: &mut Constraints, value: &str) {
    constraints.length("sourceIdentity", value, [2, 64]);
    constraints.characters("sourceIdentity", value, r"[\w+=,.@-]*", is_name_char);
    if value.starts_with("aws:") {
        constraints.fail("sourceIdentity", value, "Member must not begin with aws:");
    }
}

fn check_policies(constraints: &mut Constraints, parameters: &Parameters) {
    if let Some(policy) = parameters.optional("Policy") {
        constraints.length("policy", policy, [1, usize::MAX]);
        constraints.characters(
            "policy",
            policy,
            r"[\u0009\u000A\u000D\u0020-\u00FF]+",
            |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FF}'),
        );
    }
    let arns = parameters.members("PolicyArns", ".arn");
    if arns.len() > 10 {
        let rule = "Member must have length less than or equal to 10";
        constraints.fail("policyArns", &format!("[{}]", arns.join(", ")), rule);
    }
    for (index, arn) in arns.iter().enumerate() {
        constraints.length(
            &format!("policyArns.{}.member.arn", index + 1),
            arn,
            [20, 2048],
        );
    }
}
