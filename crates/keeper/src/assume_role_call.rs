//! Builds the AssumeRole call for a role, with every placeholder replaced.

use jiff::Timestamp;

use super::Owner;
use rolecall_core::calls::sts::AssumeRole;
use rolecall_core::plan::Plan;
use rolecall_core::role::Role;
use rolecall_core::role::call_fields::{SessionName, SourceIdentity};
use rolecall_core::role::call_template::{CallFacts, CallTemplate};
use rolecall_core::role::reason::{Reason, ReasonTarget};
use rolecall_core::role::session_tags::SessionTag;
use rolecall_core::value::duration::SessionDuration;
use rolecall_core::value::input::InputError;
use rolecall_core::value::region::Region;

impl Owner {
    /// Returns the call for the plan's last role, without a code.
    ///
    /// # Errors
    /// If the source identity is too short for STS after replacing its placeholders.
    pub(super) fn call_of(
        &self,
        role: &Role,
        plan: &Plan,
        region: Region,
        reason: Option<&Reason>,
    ) -> Result<AssumeRole, InputError> {
        let machine = &self.ports.machine;
        let (login, host) = (machine.login(), machine.host());
        let life = self.lock().within_limit(role, plan.lifetime());
        let mut call = call(
            role,
            life,
            region,
            &facts(role, plan, &login, &host, self.ports.clock.now()),
        )?;
        if let (Some(rule), Some(reason)) = (&role.reason, reason) {
            put(reason, &rule.target, &mut call)?;
        }
        Ok(call)
    }
}

/// Adds a reason to the field that the role requires.
fn put(reason: &Reason, target: &ReasonTarget, call: &mut AssumeRole) -> Result<(), InputError> {
    match target {
        ReasonTarget::SourceIdentity => {
            call.source_identity = Some(SourceIdentity::parse(reason.as_str())?);
        }
        ReasonTarget::Tag(key) => call.tags.push(SessionTag {
            key: key.clone(),
            value: reason.as_str().to_owned(),
        }),
    }
    Ok(())
}

fn facts<'a>(
    role: &'a Role,
    plan: &'a Plan,
    login: &'a str,
    host: &'a str,
    now: Timestamp,
) -> CallFacts<'a> {
    CallFacts {
        user: plan.key.user_name(),
        login,
        host,
        role: role.arn.role_name(),
        account: role.arn.account_id(),
        now,
    }
}

fn call(
    role: &Role,
    duration: SessionDuration,
    region: Region,
    facts: &CallFacts<'_>,
) -> Result<AssumeRole, InputError> {
    let fill = |template: &CallTemplate| template.fill(facts);
    let identity = role.source_identity.as_ref().map(fill);
    Ok(AssumeRole {
        role_arn: role.arn.clone(),
        session_name: match &role.session_name {
            Some(template) => SessionName::from_parts(&template.fill(facts)),
            None => SessionName::from_parts(facts.user),
        },
        duration,
        external_id: role.external_id.clone(),
        source_identity: identity
            .map(|identity| SourceIdentity::parse(&identity))
            .transpose()?,
        tags: role.tags.fill(facts),
        transitive_tags: role.tags.transitive().to_vec(),
        policy: role
            .policy
            .as_ref()
            .map(|policy| policy.compact().to_owned()),
        policy_arns: role.policy_arns.clone(),
        mfa: None,
        region,
    })
}
