//! AssumeRole.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rolecall_core::value::arn::Arn;

use super::authorization::authorize;
use super::constraint::{Constraints, duration, is_name_char};
use super::parameters::Parameters;
use super::session_policy::{self, SessionPolicies, percent_of_space};
use super::session_tags::{self, SessionTags};
use super::session_token::{check_mfa_syntax, verify_mfa, whole_second};
use super::{WRONG_ARN, credentials};
use crate::account::Account;
use crate::caller::{Caller, Identity, Session, session_arn};
use crate::failure::Failure;
use crate::fault::FaultKind;
use crate::{identifier, xml};

/// The default and the limits of AssumeRole's duration, in seconds.
const DURATION_S: i64 = 3600;
const DURATION_LIMITS_S: [i64; 2] = [900, 43_200];
/// The longest session of a chained role, in seconds.
const CHAINED_MAX_S: i64 = 3600;

/// A call whose syntax is right.
pub(super) struct Wish<'a> {
    pub(super) role_arn: &'a str,
    pub(super) session_name: &'a str,
    pub(super) external_id: Option<&'a str>,
    pub(super) source_identity: Option<String>,
    pub(super) duration_s: i64,
    pub(super) tags: SessionTags,
}

/// Answers AssumeRole.
pub(super) fn answer(
    account: &mut Account,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
    faults: &[FaultKind],
) -> Result<String, Failure> {
    let wish = Wish::read(parameters, caller)?;
    let policies = session_policy::read(parameters, &account.world)?;
    let mfa = verify_mfa(account, parameters, caller, now)?;
    let role = authorize(&account.world, caller, &wish, mfa, now)?;
    check_duration(account.world.roles[role].max_duration_s, caller, &wish)?;
    let size = policies.size + wish.tags.size();
    let session = new_session(&wish, policies, now);
    let access_key_id = identifier::unique_id("ASIA");
    let answer = render(account, role, &wish, &access_key_id, &session, size, faults);
    let identity = Identity::Role(role);
    account.remember(
        Caller {
            access_key_id,
            identity,
            session: Some(session),
            region: String::new(),
        },
        now,
    );
    Ok(answer)
}

impl<'a> Wish<'a> {
    fn read(parameters: &'a Parameters, caller: &Caller) -> Result<Self, Failure> {
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
        if Arn::split(role_arn).is_none() {
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

fn check_duration(role_max_s: i64, caller: &Caller, wish: &Wish<'_>) -> Result<(), Failure> {
    let is_chained = caller.session.is_some();
    let text = if is_chained && wish.duration_s > CHAINED_MAX_S {
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    } else if wish.duration_s > role_max_s {
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    } else {
        return Ok(());
    };
    Err(Failure::new(400, "ValidationError", text))
}

fn new_session(wish: &Wish<'_>, policies: SessionPolicies, now: Timestamp) -> Session {
    Session {
        secret_access_key: Arc::new(identifier::secret_access_key()),
        token: Arc::new(identifier::session_token()),
        issued_at: now,
        expires_at: whole_second(now) + SignedDuration::from_secs(wish.duration_s),
        name: wish.session_name.to_owned(),
        mfa_at: None,
        policies: policies.policies,
        source_identity: wish.source_identity.clone(),
        tags: wish.tags.all(),
        transitive_keys: wish.tags.transitive_keys.clone(),
    }
}

fn render(
    account: &Account,
    role: usize,
    wish: &Wish<'_>,
    access_key_id: &str,
    session: &Session,
    size: usize,
    faults: &[FaultKind],
) -> String {
    let role = &account.world.roles[role];
    let is_wrong = faults.contains(&FaultKind::WrongArn);
    let arn = if is_wrong {
        WRONG_ARN.to_owned()
    } else {
        session_arn(role, wish.session_name)
    };
    let user = [
        xml::text(
            "AssumedRoleId",
            &format!("{}:{}", role.id, wish.session_name),
        ),
        xml::text("Arn", &arn),
    ];
    let mut answer = xml::element("AssumedRoleUser", &user.concat());
    answer.push_str(&credentials(access_key_id, session, faults));
    if size > 0 {
        answer.push_str(&xml::text(
            "PackedPolicySize",
            &percent_of_space(size).to_string(),
        ));
    }
    if let Some(source_identity) = &session.source_identity {
        answer.push_str(&xml::text("SourceIdentity", source_identity));
    }
    answer
}
