//! What is asked of STS for a role: its fields with every placeholder filled.

use jiff::Timestamp;

use super::Keeper;
use crate::call_fields::{SessionName, SourceIdentity};
use crate::call_template::{CallFacts, CallTemplate};
use crate::input::InputError;
use crate::plan::Plan;
use crate::region::Region;
use crate::role::Role;
use crate::sts::AssumeRole;

impl Keeper {
    /// Returns the call for the plan's last role, without a code.
    ///
    /// # Errors
    /// If what fills the source identity is too short for STS.
    pub(super) fn call_of(
        &self,
        role: &Role,
        plan: &Plan,
        region: Region,
    ) -> Result<AssumeRole, InputError> {
        let machine = &self.ports.machine;
        let (login, host) = (machine.login(), machine.host());
        call(
            role,
            plan,
            region,
            &facts(role, plan, &login, &host, self.ports.clock.now()),
        )
    }
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
    plan: &Plan,
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
        duration: plan.life(),
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
