//! AssumeRole.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::assume_role_request::AssumeRoleRequest;
use super::authorization::authorize;
use super::credentials::{WRONG_ARN, credentials};
use super::parameters::Parameters;
use super::session_policy::{self, SessionPolicies, percent_of_space};
use super::session_token::{verify_mfa, whole_second};
use crate::account::Account;
use crate::caller::{Caller, Identity, Session, session_arn};
use crate::failure::Failure;
use crate::fault::FaultKind;
use crate::{identifier, xml};

/// The longest session of a chained role, in seconds.
const CHAINED_MAX_S: i64 = 3600;

/// Answers AssumeRole.
pub(super) fn answer(
    account: &mut Account,
    parameters: &Parameters,
    caller: &Caller,
    now: Timestamp,
    faults: &[FaultKind],
) -> Result<String, Failure> {
    let request = AssumeRoleRequest::read(parameters, caller)?;
    let policies = session_policy::read(parameters, &account.world)?;
    let mfa = verify_mfa(account, parameters, caller, now)?;
    let role = authorize(&account.world, caller, &request, mfa, now)?;
    check_duration(account.world.roles[role].max_duration_s, caller, &request)?;
    let size = policies.size + request.tags.size();
    let session = new_session(&request, caller, policies, now);
    let access_key_id = identifier::unique_id("ASIA");
    let answer = render(
        account,
        role,
        &request,
        &access_key_id,
        &session,
        size,
        faults,
    );
    let identity = Identity::Role(role);
    account.store_session(
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

fn check_duration(
    role_max_s: i64,
    caller: &Caller,
    request: &AssumeRoleRequest<'_>,
) -> Result<(), Failure> {
    let is_chained = caller.session.is_some();
    let text = if is_chained && request.duration_s > CHAINED_MAX_S {
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    } else if request.duration_s > role_max_s {
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    } else {
        return Ok(());
    };
    Err(Failure::new(400, "ValidationError", text))
}

fn new_session(
    request: &AssumeRoleRequest<'_>,
    caller: &Caller,
    policies: SessionPolicies,
    now: Timestamp,
) -> Session {
    Session {
        secret_access_key: Arc::new(identifier::secret_access_key()),
        token: Arc::new(identifier::session_token()),
        issued_at: now,
        expires_at: whole_second(now) + SignedDuration::from_secs(request.duration_s),
        name: request.session_name.to_owned(),
        mfa_at: None,
        is_chained: caller.session.is_some(),
        policies: policies.policies,
        source_identity: request.source_identity.clone(),
        tags: request.tags.all(),
        transitive_keys: request.tags.transitive_keys.clone(),
    }
}

fn render(
    account: &Account,
    role: usize,
    request: &AssumeRoleRequest<'_>,
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
        session_arn(role, request.session_name)
    };
    let user = [
        xml::text(
            "AssumedRoleId",
            &format!("{}:{}", role.id, request.session_name),
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
