//! The caller that signed a call, and the context keys that AWS derives from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rolecall_core::value::arn::Arn;
use rolecall_core::value::secret::Secret;
use rolecall_policy::{Context, Policy, PolicySet, Principal, PrincipalKind, Request, evaluate};

use crate::failure::Failure;
use crate::sts::authorization::reason;
use crate::world::{Role, User, World};

/// A credential and the identity it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) access_key_id: String,
    pub(crate) identity: Identity,
    /// The session, or `None` for a long-term key.
    pub(crate) session: Option<Session>,
    /// The region whose endpoint received the call, or empty if there is no call.
    pub(crate) region: String,
}

/// The user or role whose permissions a caller has, as an index into the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    User(usize),
    Role(usize),
}

/// Temporary credentials.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) secret_access_key: Arc<Secret>,
    pub(crate) token: Arc<Secret>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The session name in its ARN, or empty for `GetSessionToken`.
    pub(crate) name: String,
    /// When MFA was checked. Only `GetSessionToken` sessions have it.
    pub(crate) mfa_at: Option<Timestamp>,
    /// Whether temporary credentials requested it.
    pub(crate) is_chained: bool,
    pub(crate) policies: Option<Vec<Policy>>,
    pub(crate) source_identity: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) transitive_keys: Vec<String>,
}

impl Caller {
    /// Returns the ARN as GetCallerIdentity returns it.
    pub(crate) fn arn(&self, world: &World) -> String {
        match self.identity {
            Identity::User(index) => world.users[index].arn.clone(),
            Identity::Role(index) => session_arn(&world.roles[index], self.session_name()),
        }
    }

    /// Returns the unique ID as GetCallerIdentity returns it.
    pub(crate) fn user_id(&self, world: &World) -> String {
        match self.identity {
            Identity::User(index) => world.users[index].id.clone(),
            Identity::Role(index) => format!("{}:{}", world.roles[index].id, self.session_name()),
        }
    }

    pub(crate) fn account<'a>(&self, world: &'a World) -> &'a str {
        match self.identity {
            Identity::User(index) => &world.users[index].account,
            Identity::Role(index) => &world.roles[index].account,
        }
    }

    pub(crate) fn policies<'a>(&self, world: &'a World) -> &'a [Policy] {
        match self.identity {
            Identity::User(index) => &world.users[index].policies,
            Identity::Role(index) => &world.roles[index].policies,
        }
    }

    /// Returns the user's permissions boundary.
    pub(crate) fn boundary<'a>(&self, world: &'a World) -> Option<&'a Policy> {
        world.boundary(self.user(world)?)
    }

    pub(crate) fn session_policies(&self) -> Option<&[Policy]> {
        self.session.as_ref()?.policies.as_deref()
    }

    /// Returns the IAM user behind a long-term key or a `GetSessionToken` session.
    pub(crate) fn user<'a>(&self, world: &'a World) -> Option<&'a User> {
        match self.identity {
            Identity::User(index) => Some(&world.users[index]),
            Identity::Role(_) => None,
        }
    }

    pub(crate) fn principal(&self, world: &World) -> Principal {
        Principal::parse(&self.arn(world)).expect("a world's ARNs are principals")
    }

    /// Requires the caller's own policies to allow an action on a resource in its account.
    pub(crate) fn require(
        &self,
        world: &World,
        action: &str,
        resource: &str,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let principal = self.principal(world);
        if matches!(principal.kind(), PrincipalKind::Root) {
            return Ok(());
        }
        let request = Request {
            principal: &principal,
            action,
            resource,
            resource_account: self.account(world),
            context: &self.context(world, now),
        };
        let policies = PolicySet {
            identity: self.policies(world),
            boundary: self.boundary(world),
            session: self.session_policies(),
            ..Default::default()
        };
        let decision = evaluate(&request, &policies);
        if decision.is_allowed() {
            return Ok(());
        }
        let refusal = Failure::not_authorized(&self.arn(world), action, resource);
        Err(refusal.because(&reason(&decision, action)))
    }

    /// Returns the context keys that come from the caller and the time.
    pub(crate) fn context(&self, world: &World, now: Timestamp) -> Context {
        let mut context = Context::default();
        context.insert("aws:CurrentTime", now);
        context.insert("aws:EpochTime", now.as_second());
        context.insert("aws:SecureTransport", true);
        context.insert("aws:userid", self.user_id(world));
        context.insert("aws:PrincipalAccount", self.account(world));
        context.insert("aws:RequestedRegion", self.region.as_str());
        match self.identity {
            Identity::User(index) => {
                context.insert("aws:username", world.users[index].name.as_str());
                context.insert("aws:PrincipalArn", world.users[index].arn.as_str());
                context.insert("aws:PrincipalType", "User");
            }
            Identity::Role(index) => {
                context.insert("aws:PrincipalArn", world.roles[index].arn.as_str());
                context.insert("aws:PrincipalType", "AssumedRole");
            }
        }
        if let Some(session) = &self.session {
            session.describe(&mut context, now);
        }
        context
    }

    fn session_name(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.name)
    }
}

impl Session {
    fn describe(&self, context: &mut Context, now: Timestamp) {
        context.insert("aws:TokenIssueTime", self.issued_at);
        context.insert("aws:MultiFactorAuthPresent", self.mfa_at.is_some());
        if let Some(mfa_at) = self.mfa_at {
            context.insert(
                "aws:MultiFactorAuthAge",
                now.as_second() - mfa_at.as_second(),
            );
        }
        if let Some(source_identity) = &self.source_identity {
            context.insert("aws:SourceIdentity", source_identity.as_str());
        }
        for (key, value) in &self.tags {
            context.insert(&format!("aws:PrincipalTag/{key}"), value.as_str());
        }
    }
}

/// Returns the ARN of a role's session.
pub(crate) fn session_arn(role: &Role, session_name: &str) -> String {
    let partition = Arn::partition_of(&role.arn).unwrap_or("aws");
    format!(
        "arn:{partition}:sts::{}:assumed-role/{}/{session_name}",
        role.account, role.name
    )
}
